package nemlogintest

import (
	"slices"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// subjectTamperings spoil the assertion's head and its Subject.
func subjectTamperings() []mitidtest.Tampering {
	missing := func(local string) mitidtest.Tampering {
		return edit("missing-"+slug(spaced(local)), "the assertion has no "+local, mitid.ResponseInvalid, func(a *etree.Element) { remove(find(a, local)) })
	}
	two := func(local string) mitidtest.Tampering {
		return edit("two-"+slug(spaced(local)), "there are two "+local, mitid.ResponseInvalid, func(a *etree.Element) { twice(find(a, local)) })
	}
	set := func(name, doc, local, attribute, value string) mitidtest.Tampering {
		return edit(name, doc, mitid.ResponseInvalid, func(a *etree.Element) { find(a, local).CreateAttr(attribute, value) })
	}
	nameID := func(name, doc string, want mitid.Kind, text string) mitidtest.Tampering {
		return edit(name, doc, want, func(a *etree.Element) { find(a, "NameID").SetText(text) })
	}
	ts := slices.Concat(
		issuerTamperings("the assertion", edit),
		spoilAttribute("recipient", "the confirmation", "SubjectConfirmationData", "Recipient", "https://evil.example/callback", mitid.ResponseInvalid, edit),
		spoilAttribute("confirmed-request-id", "the confirmation", "SubjectConfirmationData", "InResponseTo", "_4c2f6e0d9b1a4f7c8e5d3a2b1c0f9e8d", mitid.StateInvalid, edit),
	)
	for _, local := range []string{"Subject", "NameID", "SubjectConfirmation", "SubjectConfirmationData", "Conditions", "AuthnStatement", "AuthnContext", "AttributeStatement"} {
		ts = append(ts, missing(local))
		if local != "AuthnContext" {
			ts = append(ts, two(local))
		}
	}
	const uuid = "8f1c2a3b-4d5e-4f60-8a7b-9c0d1e2f3a4b"
	return append(ts,
		onAssertion("for-other-request", "the response and the assertion in it answer another request", mitid.StateInvalid, func(_ *mitidtest.Broker, m *response) {
			const other = "_4c2f6e0d9b1a4f7c8e5d3a2b1c0f9e8d"
			m.el.CreateAttr("InResponseTo", other)
			find(m.assertion, "SubjectConfirmationData").CreateAttr("InResponseTo", other)
		}),
		onAssertion("for-no-request", "the response and the assertion in it answer no request (IdP-initiated)", mitid.StateInvalid, func(_ *mitidtest.Broker, m *response) {
			m.el.RemoveAttr("InResponseTo")
			find(m.assertion, "SubjectConfirmationData").RemoveAttr("InResponseTo")
		}),
		set("other-version", "the assertion's Version is 1.1", "Assertion", "Version", "1.1"),
		edit("missing-version", "the assertion has no Version", mitid.ResponseInvalid, func(a *etree.Element) { a.RemoveAttr("Version") }),
		set("other-confirmation-method", "the subject is confirmed by the holder of a key", "SubjectConfirmation", "Method", "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"),
		set("wrong-confirmation-method", "the confirmation's Method is the right one plus one character", "SubjectConfirmation", "Method", methodBearer+"1"),
		set("name-id-other-format", "the NameID has a Format that was not registered", "NameID", "Format", formatTransient),
		set("name-id-unspecified-format", "the NameID's Format is unspecified", "NameID", "Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
		edit("name-id-without-format", "the NameID has no Format", mitid.ResponseInvalid, func(a *etree.Element) { find(a, "NameID").RemoveAttr("Format") }),
		edit("name-id-with-element", "the NameID holds an element", mitid.ResponseInvalid, func(a *etree.Element) { add(find(a, "NameID"), "saml:x").SetText("y") }),
		edit("name-id-other-namespace", "the NameID is in another namespace", mitid.ResponseInvalid, func(a *etree.Element) {
			find(a, "NameID").CreateAttr("xmlns:saml", "urn:x")
		}),
		nameID("empty-name-id", "the NameID is empty", mitid.ResponseInvalid, ""),
		nameID("name-id-professional", "the NameID is that of an employee, and the attributes are those of a person", mitid.ClaimInvalid, attrEID+"professional/uuid/"+uuid),
		nameID("name-id-without-uuid", "the NameID has no UUID behind its prefix", mitid.ClaimInvalid, attrEID+"person/uuid/"),
		nameID("name-id-is-a-uuid", "the NameID is a UUID without the prefix", mitid.ClaimInvalid, uuid),
		nameID("name-id-other-prefix", "the NameID has another prefix", mitid.ClaimInvalid, "https://evil.example/uuid/"+uuid),
		edit("name-id-with-blank", "the NameID is followed by a blank", mitid.ClaimInvalid, func(a *etree.Element) { n := find(a, "NameID"); n.SetText(n.Text() + " ") }),
		edit("element-in-assertion", "the assertion holds an element that does not belong there", mitid.ResponseInvalid, func(a *etree.Element) { add(a, "saml:Noget") }),
		edit("element-in-subject", "the Subject holds an element that does not belong there", mitid.ResponseInvalid, func(a *etree.Element) { add(find(a, "Subject"), "saml:Noget") }),
	)
}

// spaced puts a blank before the capitals of a name.
func spaced(local string) string {
	var out []rune
	for i, r := range local {
		if i > 0 && r >= 'A' && r <= 'Z' && local[i-1] >= 'a' {
			out = append(out, ' ')
		}
		out = append(out, r)
	}
	return string(out)
}

// conditionTamperings spoil for whom and when the assertion is valid.
func conditionTamperings() []mitidtest.Tampering {
	audience := func(name, doc string, f func(el *etree.Element)) mitidtest.Tampering {
		return edit(name, doc, mitid.TokenInvalid, func(a *etree.Element) { f(find(a, "Audience")) })
	}
	drop := func(name, doc, local, attribute string, want mitid.Kind) mitidtest.Tampering {
		return edit(name, doc, want, func(a *etree.Element) { find(a, local).RemoveAttr(attribute) })
	}
	moment := func(name, doc, local, attribute string, want mitid.Kind, d time.Duration) mitidtest.Tampering {
		return onAssertion(name, doc, want, func(b *mitidtest.Broker, m *response) {
			find(m.assertion, local).CreateAttr(attribute, instant(b.Now().Add(d)))
		})
	}
	form := func(name, doc, local, attribute string, f func(t time.Time) string) mitidtest.Tampering {
		return onAssertion(name, doc, mitid.ResponseInvalid, func(b *mitidtest.Broker, m *response) {
			find(m.assertion, local).CreateAttr(attribute, f(b.Now().UTC()))
		})
	}
	const conditions, confirmation, authn = "Conditions", "SubjectConfirmationData", "AuthnStatement"
	ts := []mitidtest.Tampering{
		audience("missing-audience", "there is no Audience", remove),
		audience("missing-audience-restriction", "there is no AudienceRestriction", func(el *etree.Element) { remove(el.Parent()) }),
		audience("audience-twice", "the Audience is there twice", twice),
		audience("two-audiences", "there is an Audience of ours and one of a stranger", func(el *etree.Element) {
			twice(el)
			el.SetText("https://stranger.example")
		}),
		audience("two-audience-restrictions", "there are two AudienceRestrictions", func(el *etree.Element) { twice(el.Parent()) }),
		audience("other-audience", "the Audience is another service provider", func(el *etree.Element) { el.SetText("https://stranger.example") }),
		audience("audience-with-slash", "the Audience is the right one plus a slash", func(el *etree.Element) { el.SetText(el.Text() + "/") }),
		audience("audience-with-blank", "the Audience is followed by a blank", func(el *etree.Element) { el.SetText(el.Text() + " ") }),

		drop("missing-expiry", "the Conditions have no NotOnOrAfter", conditions, "NotOnOrAfter", mitid.TokenInvalid),
		drop("missing-begin", "the Conditions have no NotBefore", conditions, "NotBefore", mitid.TokenInvalid),
		drop("missing-confirmation-expiry", "the confirmation has no NotOnOrAfter", confirmation, "NotOnOrAfter", mitid.TokenInvalid),
		drop("missing-issue-time", "the assertion has no IssueInstant", "Assertion", "IssueInstant", mitid.ResponseInvalid),
		drop("missing-login-time", "there is no AuthnInstant", authn, "AuthnInstant", mitid.ResponseInvalid),
		drop("missing-session-index", "there is no SessionIndex", authn, "SessionIndex", mitid.ResponseInvalid),
		moment("expired", "the assertion ended an hour ago", conditions, "NotOnOrAfter", mitid.TokenInvalid, -time.Hour),
		moment("expired-six-minutes-ago", "the assertion ended six minutes ago", conditions, "NotOnOrAfter", mitid.TokenInvalid, -6*time.Minute),
		moment("expired-four-minutes-ago", "the assertion ended four minutes ago, as clocks may differ", conditions, "NotOnOrAfter", 0, -4*time.Minute),
		moment("not-yet-valid", "the assertion begins in an hour", conditions, "NotBefore", mitid.TokenInvalid, time.Hour),
		moment("not-valid-for-six-minutes", "the assertion begins in six minutes", conditions, "NotBefore", mitid.TokenInvalid, 6*time.Minute),
		moment("not-valid-for-four-minutes", "the assertion begins in four minutes, as clocks may differ", conditions, "NotBefore", 0, 4*time.Minute),
		moment("confirmation-expired", "the confirmation ended an hour ago", confirmation, "NotOnOrAfter", mitid.TokenInvalid, -time.Hour),
		moment("confirmation-with-begin", "the confirmation has a NotBefore", confirmation, "NotBefore", mitid.ResponseInvalid, -time.Minute),
		moment("issued-in-an-hour", "the assertion was issued an hour ahead", "Assertion", "IssueInstant", mitid.TokenInvalid, time.Hour),
		moment("issued-in-six-minutes", "the assertion was issued six minutes ahead", "Assertion", "IssueInstant", mitid.TokenInvalid, 6*time.Minute),
		moment("issued-an-hour-ago", "the assertion was issued an hour ago, and is still good", "Assertion", "IssueInstant", mitid.TokenInvalid, -time.Hour),
		moment("issued-four-minutes-ago", "the assertion was issued four minutes ago, as clocks may differ", "Assertion", "IssueInstant", 0, -4*time.Minute),
		moment("session-ended", "NemLog-in's session ended an hour ago", authn, "SessionNotOnOrAfter", mitid.TokenInvalid, -time.Hour),
		moment("login-in-the-future", "the person logs in in an hour", authn, "AuthnInstant", mitid.TokenInvalid, time.Hour),
		edit("one-time-use", "the Conditions hold OneTimeUse", 0, func(a *etree.Element) { add(find(a, conditions), "saml:OneTimeUse") }),
		edit("unknown-condition", "the Conditions hold one that nobody knows", mitid.ResponseInvalid, func(a *etree.Element) {
			add(find(a, conditions), "saml:Condition", "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance", "xsi:type", "saml:NogetNyt")
		}),
		edit("proxy-restriction", "the Conditions hold a ProxyRestriction", mitid.ResponseInvalid, func(a *etree.Element) { add(find(a, conditions), "saml:ProxyRestriction", "Count", "0") }),
		form("expiry-local-time", "the assertion's end is not in UTC", conditions, "NotOnOrAfter", func(t time.Time) string {
			return t.Add(3 * time.Hour).Format("2006-01-02T15:04:05+02:00")
		}),
		form("expiry-number", "the assertion's end is a number", conditions, "NotOnOrAfter", func(t time.Time) string { return t.Format("20060102150405") }),
		form("expiry-far-away", "the assertion's end has a year of five digits", conditions, "NotOnOrAfter", func(time.Time) string { return "12026-01-01T00:00:00Z" }),
		form("expiry-empty", "the assertion's end is empty", conditions, "NotOnOrAfter", func(time.Time) string { return "" }),
		form("begin-without-zone", "the assertion's begin has no time zone", conditions, "NotBefore", func(t time.Time) string { return t.Format("2006-01-02T15:04:05") }),
	}
	for i, v := range values("x") {
		if v.name != "upper-case" { // an entity id in capitals is compared letter by letter like the others
			ts = append(ts, audience(v.name+"-audience", "the Audience is "+v.doc, func(el *etree.Element) { el.SetText(values(el.Text())[i].value) }))
		}
	}
	fresh := func(name, doc string, ago time.Duration) {
		t := moment(name, doc, authn, "AuthnInstant", mitid.AssuranceTooLow, -ago)
		t.Name, t.Request = name, mitid.Request{Fresh: true}
		ts = append(ts, t)
	}
	fresh("login-yesterday", "the person logged in yesterday, and a fresh login was asked for", 24*time.Hour)
	fresh("login-ten-minutes-ago", "the person logged in ten minutes before the login began, and a fresh login was asked for", 10*time.Minute)
	return ts
}

// statementTamperings spoil the form of the AttributeStatement.
func statementTamperings() []mitidtest.Tampering {
	bad := func(name, doc string, f func(a *etree.Element)) mitidtest.Tampering {
		return edit(name, doc, mitid.ResponseInvalid, f)
	}
	name := attrEID + "fullName"
	return []mitidtest.Tampering{
		bad("attribute-twice", "an attribute is there twice, equal", func(a *etree.Element) { twice(attribute(a, name)) }),
		bad("two-attributes", "an attribute is there twice, the wrong one first", func(a *etree.Element) {
			twice(attribute(a, name))
			value(a, name).SetText("Ondskabens Ærke Fjende")
		}),
		bad("level-attribute-twice", "the level is there twice, High first", func(a *etree.Element) {
			twice(attribute(a, attrLoA))
			value(a, attrLoA).SetText("High")
		}),
		bad("attribute-other-format", "an attribute's NameFormat is basic", func(a *etree.Element) {
			attribute(a, name).CreateAttr("NameFormat", "urn:oasis:names:tc:SAML:2.0:attrname-format:basic")
		}),
		bad("attribute-without-format", "an attribute has no NameFormat", func(a *etree.Element) { attribute(a, name).RemoveAttr("NameFormat") }),
		bad("attribute-without-name", "an attribute has no Name", func(a *etree.Element) { attribute(a, name).RemoveAttr("Name") }),
		bad("element-in-value", "an element stands in an attribute's value", func(a *etree.Element) {
			v := value(a, name)
			v.CreateElement("b").SetText("Ond")
			v.CreateText(" bagefter")
		}),
		bad("element-in-level", "an element stands in the level's value", func(a *etree.Element) {
			v := value(a, attrLoA)
			v.SetText("")
			v.CreateElement("b").SetText("High")
		}),
		bad("element-in-attribute", "an element that is no value stands in an attribute", func(a *etree.Element) { add(attribute(a, name), "saml:Noget").SetText("x") }),
		bad("value-other-namespace", "an attribute's value is in another namespace", func(a *etree.Element) { value(a, name).CreateAttr("xmlns:saml", "urn:x") }),
		bad("encrypted-attribute", "an attribute is encrypted by itself", func(a *etree.Element) { add(find(a, "AttributeStatement"), "saml:EncryptedAttribute") }),
	}
}
