package nemlogintest_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// One login serves two service providers, and a logout at one ends both.
func TestSingleSignOnAndLogoutOverTwoServiceProviders(t *testing.T) {
	fake := nemlogintest.New(t)
	bakery, dairy := newShop(t, fake, "https://bager.example/saml", 0), newShop(t, fake, "https://mejeri.example/saml", 2)
	browser := fake.NewBrowser()
	bakery.visit(browser, "/login", mitidtest.Approve(mitidtest.Paiman()))
	dairy.visit(browser, "/login", mitidtest.Approve(mitidtest.Ditlev()))
	assert.Equal(t, []string{"Paiman Petersen"}, dairy.attributes()[core+"eid/fullName"], "nobody is asked a second time")
	assert.NotEqual(t, bakery.latest.Subject.NameID.Value, dairy.latest.Subject.NameID.Value)
	assert.Equal(t, bakery.latest.AuthnStatements[0].AuthnInstant, dairy.latest.AuthnStatements[0].AuthnInstant)

	bakery.visit(browser, "/logout")
	assert.False(t, dairy.isInside(), "the other one is logged out first")
	assert.Equal(t, []string{dairy.latest.Subject.NameID.Value}, dairy.ended)
	require.NoError(t, bakery.refused)
	assert.Equal(t, "farvel", bakery.answered)

	bakery.visit(browser, "/login", mitidtest.Approve(mitidtest.Ditlev()))
	assert.Equal(t, []string{"Ditlev Von Testesen"}, bakery.attributes()[core+"eid/fullName"], "the session has ended")
}

func TestLogoutAtTheIdPEndsEverySession(t *testing.T) {
	fake := nemlogintest.New(t)
	bakery, dairy := newShop(t, fake, "https://bager.example/saml", 0), newShop(t, fake, "https://mejeri.example/saml", 2)
	browser := fake.NewBrowser()
	bakery.visit(browser, "/login")
	dairy.visit(browser, "/login")
	res, err := browser.Visit(t.Context(), fake.LogoutURL())
	require.NoError(t, err)
	page, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.Contains(t, string(page), "Du er logget ud.")
	assert.False(t, bakery.isInside())
	assert.False(t, dairy.isInside())
}

func TestLogoutMessagesAreVerifiedByAnother(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://bager.example/saml", 0)
	s.visit(fake.NewBrowser(), "/login")
	for _, lower := range []bool{false, true} {
		fake.Configure(func(s *nemlogintest.Settings) { s.LowerCaseEscapes = lower })
		for _, post := range []bool{false, true} {
			cb, err := fake.Logout(s.latest.Subject.NameID.Value, post)
			require.NoError(t, err)
			req, err := http.NewRequest(cb.Method, s.sp.SloURL.String()+"?"+cb.RawQuery, nil)
			require.NoError(t, err)
			if post {
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				req.Body = io.NopCloser(bytes.NewReader(cb.Body))
			}
			q, err := s.sp.ValidateLogoutRequest(req)
			require.NoError(t, err)
			assert.Equal(t, s.latest.Subject.NameID.Value, q.NameID.Value)
		}
	}
}
