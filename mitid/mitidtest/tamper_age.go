package mitidtest

import (
	"github.com/dkeid/dkeid/mitid"
)

// asksAge is the request that the tamperings with a proof of age wait for.
func asksAge() mitid.Request { return mitid.Request{Age: 18} }

// ageTampering spoils the ID token of a proof of age. The answer that arrives is
// good for nothing: no yes may come of it (AgeNotProven), and nobody's identity.
func ageTampering(name, doc string, f func(b *Broker, o *object)) Tampering {
	t := onToken(name, doc+"; the age is not proven", accepted, func(b *Broker, d *draft) { f(b, &d.payload) })
	t.Request = asksAge()
	return t
}

// agePersonTamperings put into the answer what names somebody.
func agePersonTamperings() []Tampering {
	add := func(name, doc string, claims ...member) Tampering {
		return ageTampering("age-"+name, "a yes that also holds "+doc, func(_ *Broker, o *object) { *o = append(*o, claims...) })
	}
	ditlev := Ditlev()
	return []Tampering{
		add("with-name", "a name", member{"name", ditlev.Name}),
		add("with-family-name", "a family name", member{"family_name", "Von Testesen"}),
		add("with-email", "an e-mail address", member{"email", "ditlev@example.dk"}),
		add("with-birth-date", "a birth date", member{"birthdate", "1927-01-21"}),
		add("with-exact-age", "the exact age", member{"age", "99"}),
		add("with-uuid", "MitID's key of the person", member{"uuid", ditlev.UUID}, member{"mitid.uuid", ditlev.UUID}),
		add("with-cpr-number", "a CPR number", member{"cprNumberIdentifier", ditlev.CPR.Reveal()}, member{"dk.cpr", ditlev.CPR.Reveal()}),
		add("with-cpr-number-in-a-text", "a CPR number in a claim that nobody knows", member{"https://acme.example/note", "CPR " + ditlev.CPR.Reveal()}),
		add("with-malformed-cpr-number", "a CPR number that is none", member{"cprNumberIdentifier", "12"}, member{"dk.cpr", "12"}),
	}
}

// criiptoAgeTamperings spoil the claim of this dialect.
func criiptoAgeTamperings() []Tampering {
	claim := func(name, doc string, value any) Tampering {
		return ageTampering("age-"+name, doc, func(_ *Broker, o *object) { o.set(criiptoAge, value) })
	}
	yes := func(v any) object { return object{{"country", "DK"}, {"is_over_18", v}} }
	return append(agePersonTamperings(),
		ageTampering("age-missing", "the claim is left out", func(_ *Broker, o *object) { o.drop(criiptoAge) }),
		ageTampering("age-other-claim", "the answer is Nets eID Broker's", func(_ *Broker, o *object) {
			o.drop(criiptoAge)
			o.add(nebAgeVerified, "18:true")
			o.add("age_over_18", true)
		}),
		ageTampering("age-claim-in-capitals", "the claim's name is in another letter case", func(_ *Broker, o *object) {
			o.drop(criiptoAge)
			o.add("HTTP://ageverification.criipto.com", yes(true))
		}),
		ageTampering("age-claim-with-slash", "the claim's name ends in a slash", func(_ *Broker, o *object) {
			o.drop(criiptoAge)
			o.add(criiptoAge+"/", yes(true))
		}),
		claim("with-name-inside", "the person's name within the object", append(yes(true), member{"person", object{{"Name", Ditlev().Name}}})),
		claim("with-cpr-number-inside", "a CPR number within the object", append(yes(true), member{"note", []any{"nr. " + Ditlev().CPR.Reveal()[:6] + "/" + Ditlev().CPR.Reveal()[6:]}})),
		claim("null", "the claim is null", nil),
		claim("boolean", "the claim is true and no object", true),
		claim("in-a-list", "the claim is a list with the object in it", []any{yes(true)}),
		claim("object-as-text", "the claim is the object as a text", `{"country":"DK","is_over_18":true}`),
		claim("empty-object", "the claim is an empty object", object{}),
		claim("no-answer", "the object holds no answer", object{{"country", "DK"}}),
		claim("answer-null", "the answer is null", yes(nil)),
		claim("answer-as-text", "the answer is the text true", yes("true")),
		claim("answer-as-number", "the answer is the number 1", yes(1)),
		claim("answer-as-object", "the answer is an object", yes(object{{"value", true}})),
		claim("other-age", "the answer is about 15", object{{"country", "DK"}, {"is_over_15", true}}),
		claim("higher-age", "the answer is about 21", object{{"country", "DK"}, {"is_over_21", true}}),
		claim("answer-in-capitals", "the answer's name is in another letter case", object{{"country", "DK"}, {"Is_Over_18", true}}),
		claim("no-country", "the answer names no country", object{{"is_over_18", true}}),
		claim("other-country", "the answer is of Sweden", object{{"country", "SE"}, {"is_over_18", true}}),
		claim("country-in-small-letters", "the country is dk", object{{"country", "dk"}, {"is_over_18", true}}),
		claim("country-in-a-list", "the country is in a list", object{{"country", []any{"DK"}}, {"is_over_18", true}}),
		ageLogin(func(b *Broker) object {
			return b.criipto.payload(b.criipto.anyLogin(), b.criipto.snapshot())
		}, criiptoAge, yes(true)),
	)
}

// nebAgeTamperings spoil the claim of this dialect.
func nebAgeTamperings() []Tampering {
	claim := func(name, doc string, value any) Tampering {
		return ageTampering("age-"+name, doc, func(_ *Broker, o *object) { o.set(nebAgeVerified, value) })
	}
	return append(agePersonTamperings(),
		ageTampering("age-missing", "the claim is left out", func(_ *Broker, o *object) { o.drop(nebAgeVerified) }),
		ageTampering("age-other-claim", "the answer is Criipto's", func(_ *Broker, o *object) {
			o.drop(nebAgeVerified)
			o.add(criiptoAge, object{{"country", "DK"}, {"is_over_18", true}})
		}),
		ageTampering("age-announced-form", "the answer is in the form that is announced and not deployed", func(_ *Broker, o *object) {
			o.drop(nebAgeVerified)
			o.add("age_over_18", true)
		}),
		ageTampering("age-userinfo-form", "the answer is in the form of userinfo", func(_ *Broker, o *object) {
			o.drop(nebAgeVerified)
			o.add("idbrokerdk_age_verify_18", "true")
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
		ageTampering("age-other-eid", "the answer is of an eID that proves no ages", func(_ *Broker, o *object) { o.set("idp", "passkeyid") }),
		ageTampering("age-no-eid", "the answer names no eID", func(_ *Broker, o *object) { o.drop("idp") }),
		ageLogin(func(b *Broker) object {
			return b.neb.idClaims(b.neb.anyLogin(), b.neb.snapshot(), "", "")
		}, "mitid.uuid", Ditlev().UUID, member{nebAgeVerified, "18:true"}),
	)
}

// ageLogin answers with a whole login, with the age in it.
func ageLogin(login func(b *Broker) object, claim string, value any, more ...member) Tampering {
	return ageTampering("age-in-a-login", "the answer is an ordinary login that tells the age too", func(b *Broker, o *object) {
		nonce, sub, aud := o.get("nonce"), o.get("sub"), o.get("aud")
		*o = login(b)
		o.set("nonce", nonce)
		o.set("sub", sub)
		o.set("aud", aud)
		o.set(claim, value)
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
