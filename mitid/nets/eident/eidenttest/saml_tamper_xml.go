package eidenttest

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/internal/xmlsig/xmlforge"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// signatureTamperings spoil who signed the assertion, and what.
func signatureTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	bad := func(name, doc string, f func(b *mitidtest.Broker, st *statement)) {
		ts = append(ts, onStatement(name, doc, mitid.SignatureInvalid, f))
	}
	sent := func(name, doc string, f func(assertion *etree.Element)) {
		bad(name, doc, func(_ *mitidtest.Broker, st *statement) {
			st.sent = func(_, _, assertion *etree.Element) { f(assertion) }
		})
	}
	bad("missing-signature", "the assertion is not signed", func(_ *mitidtest.Broker, st *statement) { st.sign = nil })
	bad("signed-by-other-key", "a key signed that nobody trusts, and brings its certificate along", func(b *mitidtest.Broker, st *statement) {
		st.sign = signWith(b.Keys().Next())
	})
	bad("signed-by-other-key-known-certificate", "a key signed that nobody trusts, and shows E-Ident's certificate", func(b *mitidtest.Broker, st *statement) {
		shown := *b.Keys().Next()
		shown.Certificate = b.Keys().Active().Certificate
		st.sign = signWith(&shown)
	})
	bad("only-response-signed", "the response is signed, and the assertion is not", func(b *mitidtest.Broker, st *statement) {
		st.sign, st.wrap = nil, signResponse(b)
	})
	sent("changed-after-signing", "the assertion was changed after it was signed", impersonate)
	bad("audience-changed-after-signing", "the audience was changed to ours after the assertion was signed", func(_ *mitidtest.Broker, st *statement) {
		right := st.assertion.FindElement(".//Audience").Text()
		st.assertion.FindElement(".//Audience").SetText("MER3")
		st.sent = func(_, _, assertion *etree.Element) { assertion.FindElement(".//Audience").SetText(right) }
	})
	sent("prefix-bound-again", "a prefix is bound to another namespace after the assertion was signed", func(assertion *etree.Element) {
		assertion.SelectElement("AttributeStatement").CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:2.0:assertion")
	})
	sent("signature-twice", "the assertion has its signature twice", func(assertion *etree.Element) {
		for _, s := range assertion.SelectElements("Signature") {
			assertion.AddChild(s.Copy())
		}
	})
	sent("signature-in-subject", "the signature stands in a Subject", func(assertion *etree.Element) {
		for _, s := range assertion.SelectElements("Signature") {
			assertion.FindElement(".//Subject").AddChild(s)
		}
	})
	for name, spelling := range map[string]string{"id": "Id", "small-id": "id", "capital-id": "ID", "xml-id": "xml:id"} {
		sent("id-also-as-"+name, "another element has the AssertionID as "+spelling, func(assertion *etree.Element) {
			assertion.SelectElement("AttributeStatement").CreateAttr(spelling, assertion.SelectAttrValue("AssertionID", ""))
		})
	}
	for _, f := range xmlforge.Forgeries() {
		bad("signature-"+slug(f.Name), "the assertion's signature: "+f.Name, func(b *mitidtest.Broker, st *statement) {
			st.sign = func(el *etree.Element) (*etree.Element, error) {
				key := b.Keys().Active()
				private, err := key.Private()
				if err != nil {
					return nil, err
				}
				return f.Sign(el, private, key.Certificate)
			}
		})
	}
	return ts
}

// signResponse signs the response in place of the assertion.
func signResponse(b *mitidtest.Broker) signer {
	return func(response *etree.Element) (*etree.Element, error) {
		key := b.Keys().Active()
		private, err := key.Private()
		if err != nil {
			return nil, err
		}
		return xmlsig.Sign(response, "ResponseID", private, key.Certificate)
	}
}

