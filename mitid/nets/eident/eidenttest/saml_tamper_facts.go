package eidenttest

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// attribute returns the attribute of that name, or nil.
func (st *statement) attribute(name string) *etree.Element {
	return st.assertion.FindElement("./AttributeStatement/Attribute[@AttributeName='" + name + "']")
}

// drop takes an attribute away, if it is there.
func (st *statement) drop(name string) {
	if el := st.attribute(name); el != nil {
		el.Parent().RemoveChild(el)
	}
}

// add appends an attribute.
func (st *statement) add(name string, values ...string) {
	at := child(st.assertion.SelectElement("AttributeStatement"), "saml:Attribute", "AttributeName", name, "AttributeNamespace", "urn:nets:eident")
	for _, v := range values {
		child(at, "saml:AttributeValue").SetText(v)
	}
}

// set replaces the values of an attribute, or appends it.
func (st *statement) set(name string, values ...string) {
	st.drop(name)
	st.add(name, values...)
}

// conditionTamperings spoil what decides whether the assertion may be believed, before it
// is signed.
func conditionTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	edit := func(name, doc string, want mitid.Kind, f func(now time.Time, a *etree.Element)) {
		ts = append(ts, onStatement(name, doc, want, func(b *mitidtest.Broker, st *statement) { f(b.Now(), st.assertion) }))
	}
	change := func(name, doc string, want mitid.Kind, path, attribute string, f func(old string) string) {
		edit(name, doc, want, func(_ time.Time, a *etree.Element) {
			el := a.FindElement(path)
			el.CreateAttr(attribute, f(el.SelectAttrValue(attribute, "")))
		})
	}
	drop := func(name, path, attribute string, want mitid.Kind) {
		edit(name, "there is no "+attribute, want, func(_ time.Time, a *etree.Element) { a.FindElement(path).RemoveAttr(attribute) })
	}
	remove := func(name, doc, path string, want mitid.Kind) {
		edit(name, doc, want, func(_ time.Time, a *etree.Element) {
			for _, el := range a.FindElements(path) {
				el.Parent().RemoveChild(el)
			}
		})
	}
	again := func(name, doc, path string) {
		edit(name, doc, mitid.ResponseInvalid, func(_ time.Time, a *etree.Element) {
			el := a.FindElement(path)
			el.Parent().AddChild(el.Copy())
		})
	}
	window := func(name, doc string, want mitid.Kind, from, to time.Duration) {
		edit(name, doc, want, func(now time.Time, a *etree.Element) {
			set(a.FindElement("./Conditions"), "NotBefore", instantOf(now.Add(from)), "NotOnOrAfter", instantOf(now.Add(to)))
		})
	}
	issued := func(name, doc string, want mitid.Kind, ago time.Duration) {
		edit(name, doc, want, func(now time.Time, a *etree.Element) { a.CreateAttr("IssueInstant", instantOf(now.Add(-ago))) })
	}
	plusOne := func(old string) string { return old + "1" }
	to := func(value string) func(string) string { return func(string) string { return value } }

	change("wrong-issuer", "Issuer is the right one plus one character", mitid.IssuerMismatch, ".", "Issuer", plusOne)
	change("empty-issuer", "Issuer is empty", mitid.IssuerMismatch, ".", "Issuer", to(""))
	change("other-issuer", "Issuer is another broker", mitid.IssuerMismatch, ".", "Issuer", to("https://other-broker.example"))
	drop("missing-issuer", ".", "Issuer", mitid.IssuerMismatch)
	change("version-2", "the assertion is of SAML 2", mitid.ResponseInvalid, ".", "MajorVersion", to("2"))
	drop("missing-issue-instant", ".", "IssueInstant", mitid.ResponseInvalid)
	change("unreadable-issue-instant", "IssueInstant is a text that nobody can read", mitid.ResponseInvalid, ".", "IssueInstant", to("i går, på Ærø"))
	issued("issued-an-hour-ago", "the assertion was made an hour ago, and is still good", mitid.TokenInvalid, time.Hour)
	issued("issued-four-minutes-ago", "the assertion was made four minutes ago, as clocks may differ", 0, 4*time.Minute)
	issued("issued-in-an-hour", "the assertion is made in an hour", mitid.TokenInvalid, -time.Hour)

	audience := func(name, doc string, values ...string) {
		edit(name, doc, mitid.TokenInvalid, func(_ time.Time, a *etree.Element) {
			c := a.FindElement("./Conditions/AudienceRestrictionCondition")
			right := c.SelectElement("Audience").Text()
			c.Child = nil
			for _, v := range values {
				child(c, "saml:Audience").SetText(right + v)
			}
		})
	}
	audience("wrong-audience", "the audience is the right one plus one character", "1")
	audience("audience-with-blank", "the audience is followed by a blank", " ")
	audience("empty-audience-list", "the list of audiences is empty")
	audience("two-wrong-audiences", "neither audience is the right one", "1", "2")
	edit("other-audience", "the assertion is for another merchant", mitid.TokenInvalid, func(_ time.Time, a *etree.Element) { a.FindElement(".//Audience").SetText("MER3") })
	edit("right-audience-beside-stranger", "the right audience stands beside a stranger", 0, func(_ time.Time, a *etree.Element) {
		child(a.FindElement(".//AudienceRestrictionCondition"), "saml:Audience").SetText("stranger")
	})
	edit("two-audience-conditions", "a second list of audiences leaves us out", mitid.TokenInvalid, func(_ time.Time, a *etree.Element) {
		child(child(a.FindElement("./Conditions"), "saml:AudienceRestrictionCondition"), "saml:Audience").SetText("stranger")
	})
	remove("missing-audience", "there is no audience", ".//AudienceRestrictionCondition", mitid.TokenInvalid)
	edit("unknown-condition", "there is a condition that nobody knows", mitid.ResponseInvalid, func(_ time.Time, a *etree.Element) {
		child(a.FindElement("./Conditions"), "saml:Condition")
	})
	edit("do-not-cache", "the assertion is not to be cached", 0, func(_ time.Time, a *etree.Element) {
		child(a.FindElement("./Conditions"), "saml:DoNotCacheCondition")
	})

	window("expired", "the assertion was good until an hour ago", mitid.TokenInvalid, -75*time.Minute, -time.Hour)
	window("expired-six-minutes-ago", "the assertion was good until six minutes ago", mitid.TokenInvalid, -16*time.Minute, -6*time.Minute)
	window("expired-four-minutes-ago", "the assertion was good until four minutes ago, as clocks may differ", 0, -14*time.Minute, -4*time.Minute)
	window("not-yet-valid", "the assertion will be good in an hour", mitid.TokenInvalid, time.Hour, 75*time.Minute)
	window("valid-in-four-minutes", "the assertion will be good in four minutes, as clocks may differ", 0, 4*time.Minute, 15*time.Minute)
	window("valid-for-an-hour", "the assertion is good for an hour", mitid.TokenInvalid, 0, time.Hour)
	window("valid-for-no-time", "the assertion ends when it begins", mitid.TokenInvalid, 0, 0)
	window("valid-backwards", "the assertion ends before it begins", mitid.TokenInvalid, time.Minute, -time.Minute)
	drop("missing-not-before", "./Conditions", "NotBefore", mitid.TokenInvalid)
	drop("missing-not-on-or-after", "./Conditions", "NotOnOrAfter", mitid.TokenInvalid)
	change("unreadable-expiry", "NotOnOrAfter is a text that nobody can read", mitid.ResponseInvalid, "./Conditions", "NotOnOrAfter", to("2026-13-45T99:00:00Z"))
	change("expiry-without-zone", "NotOnOrAfter names no time zone", mitid.ResponseInvalid, "./Conditions", "NotOnOrAfter", func(s string) string { return s[:len(s)-1] })

	remove("missing-conditions", "there are no Conditions", "./Conditions", mitid.ResponseInvalid)
	again("conditions-twice", "Conditions are there twice", "./Conditions")
	remove("missing-authentication-statement", "there is no AuthenticationStatement", "./AuthenticationStatement", mitid.ResponseInvalid)
	again("authentication-statement-twice", "the AuthenticationStatement is there twice", "./AuthenticationStatement")
	drop("missing-login-time", "./AuthenticationStatement", "AuthenticationInstant", mitid.ResponseInvalid)
	remove("missing-subject", "no statement has a Subject", ".//Subject", mitid.ResponseInvalid)
	remove("missing-confirmation", "no Subject has a SubjectConfirmation", ".//SubjectConfirmation", mitid.ResponseInvalid)
	edit("other-confirmation", "the Subject was confirmed for another profile", mitid.ResponseInvalid, func(_ time.Time, a *etree.Element) {
		for _, m := range a.FindElements(".//ConfirmationMethod") {
			m.SetText("urn:oasis:names:tc:SAML:1.0:cm:bearer")
		}
	})
	remove("missing-attribute-statement", "there is no AttributeStatement", "./AttributeStatement", mitid.ResponseInvalid)
	again("attribute-statement-twice", "the AttributeStatement is there twice", "./AttributeStatement")
	return ts
}

