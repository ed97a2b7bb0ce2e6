package nemlogin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// bring brings a message of NemLog-in to an office.
func (p *visitor) bring(o *office, cb mitid.Callback) page {
	p.Helper()
	if cb.Method == http.MethodGet {
		return p.visit(o.url + "/slo?" + cb.RawQuery)
	}
	form, err := url.ParseQuery(string(cb.Body))
	require.NoError(p, err)
	return p.post(o.url+"/slo", form)
}

// IT-LOG-1: the log holds what happened, and nothing about the person; the signed
// assertion is there to be kept.
func testLog(t *testing.T) {
	fake := nemlogintest.New(t)
	o := newOffice(t, fake, kommune, 0, mitid.Request{CPR: mitid.CPRRequired})
	p := newVisitor(t, o)
	p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	l := o.login()
	fake.Tamper("assertion-expired")
	newVisitor(t, o).visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	newVisitor(t, o).visit(o.url+"/", mitidtest.Abort())
	fake.Tamper("logout-unsigned")
	cb, err := fake.Logout(l.Identity.Subject, false)
	require.NoError(t, err)
	p.bring(o, cb)

	log := o.logs.String()
	for _, want := range []string{"msg=login level=substantial", "TokenInvalid", "UserCancelled", "SignatureInvalid"} {
		require.Contains(t, log, want)
	}
	subject, number := l.Identity.Subject, mitidtest.Paiman().CPR.Reveal()
	for _, secret := range []string{
		"Paiman", "Petersen", number, number[:6] + "-" + number[6:], subject, subject[strings.LastIndexByte(subject, '/')+1:],
		l.Identity.SessionID, p.posted.Get("SAMLResponse")[:40], p.posted.Get("RelayState"),
	} {
		require.NotEmpty(t, secret)
		require.NotContains(t, log, secret)
	}
	require.Len(t, l.Evidence.Tokens, 1)
	require.Equal(t, "assertion", l.Evidence.Tokens[0].Use)
	require.Contains(t, l.Evidence.Tokens[0].Raw.Reveal(), subject)
}

// IT-FORCE-1: Request.Fresh makes the person log in again.
func testForced(t *testing.T) {
	fake := nemlogintest.New(t)
	o := newOffice(t, fake, kommune, 0, mitid.Request{})
	p := newVisitor(t, o)
	p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	before := o.login().Identity.AuthTime
	fake.Advance(10 * time.Minute)
	at := p.visit(o.url+"/igen?return=/sager", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, o.url+"/sager", at.address)
	require.Contains(t, at.text, "Ditlev", "NemLog-in asked who comes, though it had a session")
	require.GreaterOrEqual(t, o.login().Identity.AuthTime.Sub(before), 10*time.Minute)
	require.Equal(t, http.StatusForbidden, p.visit(o.url+"/igen", mitidtest.Abort()).status)
}

// IT-REPL-1: a response that is posted a second time is refused.
func testReplay(t *testing.T) {
	fake := nemlogintest.New(t)
	o := newOffice(t, fake, kommune, 0, mitid.Request{})
	p := newVisitor(t, o)
	p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, o.url+"/callback", p.action)
	require.Equal(t, http.StatusBadRequest, p.post(p.action, p.posted).status)
	require.ErrorIs(t, o.refusal(), mitid.ErrStateInvalid, "this browser has no such login any more")
	require.True(t, p.isIn(o), "the first login goes on")

	thief := newVisitor(t, o)
	require.Equal(t, http.StatusBadRequest, thief.post(p.action, p.posted).status)
	require.False(t, thief.isIn(o))

	// A browser that kept the cookies of the pending login.
	keeper := newVisitor(t, o)
	var kept []*http.Cookie
	callback, err := url.Parse(o.url + "/callback")
	require.NoError(t, err)
	keeper.jar.onCross = func() { kept = keeper.jar.Jar.Cookies(callback) }
	keeper.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
	keeper.jar.onCross = nil
	require.NotEmpty(t, kept)
	for _, c := range kept {
		c.Path, c.Secure = "/", true
	}
	keeper.jar.Jar.SetCookies(callback, kept)
	require.Equal(t, http.StatusBadRequest, keeper.post(keeper.action, keeper.posted).status)
	require.ErrorIs(t, o.refusal(), mitid.ErrReplay)
}

