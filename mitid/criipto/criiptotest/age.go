package criiptotest

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// How an age is asked for (https://docs.idura.app/verify/guides/age-verification).
const (
	acrAge       = "urn:age-verification"
	claimAge     = "http://ageverification.criipto.com"
	scopeAgeOver = "is_over_"
)

// provesAge reports whether req asks for a proof of age and no login.
func (r *request) provesAge() bool { return len(r.acrs) == 1 && r.acrs[0] == acrAge }

// agePayload returns the ID token of a proof of age: nothing about the person, and
// a sub that is made up anew each time.
func (c *dialect) agePayload(g *grant, s Settings) mitidtest.Object {
	now := c.b.Now()
	o := mitidtest.Object{{"iss", c.b.Issuer()}, {"aud", g.req.params.Get("client_id")}}
	o = o.Optional("nonce", g.req.params.Get("nonce"))
	if s.AgeInstant {
		o.Add("authenticationinstant", g.at.UTC().Format(instantLayout))
	}
	o.Add("sub", braced(fakehttp.RandomHex(16)))
	answer := mitidtest.Object{{"country", "DK"}}
	for _, years := range fakeoidc.Ages(g.req.scopes, scopeAgeOver) {
		if over, known := g.citizen.IsOver(years, now); known && !s.AgeAbsent {
			answer.Add(scopeAgeOver+strconv.Itoa(years), over)
		}
	}
	o.Add(claimAge, answer)
	for _, name := range slices.Sorted(maps.Keys(g.citizen.Extra)) {
		o.Add(name, g.citizen.Extra[name])
	}
	o.Add("iat", now.Unix())
	o.Add("nbf", now.Unix())
	o.Add("exp", g.at.Unix()+int64(s.TokenLifetime/time.Second))
	return o
}
