package mitidtest

import (
	"github.com/dkeid/dkeid/mitid"
)

// asksAge is the request that the tamperings with a proof of age wait for.
func AsksAge() mitid.Request { return mitid.Request{Age: 18} }

// ageTampering spoils the ID token of a proof of age. The answer that arrives is
// good for nothing: no yes may come of it (AgeNotProven), and nobody's identity.
func AgeTampering(name, doc string, f func(b *Broker, o *Object)) Tampering {
	t := onToken(name, doc+"; the age is not proven", accepted, func(b *Broker, d *Draft) { f(b, &d.Payload) })
	t.Request = AsksAge()
	return t
}

// agePersonTamperings put into the answer what names somebody.
func AgePersonTamperings() []Tampering {
	add := func(name, doc string, claims ...Member) Tampering {
		return AgeTampering("age-"+name, "a yes that also holds "+doc, func(_ *Broker, o *Object) { *o = append(*o, claims...) })
	}
	ditlev := Ditlev()
	return []Tampering{
		add("with-name", "a name", Member{"name", ditlev.Name}),
		add("with-family-name", "a family name", Member{"family_name", "Von Testesen"}),
		add("with-email", "an e-mail address", Member{"email", "ditlev@example.dk"}),
		add("with-birth-date", "a birth date", Member{"birthdate", "1927-01-21"}),
		add("with-exact-age", "the exact age", Member{"age", "99"}),
		add("with-uuid", "MitID's key of the person", Member{"uuid", ditlev.UUID}, Member{"mitid.uuid", ditlev.UUID}),
		add("with-cpr-number", "a CPR number", Member{"cprNumberIdentifier", ditlev.CPR.Reveal()}, Member{"dk.cpr", ditlev.CPR.Reveal()}),
		add("with-cpr-number-in-a-text", "a CPR number in a claim that nobody knows", Member{"https://acme.example/note", "CPR " + ditlev.CPR.Reveal()}),
		add("with-malformed-cpr-number", "a CPR number that is none", Member{"cprNumberIdentifier", "12"}, Member{"dk.cpr", "12"}),
	}
}

// criiptoAgeTamperings spoil the claim of this dialect.
func criiptoAgeTamperings() []Tampering {
	claim := func(name, doc string, value any) Tampering {
		return AgeTampering("age-"+name, doc, func(_ *Broker, o *Object) { o.Set(criiptoAge, value) })
	}
	yes := func(v any) Object { return Object{{"country", "DK"}, {"is_over_18", v}} }
	return append(AgePersonTamperings(),
		AgeTampering("age-missing", "the claim is left out", func(_ *Broker, o *Object) { o.Drop(criiptoAge) }),
		AgeTampering("age-other-claim", "the answer is Nets eID Broker's", func(_ *Broker, o *Object) {
			o.Drop(criiptoAge)
			o.Add(nebAgeVerified, "18:true")
			o.Add("age_over_18", true)
		}),
		AgeTampering("age-claim-in-capitals", "the claim's name is in another letter case", func(_ *Broker, o *Object) {
			o.Drop(criiptoAge)
			o.Add("HTTP://ageverification.criipto.com", yes(true))
		}),
		AgeTampering("age-claim-with-slash", "the claim's name ends in a slash", func(_ *Broker, o *Object) {
			o.Drop(criiptoAge)
			o.Add(criiptoAge+"/", yes(true))
		}),
		claim("with-name-inside", "the person's name within the object", append(yes(true), Member{"person", Object{{"Name", Ditlev().Name}}})),
		claim("with-cpr-number-inside", "a CPR number within the object", append(yes(true), Member{"note", []any{"nr. " + Ditlev().CPR.Reveal()[:6] + "/" + Ditlev().CPR.Reveal()[6:]}})),
		claim("null", "the claim is null", nil),
		claim("boolean", "the claim is true and no object", true),
		claim("in-a-list", "the claim is a list with the object in it", []any{yes(true)}),
		claim("object-as-text", "the claim is the object as a text", `{"country":"DK","is_over_18":true}`),
		claim("empty-object", "the claim is an empty object", Object{}),
		claim("no-answer", "the object holds no answer", Object{{"country", "DK"}}),
		claim("answer-null", "the answer is null", yes(nil)),
		claim("answer-as-text", "the answer is the text true", yes("true")),
		claim("answer-as-number", "the answer is the number 1", yes(1)),
		claim("answer-as-object", "the answer is an object", yes(Object{{"value", true}})),
		claim("other-age", "the answer is about 15", Object{{"country", "DK"}, {"is_over_15", true}}),
		claim("higher-age", "the answer is about 21", Object{{"country", "DK"}, {"is_over_21", true}}),
		claim("answer-in-capitals", "the answer's name is in another letter case", Object{{"country", "DK"}, {"Is_Over_18", true}}),
		claim("no-country", "the answer names no country", Object{{"is_over_18", true}}),
		claim("other-country", "the answer is of Sweden", Object{{"country", "SE"}, {"is_over_18", true}}),
		claim("country-in-small-letters", "the country is dk", Object{{"country", "dk"}, {"is_over_18", true}}),
		claim("country-in-a-list", "the country is in a list", Object{{"country", []any{"DK"}}, {"is_over_18", true}}),
		AgeLogin(func(b *Broker) Object {
			return b.criipto.payload(b.criipto.anyLogin(), b.criipto.snapshot())
		}, criiptoAge, yes(true)),
	)
}

