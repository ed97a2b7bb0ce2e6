package nemlogintest

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Tamperings are the catalogue of this dialect. A name begins with its place: response,
// assertion, status, encryption, logout. The place is left out where the person and the level
// are told, as with the other brokers.
func (e *dialect) Tamperings() []mitidtest.Tampering {
	return slices.Concat(
		mitidtest.CallbackTamperings("RelayState", mitid.Replay), formTamperings(),
		responseTamperings(), statusTamperings(), documentTamperings(), sizeTamperings(),
		signatureTamperings(), forgeryTamperings(), wrappingTamperings(), idTamperings(),
		encryptionTamperings(), subjectTamperings(), conditionTamperings(), statementTamperings(),
		levelTamperings(), attributeTamperings(), logoutTamperings(),
	)
}

// onResponse returns a tampering with the response around the assertion.
func onResponse(name, doc string, want mitid.Kind, f func(b *mitidtest.Broker, m *response)) mitidtest.Tampering {
	return mitidtest.On("response-"+name, doc, StageResponse, want, f)
}

// onAssertion returns a tampering with the assertion.
func onAssertion(name, doc string, want mitid.Kind, f func(b *mitidtest.Broker, m *response)) mitidtest.Tampering {
	return mitidtest.On("assertion-"+name, doc, StageAssertion, want, f)
}

// edit returns a tampering that changes what the assertion says before it is signed.
func edit(name, doc string, want mitid.Kind, f func(assertion *etree.Element)) mitidtest.Tampering {
	return onAssertion(name, doc, want, func(_ *mitidtest.Broker, m *response) { f(m.assertion) })
}

// told is edit for what the assertion says of the person, in a login that r asks for.
func told(name, doc string, want mitid.Kind, r mitid.Request, f func(assertion *etree.Element)) mitidtest.Tampering {
	t := mitidtest.On(name, doc, StageAssertion, want, func(_ *mitidtest.Broker, m *response) { f(m.assertion) })
	t.Request = r
	return t
}

// around returns a tampering that changes the Response before it is signed.
func around(name, doc string, want mitid.Kind, f func(el *etree.Element)) mitidtest.Tampering {
	return onResponse(name, doc, want, func(_ *mitidtest.Broker, m *response) { f(m.el) })
}

// values are the wrong values of something, by the words for them in names.
func values(right string) []struct{ name, doc, value string } {
	return []struct{ name, doc, value string }{
		{"wrong", "the right one plus one character", right + "1"},
		{"cut", "the right one without its last character", right[:max(0, len(right)-1)]},
		{"upper-case", "in capitals", strings.ToUpper(right)},
		{"empty", "empty", ""},
	}
}

// spoilAttribute returns tamperings with an XML attribute that is compared letter by
// letter: with each wrong value, with another one, and without it.
func spoilAttribute(place, whose, local, attribute, other string, want mitid.Kind, on func(name, doc string, want mitid.Kind, f func(*etree.Element)) mitidtest.Tampering) []mitidtest.Tampering {
	at := func(el *etree.Element) *etree.Element { return find(el, local) }
	ts := []mitidtest.Tampering{
		on("missing-"+place, whose+" has no "+attribute, want, func(el *etree.Element) { at(el).RemoveAttr(attribute) }),
		on("other-"+place, whose+"'s "+attribute+" is somebody else's", want, func(el *etree.Element) { at(el).CreateAttr(attribute, other) }),
	}
	for i, v := range values("x") {
		ts = append(ts, on(v.name+"-"+place, whose+"'s "+attribute+" is "+v.doc, want, func(el *etree.Element) {
			at(el).CreateAttr(attribute, values(at(el).SelectAttrValue(attribute, ""))[i].value)
		}))
	}
	return ts
}

// remove removes el from its parent, if it has one.
func remove(el *etree.Element) {
	if el.Parent() != nil {
		el.Parent().RemoveChild(el)
	}
}

// twice puts a copy of el behind it.
func twice(el *etree.Element) { el.Parent().InsertChildAt(el.Index()+1, el.Copy()) }

// attribute returns the SAML attribute of that name, or an empty one that stands nowhere.
func attribute(assertion *etree.Element, name string) *etree.Element {
	for _, a := range find(assertion, "AttributeStatement").ChildElements() {
		if a.SelectAttrValue("Name", "") == name {
			return a
		}
	}
	return etree.NewElement("saml:Attribute")
}

// value returns the first value of a SAML attribute.
func value(assertion *etree.Element, name string) *etree.Element {
	if v := find(attribute(assertion, name), "AttributeValue"); v != nil {
		return v
	}
	return etree.NewElement("saml:AttributeValue")
}

// somebodyElse makes an assertion one about another person.
func somebodyElse(assertion *etree.Element) {
	find(assertion, "NameID").SetText(attrEID + "person/uuid/00000000-0000-4000-8000-000000000000")
	value(assertion, attrEID+"fullName").SetText("Ondskabens Ærke Fjende")
	value(assertion, attrCPRUUID).SetText("00000000-0000-4000-8000-000000000000")
}

// slug makes words a name.
func slug(words string) string {
	fields := strings.FieldsFunc(strings.ToLower(words), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(fields, "-")
}
