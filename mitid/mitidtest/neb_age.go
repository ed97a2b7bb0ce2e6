package mitidtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How an age is asked for and answered (Signaturgruppen, age verification).
const (
	nebAgeScope    = "age_verify:"
	nebMinimal     = "minimal"
	nebAgeVerified = "idbrokerdk_age_verified"
	nebAgeOver     = "age_over:" // announced
)

// agesAsked returns the ages that req asks for, in the live or the announced form.
func (r *nebRequest) agesAsked() []int {
	return append(ages(r.scopes, nebAgeScope), ages(r.scopes, nebAgeOver)...)
}

// provesAge reports whether req asks for a proof of age and no login.
func (r *nebRequest) provesAge() bool {
	return len(r.agesAsked()) > 0 && !slices.ContainsFunc(r.scopes, func(w string) bool { return w != "openid" && !isAgeScope(w) })
}

func isAgeScope(w string) bool {
	return w == nebMinimal || len(ages([]string{w}, nebAgeScope)) > 0 || len(ages([]string{w}, nebAgeOver)) > 0
}

// mayUse reports whether the client may use a scope.
func (s *NEBSettings) mayUse(w string) bool {
	switch {
	case w == "openid", slices.Contains(s.Scopes, w):
		return true
	case strings.HasPrefix(w, nebAgeOver):
		return s.AgeOverAnnounced && isAgeScope(w)
	}
	return isAgeScope(w)
}

// sub is the key under which the client knows the person: for a proof of age one
// that is made up anew each time.
func (g *nebGrant) sub() string {
	if g.req.provesAge() {
		return g.req.ageSub
	}
	return g.session.sub
}

// ageClaims are the ID token's of a proof of age, in the order of the vendor's
// sample: no level, and nothing about the person.
func (n *neb) ageClaims(g *nebGrant, s NEBSettings) Object {
	now := n.b.Now().Unix()
	o := Object{
		{"iss", n.b.Issuer()}, {"nbf", now}, {"iat", now}, {"exp", now + int64(nebIDLife/time.Second)}, {"aud", n.b.ClientID()},
	}
	o = optional(o, "nonce", g.req.params.Get("nonce"))
	idp, kind := "idbrokerdk", "idbroker.dk"
	if len(ages(g.req.scopes, nebAgeOver)) > 0 {
		idp, kind = "euav", "av"
	}
	o = append(o, Object{
		{"sid", g.req.ageSID}, {"sub", g.sub()}, {"auth_time", g.session.at.Unix()}, {"idp", idp},
		{"neb_sid", g.req.ageSID}, {"transaction_id", g.transaction}, {"idtoken_type", kind},
	}...)
	return g.extra(append(o, n.ageAnswers(g, s)...))
}

// ageAnswers are the claims that answer an age; none where nobody knows it.
func (n *neb) ageAnswers(g *nebGrant, s NEBSettings) Object {
	var o Object
	now := n.b.Now()
	if s.AgeAbsent {
		return o
	}
	for _, years := range ages(g.req.scopes, nebAgeScope) {
		if over, known := g.session.citizen.IsOver(years, now); known {
			o.Set(nebAgeVerified, fmt.Sprintf("%d:%t", years, over))
		}
	}
	for _, years := range ages(g.req.scopes, nebAgeOver) {
		if over, known := g.session.citizen.IsOver(years, now); known {
			o.Add("age_over_"+strconv.Itoa(years), over)
		}
	}
	return o
}

// ageUserinfo is the userinfo answer of a proof of age.
func (n *neb) ageUserinfo(g *nebGrant, s NEBSettings) Object {
	var o Object
	for _, years := range ages(g.req.scopes, nebAgeScope) {
		if over, known := g.session.citizen.IsOver(years, n.b.Now()); known && g.has(nebMinimal) && !s.AgeAbsent {
			o.Add("idbrokerdk_age_verify_"+strconv.Itoa(years), fmt.Sprint(over))
		}
	}
	o.Add("sub", g.sub())
	return o
}