// IT-LOA-1: a level that is lower than the one asked for is refused, and the office is
// told the level.
func testLevel(t *testing.T) {
	for _, c := range []struct {
		reached claims.Level
		asked   claims.Level
		taken   bool
	}{
		{claims.Low, claims.Substantial, false}, {claims.Substantial, claims.Substantial, true}, {claims.High, claims.Substantial, true},
		{claims.Substantial, claims.High, false}, {claims.High, claims.High, true},
	} {
		t.Run(c.reached.String()+" for "+c.asked.String(), func(t *testing.T) {
			fake := nemlogintest.New(t)
			fake.Configure(func(s *nemlogintest.Settings) { s.Level = c.reached })
			o := newOffice(t, fake, kommune, 0, mitid.Request{Level: c.asked})
			p := newVisitor(t, o)
			at := p.visit(o.url+"/", mitidtest.Approve(mitidtest.Paiman()))
			require.Equal(t, c.taken, p.isIn(o))
			if !c.taken {
				require.Equal(t, http.StatusForbidden, at.status)
				require.ErrorIs(t, o.refusal(), mitid.ErrAssuranceTooLow)
				return
			}
			require.Equal(t, c.reached, o.login().Level)
			require.Equal(t, "Goddag Paiman Petersen, niveau "+c.reached.String(), at.text)
		})
	}
}

const (
	smørrebrød = "12345674" // the company of mitidtest.CompanyEmployee
	blåbær     = "87654320"
	unit       = "1092738120"
)

// employed logs an employee in with privileges, and returns what the office was told.
func employed(t *testing.T, form nemlogintest.PrivilegeForm, groups ...nemlogintest.PrivilegeGroup) *claims.OIOSAML {
	t.Helper()
	fake := nemlogintest.New(t)
	fake.Configure(func(s *nemlogintest.Settings) {
		s.PrivilegeForm = form
		s.Privileges = func(*mitidtest.Citizen, *mitidtest.Company) []nemlogintest.PrivilegeGroup { return groups }
	})
	o := newOffice(t, fake, kommune, 0, mitid.Request{Capacity: claims.CapacityProfessional})
	at := newVisitor(t, o).visit(o.url+"/", mitidtest.Approve(mitidtest.CompanyEmployee()).For(smørrebrød))
	require.Equal(t, http.StatusOK, at.status, at.text)
	require.Equal(t, claims.CapacityProfessional, o.login().Identity.Capacity)
	require.Equal(t, smørrebrød, o.login().Identity.Organisation.CVR.String())
	return o.oiosaml()
}

func cvr(t *testing.T, digits string) claims.CVR {
	t.Helper()
	n, err := claims.ParseCVR(digits)
	require.NoError(t, err)
	return n
}

// IT-PRIV-1: privileges with the scope of the employee's own company arrive as they are,
// constraints and all.
func testOwnPrivileges(t *testing.T) {
	for name, form := range map[string]nemlogintest.PrivilegeForm{"1.2": nemlogintest.Privileges12, "1.1": nemlogintest.Privileges11} {
		t.Run(name, func(t *testing.T) {
			said := employed(t, form, nemlogintest.PrivilegeGroup{
				Scope: nemlogintest.ScopeCVR(smørrebrød), Privileges: []string{"urn:dk:kommune:sagsbehandler", "urn:dk:kommune:leder"},
				Constraints: []nemlogintest.Constraint{{Name: "urn:dk:kommune:afdeling", Value: "Børn og unge på Ærø"}},
			})
			own := said.PrivilegesFor(cvr(t, smørrebrød))
			require.Len(t, own, 1)
			require.Equal(t, []string{"urn:dk:kommune:sagsbehandler", "urn:dk:kommune:leder"}, own[0].Privileges)
			require.Equal(t, "urn:dk:kommune:afdeling", own[0].Constraints[0].Name)
			require.Equal(t, "Børn og unge på Ærø", own[0].Constraints[0].Value)
		})
	}
}

// IT-PRIV-2: privileges with the scope of another company are a delegation, and none at the
// employee's own.
func testDelegatedPrivileges(t *testing.T) {
	said := employed(t, nemlogintest.Privileges12, nemlogintest.PrivilegeGroup{Scope: nemlogintest.ScopeCVR(blåbær), Privileges: []string{"urn:dk:skat:indberetter"}})
	require.Empty(t, said.PrivilegesFor(cvr(t, smørrebrød)))
	delegated := said.PrivilegesFor(cvr(t, blåbær))
	require.Len(t, delegated, 1)
	require.Equal(t, []string{"urn:dk:skat:indberetter"}, delegated[0].Privileges)
}

// IT-PRIV-3: privileges with the scope of a production unit hold there, and are none for a
// whole company.
func testPrivilegesOfAProductionUnit(t *testing.T) {
	said := employed(t, nemlogintest.Privileges12, nemlogintest.PrivilegeGroup{Scope: nemlogintest.ScopeProductionUnit(unit), Privileges: []string{"urn:dk:sygehus:læge"}})
	require.Len(t, said.Privileges, 1)
	require.Equal(t, unit, said.Privileges[0].Scope.PNumber.String())
	require.Equal(t, []string{"urn:dk:sygehus:læge"}, said.Privileges[0].Privileges)
	require.Empty(t, said.PrivilegesFor(cvr(t, smørrebrød)))
}
