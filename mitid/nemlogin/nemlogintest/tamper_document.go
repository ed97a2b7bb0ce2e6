package nemlogintest

import (
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The document types that no reader may take.
const (
	doctypeHarmless = "<!DOCTYPE samlp:Response>"
	doctypeEntity   = `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>`
	doctypeRemote   = `<!DOCTYPE x SYSTEM "http://evil.example/x.dtd">`
)

// bombType is a document type whose entity is a gigabyte (billion laughs).
func bombType() string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE x [<!ENTITY e0 "ha">`)
	for i := range 29 {
		fmt.Fprintf(&b, `<!ENTITY e%d "&e%d;&e%d;">`, i+1, i, i)
	}
	b.WriteString("]>")
	return b.String()
}

// documentTamperings spoil the XML itself: of the Response, and of the assertion within
// the encryption.
func documentTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	for _, d := range []struct {
		name, doc string
		change    func(text []byte) []byte
	}{
		{"doctype", "has a document type", before(doctypeHarmless)},
		{"doctype-external-entity", "has a document type with an entity that is a file", before(doctypeEntity)},
		{"doctype-remote", "has a document type at an address", before(doctypeRemote)},
		{"doctype-bomb", "has a document type with an entity of a gigabyte", before(bombType())},
		{"text-before", "has a text before its root", before("Ærø")},
		{"text-behind", "has a text behind its root", behind("Ærø")},
		{"second-root", "has a second root", behind("<x></x>")},
		{"root-before", "has another root before its own", before("<x></x>")},
		{"comment-before", "has a comment before its root", before("<!-- æøå -->")},
		{"instruction", "has a processing instruction", before("<?php æøå ?>")},
		{"declaration-inside", "has a declaration inside", insideRoot("<!ATTLIST x y CDATA #IMPLIED>")},
		{"two-colons", "has a name with two colons", insideRoot(`<a:b:c xmlns:a="urn:a"></a:b:c>`)},
		{"two-colons-in-attribute", "has an attribute name with two colons", insideRoot(`<a xmlns:b="urn:b" b:c:d="1"></a>`)},
		{"leading-colon", "has a name that begins with a colon", insideRoot("<:a></:a>")},
		{"empty-prefix-name", "has a name that ends with a colon", insideRoot(`<a: xmlns:a="urn:a"></a:>`)},
		{"unknown-prefix", "has a prefix that is not declared", insideRoot("<ukendt:a></ukendt:a>")},
		{"attribute-twice", "has an element with an attribute twice", insideRoot(`<a b="1" b="2"></a>`)},
		{"attribute-twice-by-namespace", "has an element with an attribute twice, under two prefixes of one namespace", insideRoot(`<a xmlns:b="urn:b" xmlns:c="urn:b" b:d="1" c:d="2"></a>`)},
		{"unknown-entity", "has an entity that nobody knows", insideRoot("&aring;")},
		{"null-character", "has a null character", insideRoot("&#0;")},
		{"not-utf-8", "has bytes that are no UTF-8", insideRoot("\xe6\xf8\xe5")},
		{"other-encoding", "says that it is in ISO-8859-1", before(`<?xml version="1.0" encoding="ISO-8859-1"?>`)},
		{"version-1-1", "says that it is XML 1.1", before(`<?xml version="1.1" encoding="UTF-8"?>`)},
		{"cut", "ends in the middle", func(text []byte) []byte { return text[:len(text)/2] }},
		{"empty", "is empty", func([]byte) []byte { return nil }},
		{"json", "is JSON", func([]byte) []byte { return []byte(`{"æ":"ø"}`) }},
	} {
		ts = append(ts,
			onResponse("xml-"+d.name, "the response "+d.doc, mitid.ResponseInvalid, func(_ *mitidtest.Broker, m *response) { m.whole = d.change }),
			onAssertion("xml-"+d.name, "the assertion "+d.doc, mitid.ResponseInvalid, func(_ *mitidtest.Broker, m *response) { m.text = d.change }),
		)
	}
	ts = append(ts, onResponse("xml-declaration", "the response begins with an XML declaration", 0, func(_ *mitidtest.Broker, m *response) {
		m.whole = before(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	}))
	return append(ts, textTamperings()...)
}

// textTamperings cut a text in two, in ways that a signature does not cover.
func textTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	for _, cut := range []struct {
		name, doc string
		put       func(el *etree.Element)
	}{
		{"comment", "a comment", func(el *etree.Element) { el.CreateComment(" æøå ") }},
		{"instruction", "a processing instruction", func(el *etree.Element) { el.CreateProcInst("php", "æøå") }},
		{"cdata", "a CDATA section", func(el *etree.Element) { el.CreateCData("") }},
	} {
		in := func(place, doc string, at func(a *etree.Element) *etree.Element) mitidtest.Tampering {
			return onAssertion(cut.name+"-in-"+place, cut.doc+" stands in the middle of "+doc, mitid.ResponseInvalid, func(_ *mitidtest.Broker, m *response) {
				m.signed = func(a *etree.Element) {
					el := at(a)
					text := el.Text()
					el.SetText("")
					el.CreateText(text[:len(text)/2])
					cut.put(el)
					el.CreateText(text[len(text)/2:])
				}
			})
		}
		ts = append(ts,
			in("name-id", "the NameID", func(a *etree.Element) *etree.Element { return find(a, "NameID") }),
			in("attribute", "an attribute's value", func(a *etree.Element) *etree.Element { return value(a, attrCPRUUID) }),
			in("audience", "the audience", func(a *etree.Element) *etree.Element { return find(a, "Audience") }),
		)
	}
	return ts
}

// sizeTamperings are documents that cost a reader without bounds a lot.
func sizeTamperings() []mitidtest.Tampering {
	inside := func(name, doc string, markup func() string) mitidtest.Tampering {
		return onResponse(name, "the response has "+doc, mitid.ResponseInvalid, func(_ *mitidtest.Broker, m *response) { m.whole = insideRoot(markup()) })
	}
	numbered := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return "<a" + b.String() + "/>"
	}
	return []mitidtest.Tampering{
		inside("deep", "5,000 levels", func() string { return strings.Repeat("<a>", 5_000) + strings.Repeat("</a>", 5_000) }),
		inside("many-elements", "50,000 elements", func() string { return strings.Repeat("<a/>", 50_000) }),
		inside("many-attributes", "an element with 25,000 attributes", func() string { return numbered(25_000, ` a%d=""`) }),
		inside("many-namespaces", "an element with 8,000 namespaces", func() string { return numbered(8_000, ` xmlns:n%d="urn:n"`) }),
		inside("long-name", "a name of 200,000 characters without an end", func() string { return "<" + strings.Repeat("a", 200_000) }),
	}
}

func before(markup string) func([]byte) []byte {
	return func(text []byte) []byte { return append([]byte(markup), text...) }
}

func behind(markup string) func([]byte) []byte {
	return func(text []byte) []byte { return append(text, markup...) }
}

// insideRoot puts markup before the end tag of the root.
func insideRoot(markup string) func([]byte) []byte {
	return func(text []byte) []byte {
		at := strings.LastIndex(string(text), "</")
		return append(append(append([]byte(nil), text[:at]...), markup...), text[at:]...)
	}
}
