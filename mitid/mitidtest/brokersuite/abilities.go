package brokersuite

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// matching tries the CPR match: three times in a session.
func (s *suite) matching(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	ditlev, paiman := mitidtest.Ditlev(), mitidtest.Paiman()
	l := r.must(mitid.Request{}, mitidtest.Approve(ditlev))
	if _, ok := r.broker.(mitid.CPRMatcher); !ok {
		_, err := r.client.MatchCPR(t.Context(), l, ditlev.CPR)
		r.expect(mitid.Unsupported, err, "this broker has no CPR match")
		s.absent(t, matchCPR)
		return
	}
	ask := func(r *rig, l *mitid.Login, who *mitidtest.Citizen) (bool, error) {
		match, err := r.client.MatchCPR(t.Context(), l, who.CPR)
		if err != nil {
			assert.False(t, match, "an answer beside an error")
			r.checkResult(nil, err)
		}
		return match, err
	}
	yes, err := ask(r, l, &ditlev)
	require.NoError(t, err)
	assert.True(t, yes)
	for range 2 {
		yes, err = ask(r, l, &paiman)
		require.NoError(t, err)
		assert.False(t, yes)
	}
	_, err = ask(r, l, &ditlev)
	r.expect(mitid.CPRMismatch, err, "the fourth try")
	l = r.must(mitid.Request{}, mitidtest.Approve(ditlev))
	yes, err = ask(r, l, &ditlev)
	require.NoError(t, err, "a new login has new tries")
	assert.True(t, yes)

	l = r.must(mitid.Request{}, mitidtest.Approve(ditlev))
	r.fake.Advance(16 * time.Minute)
	before := r.fake.Count("")
	_, err = ask(r, l, &ditlev)
	require.Error(t, err, "more than 15 minutes after the login")
	assert.Equal(t, before, r.fake.Count(""), "what is too late is not sent")

	for _, m := range s.tamperingsOf(t) {
		if m.Stage != mitidtest.StageMatch {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			r := s.rig(t, mitidtest.Config{})
			l := r.must(mitid.Request{}, mitidtest.Approve(ditlev))
			r.tamper(m)
			_, err := ask(r, l, &ditlev)
			r.expect(m.Want, err, m.Doc)
			assert.Zero(t, r.elsewhere())
		})
	}
}

// logouts tries messages of the broker that somebody has logged out.
func (s *suite) logouts(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	receive := func(r *rig, cb mitid.Callback) (*mitid.Logout, error) {
		lo, err := r.client.ReceiveLogout(t.Context(), cb)
		if err != nil {
			assert.Nil(t, lo, "a logout beside an error")
			r.checkResult(nil, err)
		}
		return lo, err
	}
	post := func(token string) mitid.Callback {
		return mitid.Callback{Method: http.MethodPost, Body: []byte(url.Values{"logout_token": {token}}.Encode())}
	}
	if r.traits().LogoutMessage != nil {
		s.logoutMessages(t)
		return
	}
	l := r.must(mitid.Request{})
	if _, ok := r.broker.(mitid.LogoutReceiver); !ok {
		_, err := receive(r, post("x"))
		r.expect(mitid.Unsupported, err, "this broker sends no logout messages")
		s.absent(t, logoutMessage)
		return
	}
	require.NotNil(t, r.traits().LogoutToken, "the adapter receives logout messages, and the dialect's Traits have no LogoutToken")
	token, err := r.traits().LogoutToken(l.Identity.Subject)
	require.NoError(t, err)
	lo, err := receive(r, post(token))
	require.NoError(t, err)
	assert.Equal(t, l.Identity.Subject, lo.Subject)
	assert.NotEmpty(t, lo.SessionID)
	_, err = receive(r, post(l.Evidence.Tokens[0].Raw.Reveal()))
	r.expect(mitid.TokenInvalid, err, "an ID token is no logout token")
	for title, body := range map[string]string{"empty": "", "no token": "a=b", "twice": "logout_token=" + token + "&logout_token=" + token} {
		_, err = receive(r, mitid.Callback{Method: http.MethodPost, Body: []byte(body)})
		require.Error(t, err, title)
	}
	for _, m := range s.tamperingsOf(t) {
		if m.Stage != mitidtest.StageLogout {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			r.tamper(m)
			defer r.fake.Untamper()
			spoilt, err := r.traits().LogoutToken(l.Identity.Subject)
			require.NoError(t, err)
			_, err = receive(r, post(spoilt))
			r.expect(m.Want, err, m.Doc)
		})
	}
	token, err = r.traits().LogoutToken(l.Identity.Subject)
	require.NoError(t, err)
	_, err = receive(r, post(token))
	require.NoError(t, err, "honest messages suffer")
	s.frontChannel(r, l)
}

// frontChannel tries the address that the broker calls in a frame.
func (s *suite) frontChannel(r *rig, l *mitid.Login) {
	if r.traits().LogoutQuery == nil {
		s.absent(r.T, frontChannel)
		return
	}
	query, err := r.traits().LogoutQuery(l.Identity.Subject)
	require.NoError(r, err)
	lo, err := r.client.ReceiveLogout(r.Context(), mitid.Callback{Method: http.MethodGet, RawQuery: query})
	if slices.Contains([]mitid.Kind{mitid.Unsupported, mitid.ResponseInvalid}, mitid.KindOf(err)) {
		s.absent(r.T, frontChannel)
		return
	}
	require.NoError(r, err)
	assert.NotEmpty(r, lo.SessionID)
	for title, bad := range map[string]string{"another issuer": "iss=https%3A%2F%2Fother.example&sid=1", "no session": "iss=" + url.QueryEscape(r.fake.Issuer()), "empty": ""} {
		_, err := r.client.ReceiveLogout(r.Context(), mitid.Callback{Method: http.MethodGet, RawQuery: bad})
		require.Error(r, err, title)
	}
}
