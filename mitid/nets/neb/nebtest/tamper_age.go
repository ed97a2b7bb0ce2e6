package nebtest

import (
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// ageTamperings spoil the claim of this dialect.
func (n *dialect) ageTamperings() []mitidtest.Tampering {
	claim := func(name, doc string, value any) mitidtest.Tampering {
		return mitidtest.AgeTampering("age-"+name, doc, func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Set(claimAgeVerified, value) })
	}
	return append(mitidtest.AgePersonTamperings(),
		mitidtest.AgeTampering("age-missing", "the claim is left out", func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Drop(claimAgeVerified) }),
		mitidtest.AgeTampering("age-other-claim", "the answer is Criipto's", func(_ *mitidtest.Broker, o *mitidtest.Object) {
			o.Drop(claimAgeVerified)
			o.Add("http://ageverification.criipto.com", mitidtest.Object{{"country", "DK"}, {"is_over_18", true}})
		}),
		mitidtest.AgeTampering("age-announced-form", "the answer is in the form that is announced and not deployed", func(_ *mitidtest.Broker, o *mitidtest.Object) {
			o.Drop(claimAgeVerified)
			o.Add("age_over_18", true)
		}),
		mitidtest.AgeTampering("age-userinfo-form", "the answer is in the form of userinfo", func(_ *mitidtest.Broker, o *mitidtest.Object) {
			o.Drop(claimAgeVerified)
			o.Add("idbrokerdk_age_verify_18", "true")
		}),
		claim("null", "the claim is null", nil),
		claim("boolean", "the claim is true", true),
		claim("bare-word", "the claim is the text true, without an age", "true"),
		claim("in-a-list", "the claim is a list", []any{"18:true"}),
		claim("two-answers", "the claim holds two answers", "16:true 18:true"),
		claim("other-age", "the answer is about 15", "15:true"),
		claim("higher-age", "the answer is about 21", "21:true"),
		claim("answer-in-capitals", "the word is True", "18:True"),
		claim("answer-with-blank", "there is a blank before the word", "18: true"),
		claim("answer-plus-one", "the answer is the right one plus one character", "18:true1"),
		claim("leading-zero", "the age is written 018", "018:true"),
		mitidtest.AgeTampering("age-other-eid", "the answer is of an eID that proves no ages", func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Set("idp", "passkeyid") }),
		mitidtest.AgeTampering("age-no-eid", "the answer names no eID", func(_ *mitidtest.Broker, o *mitidtest.Object) { o.Drop("idp") }),
		mitidtest.AgeLogin(func(*mitidtest.Broker) mitidtest.Object {
			return n.idClaims(n.anyLogin(), n.snapshot(), "", "")
		}, "mitid.uuid", mitidtest.Ditlev().UUID, mitidtest.Member{claimAgeVerified, "18:true"}),
	)
}

func (n *dialect) anyLogin() *grant {
	return &grant{req: new(request), session: &session{sid: fakeoidc.NewUUID(), sub: fakeoidc.NewUUID(), citizen: mitidtest.Ditlev(), at: n.b.Now(), transaction: fakeoidc.NewUUID()}, transaction: fakeoidc.NewUUID()}
}
