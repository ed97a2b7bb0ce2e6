package brokersuite

import (
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// logoutMessages tries signed messages (SAML) of the broker that somebody has logged out.
func (s *suite) logoutMessages(t *testing.T) {
	r := s.rig(t, mitidtest.Config{})
	require.Implements(t, (*mitid.LogoutReceiver)(nil), r.broker)
	who := mitidtest.Ditlev()
	l := r.must(mitid.Request{}, mitidtest.Approve(who))
	met := map[string]bool{}
	for binding, post := range map[string]bool{"by redirect": false, "as a form": true} {
		t.Run(binding, func(t *testing.T) {
			r := r.in(t)
			lo, err := r.receive(r.logoutMessage(l, post))
			require.NoError(t, err)
			assert.Equal(t, l.Identity.Subject, lo.Subject)
			assert.Equal(t, l.Identity.SessionID, lo.SessionID)
			assert.False(t, lo.At.IsZero(), "a later login must survive this message")
			assert.False(t, lo.Finished)
			assert.NotNil(t, lo.Answer, "the broker waits for an answer")
			for _, m := range s.tamperingsOf(t) {
				if m.Stage == mitidtest.StageLogout && r.spoiltLogout(m, l, post) {
					met[m.Name] = true
				}
			}
			_, err = r.receive(r.logoutMessage(l, post))
			require.NoError(t, err, "honest messages suffer")
		})
	}
	for _, m := range s.tamperingsOf(t) {
		assert.True(t, m.Stage != mitidtest.StageLogout || met[m.Name], "%s fits neither binding", m.Name)
	}
	for title, cb := range map[string]mitid.Callback{
		"empty":                {Method: http.MethodGet},
		"empty form":           {Method: http.MethodPost},
		"nothing of a message": {Method: http.MethodGet, RawQuery: "a=b"},
		"the login's answer":   {Method: http.MethodPost, Body: []byte(url.Values{"SAMLResponse": {l.Evidence.Tokens[0].Raw.Reveal()}}.Encode())},
	} {
		_, err := r.receive(cb)
		require.Error(t, err, title)
	}
}

// spoiltLogout tries a tampering with a logout message, and reports whether it fits the
// binding.
func (r *rig) spoiltLogout(m mitidtest.Tampering, l *mitid.Login, post bool) (fits bool) {
	r.tamper(m)
	defer r.fake.Untamper()
	cb, err := r.traits().LogoutMessage(l.Identity.Subject, post)
	if errors.Is(err, errors.ErrUnsupported) {
		return false
	}
	require.NoError(r, err)
	r.Run(m.Name, func(t *testing.T) {
		r := r.in(t)
		_, err := r.receive(cb)
		r.expect(m.Want, err, m.Doc)
	})
	return true
}

// in returns r for a subtest.
func (r *rig) in(t *testing.T) *rig {
	c := *r
	c.T = t
	return &c
}

// receive calls Client.ReceiveLogout, and asserts what holds for every result.
func (r *rig) receive(cb mitid.Callback) (*mitid.Logout, error) {
	r.Helper()
	lo, err := r.client.ReceiveLogout(r.Context(), cb)
	if err != nil {
		assert.Nil(r, lo, "a logout beside an error")
		r.checkResult(nil, err)
	}
	return lo, err
}

func (r *rig) logoutMessage(l *mitid.Login, post bool) mitid.Callback {
	r.Helper()
	cb, err := r.traits().LogoutMessage(l.Identity.Subject, post)
	require.NoError(r, err)
	return cb
}

// answered walks a logout that the application began, and asserts that the broker's answer
// is taken once it has come.
func (r *rig) answered(rd *mitid.Redirect) {
	r.Helper()
	cb := r.walk(rd)
	values, err := cb.Values()
	require.NoError(r, err)
	assert.Equal(r, []string{rd.Handle}, values[r.broker.Callback().State])
	lo, err := r.receive(cb)
	require.NoError(r, err)
	assert.True(r, lo.Finished, "the answer to our own logout")
	assert.Empty(r, lo.Subject+lo.SessionID, "it ends no session")
	assert.Nil(r, lo.Answer, "an answer to an answer")
}