// attributeTamperings spoil the form of the attributes, before they are signed.
func attributeTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	edit := func(name, doc string, want mitid.Kind, f func(b *mitidtest.Broker, st *statement)) {
		ts = append(ts, onStatement(name, doc, want, f))
	}
	edit("attribute-repeated", "an attribute is there twice, equal", mitid.ResponseInvalid, func(_ *mitidtest.Broker, st *statement) {
		st.assertion.SelectElement("AttributeStatement").AddChild(st.attribute("LOA").Copy())
	})
	edit("attribute-repeated-other-namespace", "an attribute is there again, in another namespace and with another value", mitid.ResponseInvalid, func(_ *mitidtest.Broker, st *statement) {
		st.add("MITID_UUID", otherPerson)
		st.assertion.FindElements(".//Attribute[@AttributeName='MITID_UUID']")[1].CreateAttr("AttributeNamespace", "urn:example")
	})
	edit("attribute-in-two-cases", "an attribute is there again, in small letters", mitid.TokenInvalid, func(_ *mitidtest.Broker, st *statement) { st.add("mitid_uuid", otherPerson) })
	edit("attribute-without-value", "an attribute has no value", mitid.ResponseInvalid, func(_ *mitidtest.Broker, st *statement) { st.set("FULLNAME") })
	edit("attribute-without-name", "an attribute has no name", mitid.ResponseInvalid, func(_ *mitidtest.Broker, st *statement) { st.add("", "x") })
	edit("child-in-value", "an attribute's value holds an element", mitid.ResponseInvalid, func(_ *mitidtest.Broker, st *statement) {
		child(st.attribute("FULLNAME").SelectElement("AttributeValue"), "saml:b").SetText("Ærø")
	})
	return ts
}

