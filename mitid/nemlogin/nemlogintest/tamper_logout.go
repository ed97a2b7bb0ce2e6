package nemlogintest

import (
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/xmlsig/xmlforge"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// logoutTamperings spoil NemLog-in's LogoutRequest.
func logoutTamperings() []mitidtest.Tampering {
	on := func(name, doc string, want mitid.Kind, f func(b *mitidtest.Broker, m *logoutMessage)) mitidtest.Tampering {
		return mitidtest.On("logout-"+name, doc, mitidtest.StageLogout, want, f)
	}
	// redirect and posted fit one binding alone.
	redirect := func(name, doc string, want mitid.Kind, f func(b *mitidtest.Broker, m *logoutMessage)) mitidtest.Tampering {
		return on(name, doc+" (redirect)", want, func(b *mitidtest.Broker, m *logoutMessage) {
			if m.unfit = m.post; !m.post {
				f(b, m)
			}
		})
	}
	posted := func(name, doc string, want mitid.Kind, f func(b *mitidtest.Broker, m *logoutMessage)) mitidtest.Tampering {
		return on(name, doc+" (form)", want, func(b *mitidtest.Broker, m *logoutMessage) {
			if m.unfit = !m.post; m.post {
				f(b, m)
			}
		})
	}
	said := func(name, doc string, want mitid.Kind, f func(el *etree.Element)) mitidtest.Tampering {
		return on(name, doc, want, func(_ *mitidtest.Broker, m *logoutMessage) { f(m.el) })
	}
	params := func(name, doc string, want mitid.Kind, f func(a *mitidtest.Answer)) mitidtest.Tampering {
		return redirect(name, doc, want, func(_ *mitidtest.Broker, m *logoutMessage) { m.params = f })
	}
	moment := func(name, doc, attribute string, d time.Duration) mitidtest.Tampering {
		return on(name, doc, mitid.TokenInvalid, func(b *mitidtest.Broker, m *logoutMessage) { m.el.CreateAttr(attribute, instant(b.Now().Add(d))) })
	}
	const bad, malformed = mitid.SignatureInvalid, mitid.ResponseInvalid
	ts := []mitidtest.Tampering{
		on("unsigned", "the LogoutRequest is not signed", bad, func(_ *mitidtest.Broker, m *logoutMessage) { m.unsigned = true }),
		on("signed-by-other-key", "the LogoutRequest is signed by a key that no metadata has", bad, func(b *mitidtest.Broker, m *logoutMessage) { m.key = stranger(b) }),
		redirect("sha-1", "the query is signed with SHA-1", bad, func(_ *mitidtest.Broker, m *logoutMessage) { m.algorithm = rsaSHA1 }),
		redirect("hmac", "the query is signed with HMAC and the public key as its secret", bad, func(_ *mitidtest.Broker, m *logoutMessage) { m.algorithm = hmacSHA256 }),
		redirect("message-alone-signed", "the signature covers the message alone", bad, func(_ *mitidtest.Broker, m *logoutMessage) {
			m.covered = func(signed []byte) []byte { return signed[:strings.IndexByte(string(signed), '&')] }
		}),
		redirect("signed-in-other-order", "the signature covers the parameters in another order", bad, func(_ *mitidtest.Broker, m *logoutMessage) {
			m.covered = func(signed []byte) []byte {
				parts := strings.Split(string(signed), "&")
				parts[0], parts[1] = parts[1], parts[0]
				return []byte(strings.Join(parts, "&"))
			}
		}),
		params("missing-signature", "there is no Signature", bad, func(a *mitidtest.Answer) { a.Drop("Signature") }),
		params("missing-algorithm", "there is no SigAlg", bad, func(a *mitidtest.Answer) { a.Drop("SigAlg") }),
		params("other-algorithm", "SigAlg is another one than the signature's", bad, func(a *mitidtest.Answer) { a.Set("SigAlg", rsaSHA1) }),
		params("empty-signature", "the Signature is empty", bad, func(a *mitidtest.Answer) { a.Set("Signature", "") }),
		params("cut-signature", "the Signature lacks its end", bad, func(a *mitidtest.Answer) { a.Set("Signature", a.Params.Get("Signature")[:100]) }),
		params("other-state", "RelayState was changed", bad, func(a *mitidtest.Answer) { a.Set("RelayState", "https://evil.example/") }),
		params("missing-state", "RelayState was taken away", bad, func(a *mitidtest.Answer) { a.Drop("RelayState") }),
		params("message-twice", "SAMLRequest is there twice", bad, func(a *mitidtest.Answer) { a.Add("SAMLRequest", a.Params.Get("SAMLRequest")) }),
		params("signature-twice", "Signature is there twice", bad, func(a *mitidtest.Answer) { a.Add("Signature", a.Params.Get("Signature")) }),
		params("message-and-response", "SAMLResponse stands beside SAMLRequest", malformed, func(a *mitidtest.Answer) { a.Add("SAMLResponse", a.Params.Get("SAMLRequest")) }),
		params("parameter-more", "there is a parameter that does not belong there", malformed, func(a *mitidtest.Answer) { a.Add("redirect", "https://evil.example/") }),
		redirect("deflate-bomb", "the message is a few kB that unpack to 16 MB", malformed, func(_ *mitidtest.Broker, m *logoutMessage) {
			m.text = func(text []byte) []byte { return append(text, strings.Repeat(" ", 16<<20)...) }
		}),
		redirect("not-deflated", "the message is not deflated", malformed, func(_ *mitidtest.Broker, m *logoutMessage) {
			m.deflated = func([]byte) []byte { return write(m.el) }
		}),
		redirect("deflate-cut", "the deflated message ends in the middle", malformed, func(_ *mitidtest.Broker, m *logoutMessage) {
			m.deflated = func(b []byte) []byte { return b[:len(b)/2] }
		}),
		redirect("deflate-trailing", "something follows the deflated message", malformed, func(_ *mitidtest.Broker, m *logoutMessage) {
			m.deflated = func(b []byte) []byte { return append(b, "<x/>"...) }
		}),
		posted("changed-after-signing", "the NameID was changed after the message was signed", bad, func(_ *mitidtest.Broker, m *logoutMessage) {
			m.signed = func(el *etree.Element) {
				find(el, "NameID").SetText(attrEID + "person/uuid/00000000-0000-4000-8000-000000000000")
			}
		}),
		posted("wrapped", "an unsigned LogoutRequest holds a signed one", bad, func(_ *mitidtest.Broker, m *logoutMessage) {
			m.signed = func(el *etree.Element) { wrapWhole(el, "LogoutRequest") }
		}),
		posted("around-assertion", "an unsigned LogoutRequest holds a signed assertion", bad, func(b *mitidtest.Broker, m *logoutMessage) {
			m.unsigned = true
			m.signed = func(el *etree.Element) {
				a := newElement("saml:Assertion", "ID", newID(), "Version", "2.0", "IssueInstant", instant(b.Now()))
				add(a, "saml:Issuer").SetText(b.Issuer())
				if signed, err := signWith(b.Keys().Active())(a); err == nil {
					el.AddChild(signed)
				}
			}
		}),

		said("other-destination", "the Destination is another service provider", malformed, func(el *etree.Element) { el.CreateAttr("Destination", "https://evil.example/slo") }),
		said("missing-destination", "there is no Destination", malformed, func(el *etree.Element) { el.RemoveAttr("Destination") }),
		said("other-version", "the Version is 1.1", malformed, func(el *etree.Element) { el.CreateAttr("Version", "1.1") }),
		redirect("missing-id", "there is no ID", malformed, func(_ *mitidtest.Broker, m *logoutMessage) { m.el.RemoveAttr("ID") }),
		said("missing-name-id", "there is no NameID", malformed, func(el *etree.Element) { remove(find(el, "NameID")) }),
		said("two-name-ids", "there are two NameIDs", malformed, func(el *etree.Element) { twice(find(el, "NameID")) }),
		said("empty-name-id", "the NameID is empty", malformed, func(el *etree.Element) { find(el, "NameID").SetText("") }),
		said("name-id-other-format", "the NameID has a Format that was not registered", malformed, func(el *etree.Element) {
			find(el, "NameID").CreateAttr("Format", formatTransient)
		}),
		said("other-name", "the message is an AuthnRequest", malformed, func(el *etree.Element) { el.Tag = "AuthnRequest" }),
		said("other-issuer", "the Issuer is another IdP", mitid.IssuerMismatch, func(el *etree.Element) { find(el, "Issuer").SetText("https://saml.other-idp.example") }),
		said("wrong-issuer", "the Issuer is the right one plus one character", mitid.IssuerMismatch, func(el *etree.Element) {
			find(el, "Issuer").SetText(find(el, "Issuer").Text() + "1")
		}),
		moment("yesterday", "the message was issued yesterday", "IssueInstant", -24*time.Hour),
		moment("tomorrow", "the message is issued tomorrow", "IssueInstant", 24*time.Hour),
		moment("expired", "the message ended an hour ago", "NotOnOrAfter", -time.Hour),
	}
	for _, f := range xmlforge.Forgeries() {
		ts = append(ts, posted("signature-"+slug(f.Name), "the message's signature: "+f.Name, bad, func(b *mitidtest.Broker, m *logoutMessage) {
			m.sign = forge(f, b.Keys().Active())
		}))
	}
	for _, d := range []struct {
		name, doc string
		change    func([]byte) []byte
	}{
		{"doctype", "the message has a document type", before(doctypeHarmless)}, {"doctype-entity", "the message has a document type with an entity that is a file", before(doctypeEntity)},
		{"text-behind", "the message has a text behind its root", behind("Ærø")}, {"second-root", "the message has a second root", behind("<x></x>")},
		{"comment", "the message has a comment", insideRoot("<!-- æøå -->")},
	} {
		ts = append(ts, on("xml-"+d.name, d.doc, malformed, func(_ *mitidtest.Broker, m *logoutMessage) { m.text = d.change }))
	}
	return ts
}

// wrapWhole moves the content of a signed message into a child, and puts one about
// somebody else in its place.
func wrapWhole(el *etree.Element, local string) {
	inner := el.Copy()
	for _, child := range el.ChildElements() {
		if child.Tag == "Signature" {
			el.RemoveChild(child)
		}
	}
	el.CreateAttr("ID", newID())
	find(el, "NameID").SetText(attrEID + "person/uuid/00000000-0000-4000-8000-000000000000")
	inner.Tag = local
	el.AddChild(inner)
}
