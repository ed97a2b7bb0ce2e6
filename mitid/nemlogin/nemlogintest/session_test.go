package nemlogintest_test

import (
	"testing"
	"time"

	"github.com/crewjam/saml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

func TestSession(t *testing.T) {
	fake, err := nemlogintest.Start(mitidtest.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, fake.Close()) })
	s := newShop(t, fake, "https://butik.example/saml", 0)
	yes := true
	browser := fake.NewBrowser()
	name := func() string { return s.attributes()[core+"eid/fullName"][0] }
	paiman, ditlev := mitidtest.Approve(mitidtest.Paiman()), mitidtest.Approve(mitidtest.Ditlev())

	s.visit(browser, "/login", paiman)
	first := s.latest
	s.visit(browser, "/login", ditlev)
	assert.Equal(t, "Paiman Petersen", name(), "the session answers")
	assert.Equal(t, first.Subject.NameID.Value, s.latest.Subject.NameID.Value, "the NameID is persistent")
	assert.NotEqual(t, first.AuthnStatements[0].SessionIndex, s.latest.AuthnStatements[0].SessionIndex)

	s.sp.ForceAuthn = &yes
	s.visit(browser, "/login", ditlev)
	assert.Equal(t, "Ditlev Von Testesen", name(), "ForceAuthn asks anew")
	s.sp.ForceAuthn = nil

	s.sp.RequestedAuthnContext = &saml.RequestedAuthnContext{Comparison: "minimum", AuthnContextClassRefs: []string{nsis + "loa/High"}}
	s.visit(browser, "/login", paiman)
	assert.Equal(t, "Paiman Petersen", name(), "the session's level is too low")
	s.sp.RequestedAuthnContext = &saml.RequestedAuthnContext{Comparison: "minimum", AuthnContextClassRefs: []string{"https://data.gov.dk/eid/Professional"}}
	s.visit(browser, "/login", mitidtest.Approve(mitidtest.CompanyEmployee()))
	assert.Equal(t, []string{"12345674"}, s.attributes()[core+"eid/professional/cvr"], "the session is a private one")
	s.sp.RequestedAuthnContext = nil

	fake.Configure(func(s *nemlogintest.Settings) { s.SessionLifetime = 0 })
	other := fake.NewBrowser()
	s.visit(other, "/login", paiman)
	fake.Configure(func(s *nemlogintest.Settings) { s.SessionLifetime = time.Hour })
	fake.Advance(time.Second)
	s.visit(other, "/login", ditlev)
	assert.Equal(t, "Ditlev Von Testesen", name(), "a session ends")
}

func TestTransientNameID(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://butik.example/saml", 0)
	s.sp.AuthnNameIDFormat = saml.TransientNameIDFormat
	s.register(fake)
	seen := map[string]bool{}
	for range 2 {
		s.visit(fake.NewBrowser(), "/login")
		s.attributes()
		assert.Equal(t, string(saml.TransientNameIDFormat), s.latest.Subject.NameID.Format)
		seen[s.latest.Subject.NameID.Value] = true
	}
	assert.Len(t, seen, 2)
}

func TestIssuedAgo(t *testing.T) {
	fake := nemlogintest.New(t)
	s := newShop(t, fake, "https://butik.example/saml", 0)
	fake.Configure(func(s *nemlogintest.Settings) { s.IssuedAgo = 4 * time.Minute })
	s.visit(fake.NewBrowser(), "/login")
	require.Error(t, s.refused, "crewjam/saml takes 90 seconds")
	fake.Configure(func(s *nemlogintest.Settings) { s.IssuedAgo = time.Minute })
	s.visit(fake.NewBrowser(), "/login")
	require.NoError(t, s.refused)
	assert.WithinDuration(t, fake.Now().Add(-time.Minute), s.latest.IssueInstant, 30*time.Second)
}
