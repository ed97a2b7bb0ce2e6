package nebtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// How an age is asked for and answered (Signaturgruppen, age verification).
const (
	scopeAgeVerify   = "age_verify:"
	scopeMinimal     = "minimal"
	claimAgeVerified = "idbrokerdk_age_verified"
	scopeAgeOver     = "age_over:" // announced
)

// agesAsked returns the ages that req asks for, in the live or the announced form.
func (r *request) agesAsked() []int {
	return append(fakeoidc.Ages(r.scopes, scopeAgeVerify), fakeoidc.Ages(r.scopes, scopeAgeOver)...)
}

// provesAge reports whether req asks for a proof of age and no login.
func (r *request) provesAge() bool {
	return len(r.agesAsked()) > 0 && !slices.ContainsFunc(r.scopes, func(w string) bool { return w != "openid" && !isAgeScope(w) })
}

func isAgeScope(w string) bool {
	return w == scopeMinimal || len(fakeoidc.Ages([]string{w}, scopeAgeVerify)) > 0 || len(fakeoidc.Ages([]string{w}, scopeAgeOver)) > 0
}

// mayUse reports whether the client may use a scope.
func (s *Settings) mayUse(w string) bool {
	switch {
	case w == "openid", slices.Contains(s.Scopes, w):
		return true
	case strings.HasPrefix(w, scopeAgeOver):
		return s.AgeOverAnnounced && isAgeScope(w)
	}
	return isAgeScope(w)
}

// sub is the key under which the client knows the person: for a proof of age one
// that is made up anew each time.
func (g *grant) sub() string {
	if g.req.provesAge() {
		return g.req.ageSub
	}
	return g.session.sub
}

// ageClaims are the ID token's of a proof of age, in the order of the vendor's
// sample: no level, and nothing about the person.
func (n *dialect) ageClaims(g *grant, s Settings) mitidtest.Object {
	now := n.b.Now().Unix()
	o := mitidtest.Object{
		{"iss", n.b.Issuer()}, {"nbf", now}, {"iat", now}, {"exp", now + int64(idLife/time.Second)}, {"aud", n.b.ClientID()},
	}
	o = o.Optional("nonce", g.req.params.Get("nonce"))
	idp, kind := "idbrokerdk", "idbroker.dk"
	if len(fakeoidc.Ages(g.req.scopes, scopeAgeOver)) > 0 {
		idp, kind = "euav", "av"
	}
	o = append(o, mitidtest.Object{
		{"sid", g.req.ageSID}, {"sub", g.sub()}, {"auth_time", g.session.at.Unix()}, {"idp", idp},
		{"neb_sid", g.req.ageSID}, {"transaction_id", g.transaction}, {"idtoken_type", kind},
	}...)
	return g.extra(append(o, n.ageAnswers(g, s)...))
}

// ageAnswers are the claims that answer an age; none where nobody knows it.
func (n *dialect) ageAnswers(g *grant, s Settings) mitidtest.Object {
	var o mitidtest.Object
	now := n.b.Now()
	if s.AgeAbsent {
		return o
	}
	for _, years := range fakeoidc.Ages(g.req.scopes, scopeAgeVerify) {
		if over, known := g.session.citizen.IsOver(years, now); known {
			o.Set(claimAgeVerified, fmt.Sprintf("%d:%t", years, over))
		}
	}
	for _, years := range fakeoidc.Ages(g.req.scopes, scopeAgeOver) {
		if over, known := g.session.citizen.IsOver(years, now); known {
			o.Add("age_over_"+strconv.Itoa(years), over)
		}
	}
	return o
}

// ageUserinfo is the userinfo answer of a proof of age.
func (n *dialect) ageUserinfo(g *grant, s Settings) mitidtest.Object {
	var o mitidtest.Object
	for _, years := range fakeoidc.Ages(g.req.scopes, scopeAgeVerify) {
		if over, known := g.session.citizen.IsOver(years, n.b.Now()); known && g.has(scopeMinimal) && !s.AgeAbsent {
			o.Add("idbrokerdk_age_verify_"+strconv.Itoa(years), fmt.Sprint(over))
		}
	}
	o.Add("sub", g.sub())
	return o
}
