package nemlogin_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// TestIT has the cases of NemLog-in's integration test, under their names, against the
// fake. See docs/guides/nemlog-in.md. What each case asks exactly is in NemLog-in's test
// document.
func TestIT(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"IT-LOGON-1": testLogon, "IT-SSO-1": testSingleSignOn, "IT-SPSES-1": testOwnSession, "IT-SLO-1": testLogoutHere,
		"IT-SLO-2": testLogoutElsewhere, "IT-SLO-3": testForgedLogout, "IT-TIM-1": testExpired, "IT-TIM-2": testClocks,
		"IT-LOG-1": testLog, "IT-FORCE-1": testForced, "IT-REPL-1": testReplay, "IT-LOA-1": testLevel,
		"IT-PRIV-1": testOwnPrivileges, "IT-PRIV-2": testDelegatedPrivileges, "IT-PRIV-3": testPrivilegesOfAProductionUnit,
	} {
		t.Run(name, test)
	}
}

const (
	kommune = "https://saml.kommune.example"
	region  = "https://saml.region.example"
)

// IT-LOGON-1: a person logs in with MitID, and the office knows who they are.
func testLogon(t *testing.T) {
	fake := nemlogintest.New(t)
	o := newOffice(t, fake, kommune, 0, mitid.Request{CPR: mitid.CPRRequired})
	p := newVisitor(t, o)
	require.False(t, p.isIn(o))
	at := p.visit(o.url+"/sager?nr=7", mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, page{http.StatusOK, o.url + "/sager", "Goddag Paiman Petersen, niveau substantial"}, at)
	l := o.login()
	require.Equal(t, mitidtest.Paiman().CPR, l.Identity.CPR)
	require.Equal(t, claims.CapacityPrivate, l.Identity.Capacity)
	require.Equal(t, fake.EntityID(), l.Issuer)
	require.Equal(t, kommune, l.ClientID)
	require.Regexp(t, `^https://data\.gov\.dk/model/core/eid/person/uuid/[0-9a-f-]{36}$`, l.Identity.Subject)
	require.NotEmpty(t, l.Identity.SessionID)
	require.WithinDuration(t, fake.Now(), l.Identity.AuthTime, time.Minute)

	second := newVisitor(t, o)
	second.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, l.Identity.Subject, o.login().Identity.Subject, "the NameID is persistent")
	require.NotEqual(t, l.Identity.SessionID, o.login().Identity.SessionID)

	cancelled := newVisitor(t, o)
	require.Equal(t, http.StatusForbidden, cancelled.visit(o.url+"/", mitidtest.Abort()).status)
	require.ErrorIs(t, o.refusal(), mitid.ErrUserCancelled)
	require.False(t, cancelled.isIn(o))
}

