package mitidtest

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How an age is asked for (https://docs.idura.app/verify/guides/age-verification).
const (
	acrAge         = "urn:age-verification"
	criiptoAge     = "http://ageverification.criipto.com"
	criiptoAgeOver = "is_over_"
)

// knownAges are those that the broker proves.
var knownAges = [...]int{15, 16, 18, 21}

// provesAge reports whether req asks for a proof of age and no login.
func (r *request) provesAge() bool { return len(r.acrs) == 1 && r.acrs[0] == acrAge }

// ages returns the ages that a list of scopes asks for, by the scopes' prefix.
func ages(scopes []string, prefix string) []int {
	var asked []int
	for _, s := range scopes {
		n, ok := strings.CutPrefix(s, prefix)
		years, err := strconv.Atoi(n)
		if ok && err == nil && slices.Contains(knownAges[:], years) && !slices.Contains(asked, years) {
			asked = append(asked, years)
		}
	}
	return asked
}

// isOver reports whether c is at least years old at now; known is false when
// nobody knows when they were born. A birth date that lies ahead, as numbers of
// cprtest have it, is none.
func (c *Citizen) IsOver(years int, now time.Time) (over, known bool) {
	born := c.Born()
	known = !born.IsZero() && !born.After(now)
	return known && !born.AddDate(years, 0, 0).After(now), known
}

// agePayload returns the ID token of a proof of age: nothing about the person, and
// a sub that is made up anew each time.
func (c *criipto) agePayload(g *grant, s Settings) Object {
	now := c.b.Now()
	o := Object{{"iss", c.b.Issuer()}, {"aud", g.req.params.Get("client_id")}}
	o = optional(o, "nonce", g.req.params.Get("nonce"))
	if s.AgeInstant {
		o.Add("authenticationinstant", g.at.UTC().Format(instantLayout))
	}
	o.Add("sub", braced(randomHex(16)))
	answer := Object{{"country", "DK"}}
	for _, years := range ages(g.req.scopes, criiptoAgeOver) {
		if over, known := g.citizen.IsOver(years, now); known && !s.AgeAbsent {
			answer.Add(criiptoAgeOver+strconv.Itoa(years), over)
		}
	}
	o.Add(criiptoAge, answer)
	for _, name := range slices.Sorted(maps.Keys(g.citizen.Extra)) {
		o.Add(name, g.citizen.Extra[name])
	}
	o.Add("iat", now.Unix())
	o.Add("nbf", now.Unix())
	o.Add("exp", g.at.Unix()+int64(s.TokenLifetime/time.Second))
	return o
}
