package mitidtest

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// personTamperings spoil what the token says of the person and the login.
func personTamperings() []Tampering {
	var ts []Tampering
	edit := func(name, doc string, want mitid.Kind, r mitid.Request, f func(b *Broker, o *object)) {
		t := onToken(name, doc, want, func(b *Broker, d *draft) { f(b, &d.payload) })
		t.Request = r
		ts = append(ts, t)
	}
	set := func(name, doc string, want mitid.Kind, r mitid.Request, claim string, value any) {
		edit(name, doc, want, r, func(_ *Broker, o *object) { o.set(spelled(*o, claim), value) })
	}
	drop := func(name string, want mitid.Kind, r mitid.Request, claim string) {
		edit(name, "there is no "+claim, want, r, func(_ *Broker, o *object) { o.drop(spelled(*o, claim)) })
	}
	const instant, level, number = "authenticationinstant", "loA", "cprNumberIdentifier"

	fresh := mitid.Request{Fresh: true}
	when := func(name, doc string, ago time.Duration) {
		edit(name, doc, mitid.AssuranceTooLow, fresh, func(b *Broker, o *object) {
			o.set(spelled(*o, instant), b.Now().Add(-ago).UTC().Format(instantLayout))
		})
	}
	drop("O-49-missing", mitid.AssuranceTooLow, fresh, instant)
	set("O-49-null", "authenticationinstant is null", mitid.AssuranceTooLow, fresh, instant, nil)
	when("O-49-yesterday", "the person logged in yesterday, and a fresh login was asked for", 24*time.Hour)
	when("O-49-ten-minutes", "the person logged in ten minutes before the login began", 10*time.Minute)
	when("O-49-ahead", "the person logs in in an hour", -time.Hour)

	substantial := mitid.Request{Level: claims.Substantial}
	set("O-50-low", "LOW where Substantial was asked for", mitid.AssuranceTooLow, substantial, level, "LOW")
	set("O-50-substantial-for-high", "SUBSTANTIAL where High was asked for", mitid.AssuranceTooLow, mitid.Request{Level: claims.High}, level, "SUBSTANTIAL")
	drop("O-50-missing", mitid.AssuranceTooLow, substantial, level)
	set("O-50-null", "loA is null", mitid.AssuranceTooLow, substantial, level, nil)
	set("O-50-empty", "loA is empty", mitid.AssuranceTooLow, substantial, level, "")
	set("O-50-unknown-word", "loA is an unknown word", mitid.AssuranceTooLow, substantial, level, "HØJ")
	set("O-50-plus-one", "loA is SUBSTANTIAL plus one character", mitid.AssuranceTooLow, substantial, level, "SUBSTANTIAL1")
	business := Tampering{
		Name: "O-50-business-without-level", Doc: "a business token tells no level", Stage: StageIDToken, Want: mitid.AssuranceTooLow,
		Request: mitid.Request{Identity: mitid.Professional}, settings: func(b *Broker) { b.criipto.settings.BusinessLevels = false },
	}
	ts = append(ts, business)

	required := mitid.Request{CPR: mitid.CPRRequired}
	drop("O-51-missing", mitid.ClaimMissing, required, number)
	set("O-51-null", "the CPR claim is null", mitid.ClaimMissing, required, number, nil)
	set("O-51-empty", "the CPR claim is empty", mitid.ClaimMissing, required, number, "")

	for name, value := range impossibleNumbers() {
		set("O-52-"+name, "the CPR claim is malformed: "+name, mitid.ClaimInvalid, required, number, value)
		set("O-52-"+name+"-if-present", "the CPR claim is malformed, and optional: "+name, mitid.ClaimInvalid, mitid.Request{CPR: mitid.CPRIfPresent}, number, value)
	}
	return ts
}

// spelled returns a claim's name in the style of o.
func spelled(o object, name string) string {
	if long := longNames[name]; long != "" && o.get(long) != nil {
		return long
	}
	return name
}

// userinfoTamperings spoil the userinfo answer. A client that does not ask for
// it never meets them.
func userinfoTamperings() []Tampering {
	member := func(name, doc string, change func(o *object)) Tampering {
		return onReply(name, doc, StageUserinfo, mitid.TokenInvalid, func(_ *Broker, p *reply) { change(&p.object) })
	}
	return []Tampering{
		member("O-53-other-sub", "userinfo is about somebody else", func(o *object) { o.set("sub", "{00000000-0000-4000-8000-000000000000}") }),
		member("O-53-sub-plus-one", "userinfo's sub is the right one plus one character", func(o *object) {
			sub, _ := o.get("sub").(string)
			o.set("sub", sub+"1")
		}),
		member("O-53-no-sub", "userinfo has no sub", func(o *object) { o.drop("sub") }),
		member("O-53-empty-sub", "userinfo's sub is empty", func(o *object) { o.set("sub", "") }),
	}
}