// nebAgeTamperings spoil the claim of this dialect.
func nebAgeTamperings() []Tampering {
	claim := func(name, doc string, value any) Tampering {
		return AgeTampering("age-"+name, doc, func(_ *Broker, o *Object) { o.Set(nebAgeVerified, value) })
	}
	return append(AgePersonTamperings(),
		AgeTampering("age-missing", "the claim is left out", func(_ *Broker, o *Object) { o.Drop(nebAgeVerified) }),
		AgeTampering("age-other-claim", "the answer is Criipto's", func(_ *Broker, o *Object) {
			o.Drop(nebAgeVerified)
			o.Add(criiptoAge, Object{{"country", "DK"}, {"is_over_18", true}})
		}),
		AgeTampering("age-announced-form", "the answer is in the form that is announced and not deployed", func(_ *Broker, o *Object) {
			o.Drop(nebAgeVerified)
			o.Add("age_over_18", true)
		}),
		AgeTampering("age-userinfo-form", "the answer is in the form of userinfo", func(_ *Broker, o *Object) {
			o.Drop(nebAgeVerified)
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
		AgeTampering("age-other-eid", "the answer is of an eID that proves no ages", func(_ *Broker, o *Object) { o.Set("idp", "passkeyid") }),
		AgeTampering("age-no-eid", "the answer names no eID", func(_ *Broker, o *Object) { o.Drop("idp") }),
		AgeLogin(func(b *Broker) Object {
			return b.neb.idClaims(b.neb.anyLogin(), b.neb.snapshot(), "", "")
		}, "mitid.uuid", Ditlev().UUID, Member{nebAgeVerified, "18:true"}),
	)
}

// ageLogin answers with a whole login, with the age in it.
func AgeLogin(login func(b *Broker) Object, claim string, value any, more ...Member) Tampering {
	return AgeTampering("age-in-a-login", "the answer is an ordinary login that tells the age too", func(b *Broker, o *Object) {
		nonce, sub, aud := o.Get("nonce"), o.Get("sub"), o.Get("aud")
		*o = login(b)
		o.Set("nonce", nonce)
		o.Set("sub", sub)
		o.Set("aud", aud)
		o.Set(claim, value)
		*o = append(*o, more...)
	})
}

// anyLogin is a grant of an ordinary login.
func (c *criipto) anyLogin() *grant {
	return &grant{req: &request{hint: new(hint), acrs: []string{acrSubstantial}}, citizen: Ditlev(), acr: acrSubstantial, at: c.b.Now(), session: newUUID()}
}

func (n *neb) anyLogin() *nebGrant {
	return &nebGrant{req: new(nebRequest), session: &nebSession{sid: newUUID(), sub: newUUID(), citizen: Ditlev(), at: n.b.Now(), transaction: newUUID()}, transaction: newUUID()}
}
