package mitidtest

import (
	"github.com/dkeid/dkeid/mitid"
)

// asksAge returns the request of the tamperings with a proof of age.
func asksAge() mitid.Request { return mitid.Request{Age: 18} }

// AgeTampering returns a tampering with the ID token of a proof of age. The client must
// neither take the answer for a yes (AgeNotProven) nor read an identity in it.
func AgeTampering(name, doc string, f func(b *Broker, o *Object)) Tampering {
	t := OnToken(name, doc+"; the age is not proven", accepted, func(b *Broker, d *Token) { f(b, &d.Payload) })
	t.Request = asksAge()
	return t
}

// AgePersonTamperings returns those that add to a proof of age what names somebody, under
// the claim names of several brokers.
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

// AgeLogin returns a tampering that answers with an ordinary login that tells the age too.
// login returns the payload of that login.
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
