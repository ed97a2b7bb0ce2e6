package criiptotest

import (
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// ageTamperings spoil the claim of this dialect.
func (c *dialect) ageTamperings() []mitidtest.Tampering {
	claim := func(name, doc string, value any) mitidtest.Tampering {
		return mitidtest.AgeTampering("age-"+name, doc, func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Set(claimAge, value) })
	}
	yes := func(v any) mitidtest.Object { return mitidtest.Object{{"country", "DK"}, {"is_over_18", v}} }
	return append(mitidtest.AgePersonTamperings(),
		mitidtest.AgeTampering("age-missing", "the claim is left out", func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Drop(claimAge) }),
		mitidtest.AgeTampering("age-other-claim", "the answer is Nets eID Broker's", func(_ *mitidtest.Broker, o *mitidtest.Object) {
			o.Drop(claimAge)
			o.Add("idbrokerdk_age_verified", "18:true")
			o.Add("age_over_18", true)
		}),
		mitidtest.AgeTampering("age-claim-in-capitals", "the claim's name is in another letter case", func(_ *mitidtest.Broker, o *mitidtest.Object) {
			o.Drop(claimAge)
			o.Add("HTTP://ageverification.criipto.com", yes(true))
		}),
		mitidtest.AgeTampering("age-claim-with-slash", "the claim's name ends in a slash", func(_ *mitidtest.Broker, o *mitidtest.Object) {
			o.Drop(claimAge)
			o.Add(claimAge+"/", yes(true))
		}),
		claim("with-name-inside", "the person's name within the object", append(yes(true), mitidtest.Member{"person", mitidtest.Object{{"Name", mitidtest.Ditlev().Name}}})),
		claim("with-cpr-number-inside", "a CPR number within the object", append(yes(true), mitidtest.Member{"note", []any{"nr. " + mitidtest.Ditlev().CPR.Reveal()[:6] + "/" + mitidtest.Ditlev().CPR.Reveal()[6:]}})),
		claim("null", "the claim is null", nil),
		claim("boolean", "the claim is true and no object", true),
		claim("in-a-list", "the claim is a list with the object in it", []any{yes(true)}),
		claim("object-as-text", "the claim is the object as a text", `{"country":"DK","is_over_18":true}`),
		claim("empty-object", "the claim is an empty object", mitidtest.Object{}),
		claim("no-answer", "the object holds no answer", mitidtest.Object{{"country", "DK"}}),
		claim("answer-null", "the answer is null", yes(nil)),
		claim("answer-as-text", "the answer is the text true", yes("true")),
		claim("answer-as-number", "the answer is the number 1", yes(1)),
		claim("answer-as-object", "the answer is an object", yes(mitidtest.Object{{"value", true}})),
		claim("other-age", "the answer is about 15", mitidtest.Object{{"country", "DK"}, {"is_over_15", true}}),
		claim("higher-age", "the answer is about 21", mitidtest.Object{{"country", "DK"}, {"is_over_21", true}}),
		claim("answer-in-capitals", "the answer's name is in another letter case", mitidtest.Object{{"country", "DK"}, {"Is_Over_18", true}}),
		claim("no-country", "the answer names no country", mitidtest.Object{{"is_over_18", true}}),
		claim("other-country", "the answer is of Sweden", mitidtest.Object{{"country", "SE"}, {"is_over_18", true}}),
		claim("country-in-small-letters", "the country is dk", mitidtest.Object{{"country", "dk"}, {"is_over_18", true}}),
		claim("country-in-a-list", "the country is in a list", mitidtest.Object{{"country", []any{"DK"}}, {"is_over_18", true}}),
		mitidtest.AgeLogin(func(*mitidtest.Broker) mitidtest.Object {
			return c.payload(c.anyLogin(), c.snapshot())
		}, claimAge, yes(true)),
	)
}

// anyLogin is a grant of an ordinary login.
func (c *dialect) anyLogin() *grant {
	return &grant{req: &request{hint: new(hint), acrs: []string{acrSubstantial}}, citizen: mitidtest.Ditlev(), acr: acrSubstantial, at: c.b.Now(), session: fakeoidc.NewUUID()}
}
