package nemlogin_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// loggedIn is a login at Lasso and Lasso's session of it.
func loggedIn(t *testing.T, python string, r *relyingParty) (*mitid.Login, string) {
	t.Helper()
	begun, err := r.client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	m, err := lassoIdP(python)(t, r, rawQuery(t, begun.URL, idpSSO), citizen())
	require.NoError(t, err)
	login, err := r.complete(t, begun, m)
	require.NoError(t, err)
	return login, m.Session
}

func byRedirect(query string) mitid.Callback {
	return mitid.Callback{Method: http.MethodGet, RawQuery: query}
}

// We ask for the logout, and Lasso answers.
func TestLassoEndsTheSession(t *testing.T) {
	python := needsLasso(t)
	r := newRelyingParty(t)
	login, session := loggedIn(t, python, r)
	begun, err := r.client.EndSession(t.Context(), login, spSLO)
	require.NoError(t, err)
	query := rawQuery(t, begun.URL, idpSLO)

	var m samlMessage
	require.NoError(t, r.lasso(t, python, map[string]any{"do": "logout_answer", "message": query, "session": session}, &m))
	assert.Equal(t, r.sp.EntityID, m.Request.Issuer)
	assert.Equal(t, idpSLO, m.Request.Destination)
	assert.Equal(t, login.Identity.Subject, m.Request.NameID)
	assert.Equal(t, persistent, m.Request.NameIDFormat)
	assert.Equal(t, []string{login.Identity.SessionID}, m.Request.SessionIndex)
	assert.Equal(t, begun.Handle, m.RelayState)

	answer := rawQuery(t, m.URL, spSLO)
	lo, err := r.client.ReceiveLogout(t.Context(), byRedirect(answer))
	require.NoError(t, err)
	assert.True(t, lo.Finished)

	unsigned := answer[:strings.Index(answer, "&SigAlg=")]
	_, err = r.client.ReceiveLogout(t.Context(), byRedirect(unsigned))
	assert.ErrorIs(t, err, mitid.ErrSignatureInvalid)

	err = r.lasso(t, python, map[string]any{"do": "logout_answer", "message": query[:strings.Index(query, "&SigAlg=")], "session": session}, &m)
	assert.ErrorContains(t, err, "ignature", "Lasso verifies")
}

// Lasso asks for the logout, and we answer.
func TestLassoAsksForTheLogout(t *testing.T) {
	python := needsLasso(t)
	for _, method := range []string{"redirect", "post"} {
		t.Run(method, func(t *testing.T) {
			r := newRelyingParty(t)
			login, session := loggedIn(t, python, r)
			if method == "post" {
				r.metadata = bytes.ReplaceAll(r.metadata, []byte(`Binding="`+redirectBinding+`"`), []byte(`Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"`))
			}
			asked := time.Now()
			var m samlMessage
			require.NoError(t, r.lasso(t, python, map[string]any{"do": "logout_request", "session": session, "method": method, "relay_state": "håndtag-7"}, &m))
			cb := mitid.Callback{Method: http.MethodPost, Body: []byte(url.Values{"SAMLRequest": {m.Body}, "RelayState": {"håndtag-7"}}.Encode())}
			if method == "redirect" {
				cb = byRedirect(rawQuery(t, m.URL, spSLO))
			}
			lo, err := r.client.ReceiveLogout(t.Context(), cb)
			require.NoError(t, err)
			assert.False(t, lo.Finished)
			assert.Equal(t, login.Identity.Subject, lo.Subject)
			assert.Equal(t, login.Identity.SessionID, lo.SessionID)
			assert.WithinDuration(t, asked, lo.At, judgeLimit)

			require.NotNil(t, lo.Answer)
			answer := rawQuery(t, lo.Answer.URL, idpSLO)
			finish := func(message string) (told, error) {
				var s told
				err := r.lasso(t, python, map[string]any{"do": "logout_finish", "message": message, "pending": m.Pending, "session": session}, &s)
				return s, err
			}
			said, err := finish(answer)
			require.NoError(t, err)
			assert.Equal(t, "urn:oasis:names:tc:SAML:2.0:status:Success", said.Status)
			assert.Equal(t, m.ID, said.InResponseTo)
			assert.Equal(t, "håndtag-7", said.RelayState)
			_, err = finish(answer[:strings.Index(answer, "&SigAlg=")])
			assert.ErrorContains(t, err, "ignature", "Lasso verifies")
		})
	}
}
