package criiptotest

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// personTamperings spoil what the token says of the person and the login.
func (c *dialect) personTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	edit := func(name, doc string, want mitid.Kind, r mitid.Request, f func(b *mitidtest.Broker, o *mitidtest.Object)) {
		t := mitidtest.OnToken(name, doc, want, func(b *mitidtest.Broker, d *mitidtest.Token) { f(b, &d.Payload) })
		t.Request = r
		ts = append(ts, t)
	}
	set := func(name, doc string, want mitid.Kind, r mitid.Request, claim string, value any) {
		edit(name, doc, want, r, func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Set(spelled(*o, claim), value) })
	}
	drop := func(name, doc string, want mitid.Kind, r mitid.Request, claim string) {
		edit(name, doc, want, r, func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Drop(spelled(*o, claim)) })
	}
	const instant, level, number = "authenticationinstant", "loA", "cprNumberIdentifier"

	fresh := mitid.Request{Fresh: true}
	when := func(name, doc string, ago time.Duration) {
		edit(name, doc, mitid.AssuranceTooLow, fresh, func(b *mitidtest.Broker, o *mitidtest.Object) {
			o.Set(spelled(*o, instant), b.Now().Add(-ago).UTC().Format(instantLayout))
		})
	}
	drop("missing-login-time", "there is no time of login, and a fresh login was asked for", mitid.AssuranceTooLow, fresh, instant)
	set("null-login-time", "the time of login is null", mitid.AssuranceTooLow, fresh, instant, nil)
	when("login-yesterday", "the person logged in yesterday, and a fresh login was asked for", 24*time.Hour)
	when("login-ten-minutes-ago", "the person logged in ten minutes before the login began", 10*time.Minute)
	when("login-in-an-hour", "the person logs in in an hour", -time.Hour)

	substantial := mitid.Request{Level: claims.Substantial}
	set("level-low", "the level is Low where Substantial was asked for", mitid.AssuranceTooLow, substantial, level, "LOW")
	set("level-substantial-for-high", "the level is Substantial where High was asked for", mitid.AssuranceTooLow, mitid.Request{Level: claims.High}, level, "SUBSTANTIAL")
	drop("missing-level", "there is no level", mitid.AssuranceTooLow, substantial, level)
	set("null-level", "the level is null", mitid.AssuranceTooLow, substantial, level, nil)
	set("empty-level", "the level is empty", mitid.AssuranceTooLow, substantial, level, "")
	set("unknown-level", "the level is an unknown word", mitid.AssuranceTooLow, substantial, level, "HØJ")
	set("wrong-level", "the level is the right one plus one character", mitid.AssuranceTooLow, substantial, level, "SUBSTANTIAL1")
	business := mitidtest.Tampering{
		Name: "business-without-level", Doc: "a business token tells no level", Stage: mitidtest.StageIDToken, Want: mitid.AssuranceTooLow,
		Request: mitid.Request{Capacity: claims.CapacityProfessional}, Switch: func() { c.switches.Change(func(s *Settings) { s.BusinessLevels = false }) },
	}
	ts = append(ts, business)

	required := mitid.Request{CPR: mitid.CPRRequired}
	drop("missing-cpr", "there is no CPR number", mitid.ClaimMissing, required, number)
	set("null-cpr", "the CPR claim is null", mitid.ClaimMissing, required, number, nil)
	set("empty-cpr", "the CPR claim is empty", mitid.ClaimMissing, required, number, "")

	for name, value := range mitidtest.ImpossibleNumbers() {
		set("cpr-"+name, "the CPR claim is malformed: "+name, mitid.ClaimInvalid, required, number, value)
		set("cpr-"+name+"-if-present", "the CPR claim is malformed, and optional: "+name, mitid.ClaimInvalid, mitid.Request{CPR: mitid.CPRIfPresent}, number, value)
	}
	return ts
}

// spelled returns a claim's name in the style of o.
func spelled(o mitidtest.Object, name string) string {
	if long := longNames[name]; long != "" && o.Get(long) != nil {
		return long
	}
	return name
}