// personTamperingsSAML spoil what the assertion says of the person and of the texts that
// they saw, before it is signed.
func personTamperingsSAML() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	edit := func(name, doc string, want mitid.Kind, r mitid.Request, f func(b *mitidtest.Broker, st *statement)) {
		t := onStatement(name, doc, want, f)
		t.Request = r
		ts = append(ts, t)
	}
	set := func(name, doc string, want mitid.Kind, r mitid.Request, attribute string, values ...string) {
		edit(name, doc, want, r, func(_ *mitidtest.Broker, st *statement) { st.set(attribute, values...) })
	}
	drop := func(name, doc string, want mitid.Kind, r mitid.Request, attribute string) {
		edit(name, doc, want, r, func(_ *mitidtest.Broker, st *statement) { st.drop(attribute) })
	}
	when := func(name, doc string, want mitid.Kind, r mitid.Request, ago time.Duration) {
		edit(name, doc, want, r, func(b *mitidtest.Broker, st *statement) {
			st.assertion.SelectElement("AuthenticationStatement").CreateAttr("AuthenticationInstant", instantOf(b.Now().Add(-ago)))
		})
	}
	any, fresh, substantial, high := mitid.Request{}, mitid.Request{Fresh: true}, mitid.Request{Level: claims.Substantial}, mitid.Request{Level: claims.High}
	when("login-yesterday", "the person logged in yesterday, and a fresh login was asked for", mitid.AssuranceTooLow, fresh, 24*time.Hour)
	when("login-ten-minutes-ago", "the person logged in ten minutes before the login began, and a fresh login was asked for", mitid.AssuranceTooLow, fresh, 10*time.Minute)
	when("login-in-the-future", "the person logs in in an hour", mitid.TokenInvalid, any, -time.Hour)

	set("level-low", "the level is Low where Substantial was asked for", mitid.AssuranceTooLow, substantial, "LOA", nsisWords[claims.Low])
	set("level-substantial-for-high", "the level is Substantial where High was asked for", mitid.AssuranceTooLow, high, "LOA", nsisWords[claims.Substantial])
	drop("missing-level", "there is no level", mitid.AssuranceTooLow, substantial, "LOA")
	set("empty-level", "the level is empty", mitid.AssuranceTooLow, substantial, "LOA", "")
	set("unknown-level", "the level is an unknown word", mitid.AssuranceTooLow, substantial, "LOA", nsis+"Høj")
	set("wrong-level", "the level is the right one plus one character", mitid.AssuranceTooLow, substantial, "LOA", nsisWords[claims.Substantial]+"1")
	set("level-is-acr", "LOA is what ACR always is", mitid.AssuranceTooLow, substantial, "LOA", acrAlways)
	set("other-eid", "the person used another eID", mitid.ClaimInvalid, any, "AMR", "no_bankid")
	set("two-eids", "AMR names another eID beside MitID", mitid.ClaimInvalid, any, "AMR", eidPrivate, "no_bankid")
	drop("missing-uuid", "there is no MITID_UUID", mitid.ClaimInvalid, any, "MITID_UUID")
	set("empty-uuid", "MITID_UUID is empty", mitid.ClaimInvalid, any, "MITID_UUID", "")
	set("uuid-malformed", "MITID_UUID is no UUID", mitid.ClaimInvalid, any, "MITID_UUID", "ikke-en-uuid")
	set("two-uuids", "MITID_UUID has two values", mitid.ClaimInvalid, any, "MITID_UUID", otherPerson, otherPerson)
	drop("missing-capacity", "there is no IDENTITY_TYPE", mitid.ClaimInvalid, any, "IDENTITY_TYPE")
	set("unknown-capacity", "IDENTITY_TYPE is an unknown word", mitid.ClaimInvalid, any, "IDENTITY_TYPE", "robot")
	required := mitid.Request{CPR: mitid.CPRRequired}
	drop("missing-cpr", "there is no CPR number", mitid.ClaimMissing, required, "DK_SSN")
	set("empty-cpr", "the CPR attribute is empty", mitid.ClaimMissing, required, "DK_SSN", "")
	for name, value := range mitidtest.ImpossibleNumbers() {
		text, ok := value.(string)
		if !ok || name == "null-byte" {
			continue // the forms of JSON, and what XML cannot hold
		}
		set("cpr-"+name, "the CPR attribute is malformed: "+name, mitid.ClaimInvalid, required, "DK_SSN", text)
		set("cpr-"+name+"-if-present", "the CPR attribute is malformed, and optional: "+name, mitid.ClaimInvalid, mitid.Request{CPR: mitid.CPRIfPresent}, "DK_SSN", text)
	}

	const sent = "Jeg køber Ærø for 100 kr."
	text := mitid.Request{TransactionText: mitid.Text{Body: sent}}
	sum := sha256.Sum256([]byte(sent + "0"))
	other := base64.StdEncoding.EncodeToString(sum[:])
	for name, attribute := range map[string]string{"text": "TRANSACTION_TEXT", "text-type": "TRANSACTION_TEXT_TYPE", "text-digest": "TRANSACTION_TEXT_SHA256"} {
		drop("missing-"+name, "there is no "+attribute, mitid.TransactionMismatch, text, attribute)
	}
	set("other-text", "the person saw another text", mitid.TransactionMismatch, text, "TRANSACTION_TEXT", sent+"0")
	set("other-text-digest", "the digest is that of another text", mitid.TransactionMismatch, text, "TRANSACTION_TEXT_SHA256", other)
	set("cut-text-digest", "the digest lacks its end", mitid.ClaimInvalid, text, "TRANSACTION_TEXT_SHA256", other[:40])
	set("other-text-type", "the person saw the text as html", mitid.TransactionMismatch, text, "TRANSACTION_TEXT_TYPE", "html")
	edit("other-text-and-digest", "the person saw another text, and its digest came", mitid.TransactionMismatch, text, func(_ *mitidtest.Broker, st *statement) {
		st.set("TRANSACTION_TEXT", sent+"0")
		st.set("TRANSACTION_TEXT_SHA256", other)
	})
	return ts
}