// IT-SSO-1: a person with a session at NemLog-in gets into a second service provider
// without a second login.
func testSingleSignOn(t *testing.T) {
	fake := nemlogintest.New(t)
	first, second := newOffice(t, fake, kommune, 0, mitid.Request{}), newOffice(t, fake, region, 2, mitid.Request{})
	p := newVisitor(t, first, second)
	p.visit(first.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	fake.Advance(10 * time.Minute)
	require.Equal(t, "Goddag Paiman Petersen, niveau substantial", p.visit(second.url+"/").text, "no page asked who comes")
	require.Equal(t, first.login().Identity.AuthTime, second.login().Identity.AuthTime, "it is the same login")
	require.NotEqual(t, first.login().Identity.Subject, second.login().Identity.Subject, "each service provider knows the person by another name")
}

// IT-SPSES-1: the office's own session ends by its own clock, whatever NemLog-in's session
// does.
func testOwnSession(t *testing.T) {
	fake := nemlogintest.New(t)
	o := newOffice(t, fake, kommune, 0, mitid.Request{})
	p := newVisitor(t, o)
	p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	fake.Advance(sessionLife - time.Minute) // NemLog-in's has ended after 30 minutes
	require.True(t, p.isIn(o))
	fake.Advance(2 * time.Minute)
	require.False(t, p.isIn(o))
	at := p.visit(o.url+"/", mitidtest.Approve(mitidtest.Ditlev()))
	require.Contains(t, at.text, "Ditlev", "NemLog-in asks anew who comes")

	fake.Configure(func(s *nemlogintest.Settings) { s.SessionLifetime = 3 * sessionLife })
	longer := newVisitor(t, o)
	longer.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	fake.Advance(sessionLife + time.Minute)
	require.False(t, longer.isIn(o), "that NemLog-in's session goes on does not matter")
}

// IT-SLO-1: the person logs out in the office, and NemLog-in's session ends.
func testLogoutHere(t *testing.T) {
	fake := nemlogintest.New(t)
	o := newOffice(t, fake, kommune, 0, mitid.Request{})
	p := newVisitor(t, o)
	p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	at := p.press(o.url + "/log-ud")
	require.Equal(t, o.url+"/farvel", at.address, "the person comes back from NemLog-in")
	require.Equal(t, http.StatusOK, at.status)
	require.False(t, p.isIn(o))
	at = p.visit(o.url+"/", mitidtest.Approve(mitidtest.Ditlev()))
	require.Contains(t, at.text, "Ditlev", "the next person is asked who they are")
}

// IT-SLO-2: the person logs out at another service provider, and the office's session ends.
func testLogoutElsewhere(t *testing.T) {
	fake := nemlogintest.New(t)
	o, other := newOffice(t, fake, kommune, 0, mitid.Request{}), newOffice(t, fake, region, 2, mitid.Request{})
	p, neighbour := newVisitor(t, o, other), newVisitor(t, o)
	neighbour.visit(o.url+"/", mitidtest.Approve(mitidtest.Ditlev()))
	p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	p.visit(other.url + "/")
	require.True(t, p.isIn(o))
	require.True(t, p.isIn(other))
	at := p.press(other.url + "/log-ud")
	require.Equal(t, other.url+"/farvel", at.address)
	require.False(t, p.isIn(other))
	require.False(t, p.isIn(o))
	require.True(t, neighbour.isIn(o), "another person stays")

	p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	require.True(t, p.isIn(o))
	require.Contains(t, p.visit(fake.LogoutURL()).text, "Du er logget ud.", "at NemLog-in itself")
	require.False(t, p.isIn(o))
}

// IT-SLO-3: a logout message that is not signed, or is signed by somebody else, ends
// nothing.
func testForgedLogout(t *testing.T) {
	fake := nemlogintest.New(t)
	o := newOffice(t, fake, kommune, 0, mitid.Request{})
	p := newVisitor(t, o)
	p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	tried := 0
	for _, tampering := range fake.Tamperings() {
		if tampering.Stage != mitidtest.StageLogout || tampering.Want == 0 {
			continue
		}
		for _, post := range []bool{false, true} {
			fake.Tamper(tampering.Name)
			cb, err := fake.Logout(o.login().Identity.Subject, post)
			if errors.Is(err, errors.ErrUnsupported) {
				continue // the forgery is for the other binding
			}
			require.NoError(t, err, tampering.Name)
			tried++
			require.Equal(t, http.StatusBadRequest, p.bring(o, cb).status, tampering.Name)
			require.True(t, p.isIn(o), tampering.Name)
		}
	}
	require.Greater(t, tried, 10)
	cb, err := fake.Logout(o.login().Identity.Subject, false)
	require.NoError(t, err)
	p.bring(o, cb)
	require.False(t, p.isIn(o), "the genuine message counts")
}

// IT-TIM-1: an assertion that has expired is refused.
func testExpired(t *testing.T) {
	for _, name := range []string{"assertion-expired", "assertion-expired-six-minutes-ago", "assertion-confirmation-expired"} {
		t.Run(name, func(t *testing.T) {
			fake := nemlogintest.New(t)
			o := newOffice(t, fake, kommune, 0, mitid.Request{})
			p := newVisitor(t, o)
			fake.Tamper(name)
			require.Equal(t, http.StatusBadRequest, p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman())).status)
			require.ErrorIs(t, o.refusal(), mitid.ErrTokenInvalid)
			require.False(t, p.isIn(o))
		})
	}
}

// IT-TIM-2: an assertion from a clock that is up to five minutes ahead or behind is taken,
// and no other.
func testClocks(t *testing.T) {
	for name, c := range map[string]struct {
		behind time.Duration
		taken  bool
	}{
		"same clock": {0, true}, "behind": {4*time.Minute + 50*time.Second, true}, "ahead": {-4*time.Minute - 50*time.Second, true},
		"too far behind": {11 * time.Minute, false}, "too far ahead": {-5*time.Minute - 10*time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			fake := nemlogintest.New(t)
			fake.Configure(func(s *nemlogintest.Settings) { s.IssuedAgo = c.behind })
			o := newOffice(t, fake, kommune, 0, mitid.Request{})
			p := newVisitor(t, o)
			at := p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
			require.Equal(t, c.taken, p.isIn(o))
			if !c.taken {
				require.Equal(t, http.StatusBadRequest, at.status)
				require.ErrorIs(t, o.refusal(), mitid.ErrTokenInvalid)
			}
		})
	}
}