// slug makes a name of words.
func slug(words string) string {
	fields := strings.FieldsFunc(strings.ToLower(words), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(fields, "-")
}

// otherPerson is somebody for whom the browser's owner wants to be taken.
const otherPerson = "00000000-0000-4000-8000-000000000000"

// impersonate makes an assertion one about somebody else.
func impersonate(assertion *etree.Element) {
	for _, el := range assertion.FindElements(".//Attribute[@AttributeName='MITID_UUID']/AttributeValue") {
		el.SetText(otherPerson)
	}
}

// evil returns an unsigned copy of an assertion, about somebody else and with another ID.
func evil(assertion *etree.Element) *etree.Element {
	c := assertion.Copy()
	for _, s := range c.SelectElements("Signature") {
		c.RemoveChild(s)
	}
	impersonate(c)
	c.CreateAttr("AssertionID", "TI2-ffffffffffffffffffffffffffffffff")
	return c
}

// wrappingTamperings move what is signed aside, and put another assertion in its place: the
// eight classic ways, and three that need SOAP or SAML 1.1.
func wrappingTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	// Where two assertions stand side by side, it is refused that there are two.
	want := map[string]mitid.Kind{"XSW3": mitid.ResponseInvalid, "XSW5": mitid.ResponseInvalid}
	for _, w := range xmlforge.Wrappings() {
		ts = append(ts, onStatement(slug(w.Name), w.What, cmp.Or(want[w.Name], mitid.SignatureInvalid), func(b *mitidtest.Broker, st *statement) {
			sign := func(response *etree.Element) (*etree.Element, error) { return response, nil }
			if w.Response {
				st.sign, sign = nil, signResponse(b)
			}
			st.wrap = func(response *etree.Element) (*etree.Element, error) {
				signed, err := sign(response)
				if err != nil {
					return nil, err
				}
				return w.Apply(signed, impersonate)
			}
		}))
	}
	aside := func(name, doc string, f func(root, signed, bad *etree.Element)) {
		ts = append(ts, onStatement(name, doc, mitid.SignatureInvalid, func(_ *mitidtest.Broker, st *statement) {
			st.sent = func(root, response, signed *etree.Element) {
				bad := evil(signed)
				response.InsertChildAt(signed.Index(), bad)
				response.RemoveChild(signed)
				f(root, signed, bad)
			}
		}))
	}
	aside("wrapped-in-advice", "the signed assertion stands in the Advice of another one", func(_, signed, bad *etree.Element) {
		child(bad, "saml:Advice").AddChild(signed)
	})
	aside("wrapped-in-header", "the signed assertion stands in the SOAP header", func(root, signed, _ *etree.Element) {
		header := etree.NewElement("soapenv:Header")
		header.AddChild(signed)
		root.InsertChildAt(0, header)
	})
	aside("wrapped-in-value", "the signed assertion stands in an attribute's value of another one", func(_, signed, bad *etree.Element) {
		child(child(bad.SelectElement("AttributeStatement"), "saml:Attribute", "AttributeName", "ADDITIONAL_INFO", "AttributeNamespace", "x"), "saml:AttributeValue").AddChild(signed)
	})
	return ts
}

// formTamperings spoil the document as XML.
func formTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	text := func(name, doc string, want mitid.Kind, f func(body string) string) {
		ts = append(ts, onStatement(name, doc, want, func(_ *mitidtest.Broker, st *statement) { st.text = f }))
	}
	replace := func(name, doc string, want mitid.Kind, old, with string) {
		text(name, doc, want, func(body string) string { return strings.Replace(body, old, with, 1) })
	}
	bad := mitid.ResponseInvalid
	const end = `?>`
	replace("doctype", "there is a harmless DOCTYPE", bad, end, end+`<!DOCTYPE a>`)
	replace("doctype-external-entity", "an entity is a file of this machine", bad, end, end+`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>`)
	replace("doctype-billion-laughs", "entities grow to a billion", bad, end, end+`<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>`)
	replace("comment-in-value", "a comment stands in an attribute's value", bad, "private</saml:AttributeValue>", "pri<!-- æøå -->vate</saml:AttributeValue>")
	replace("comment-in-uuid", "a comment cuts the UUID", bad, `AttributeName="MITID_UUID" AttributeNamespace="urn:nets:eident"><saml:AttributeValue>`, `AttributeName="MITID_UUID" AttributeNamespace="urn:nets:eident"><saml:AttributeValue>`+otherPerson+`<!---->`)
	replace("processing-instruction", "a processing instruction stands in the body", bad, "<soapenv:Body>", "<soapenv:Body><?php 1?>")
	replace("cdata-in-value", "a value is a CDATA section", bad, ">private<", "><![CDATA[private]]><")
	replace("text-before-root", "text stands before the root element", bad, end, end+"Ærø")
	text("text-after-root", "text stands after the root element", bad, func(body string) string { return body + "Ærø" })
	text("two-roots", "a second root element follows", bad, func(body string) string { return body + body[strings.Index(body, end)+2:] })
	text("cut-document", "the document lacks its end", bad, func(body string) string { return body[:len(body)-10] })
	replace("undeclared-prefix", "a prefix is not declared", bad, "<soapenv:Body>", "<soapenv:Body><z:a/>")
	replace("two-colons", "a name has two colons", bad, "<soapenv:Body>", "<soapenv:Body><soapenv:a:b/>")
	replace("attribute-twice", "an XML attribute is there twice", bad, `MajorVersion="1"`, `MajorVersion="1" MajorVersion="1"`)
	replace("unknown-entity", "an entity is not declared", bad, ">private<", ">priv&aring;t<")
	text("not-utf-8", "the document is not UTF-8", bad, func(body string) string { return strings.Replace(body, ">private<", ">priv\xe5t<", 1) })
	replace("declared-latin-1", "the document is declared as ISO-8859-1", bad, `encoding="UTF-8"`, `encoding="ISO-8859-1"`)
	text("too-deep", "elements are nested 5,000 deep", bad, func(body string) string {
		return strings.Replace(body, "<soapenv:Body>", strings.Repeat("<a>", 5000)+strings.Repeat("</a>", 5000)+"<soapenv:Body>", 1)
	})
	text("too-many-attributes", "an element has 20,000 attributes", bad, func(body string) string {
		var b strings.Builder
		b.WriteString("<soapenv:Body ")
		for i := range 20_000 {
			b.WriteString("a" + strconv.Itoa(i) + `="" `)
		}
		return strings.Replace(body, "<soapenv:Body", b.String(), 1)
	})
	text("too-large", "the document has 10 MB", bad, func(body string) string {
		return strings.Replace(body, "<soapenv:Body>", "<soapenv:Body>"+strings.Repeat(" ", 10<<20), 1)
	})
	return ts
}
