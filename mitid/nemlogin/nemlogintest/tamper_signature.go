package nemlogintest

import (
	"encoding/base64"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/xmlsig/xmlforge"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// stranger returns a key that is in no metadata.
func stranger(b *mitidtest.Broker) *mitidtest.Key { return b.Keys().Ring[0] }

// signatureTamperings spoil who signed, and what.
func signatureTamperings() []mitidtest.Tampering {
	bad := func(name, doc string, f func(b *mitidtest.Broker, m *response)) mitidtest.Tampering {
		return onAssertion(name, doc, mitid.SignatureInvalid, f)
	}
	flip := func(el *etree.Element) {
		v := find(el, "SignatureValue")
		raw, err := base64.StdEncoding.DecodeString(v.Text())
		if err == nil {
			raw[100] ^= 1
		}
		v.SetText(base64.StdEncoding.EncodeToString(raw))
	}
	return []mitidtest.Tampering{
		bad("missing-signature", "the assertion is not signed", func(_ *mitidtest.Broker, m *response) { m.sign = nil }),
		bad("only-response-signed", "the response is signed, and the assertion is not", func(b *mitidtest.Broker, m *response) {
			m.sign, m.signOuter = nil, signWith(b.Keys().Active())
		}),
		bad("signed-by-other-key", "a key signed that no metadata has, and brings its certificate along", func(b *mitidtest.Broker, m *response) {
			m.sign = signWith(stranger(b))
		}),
		bad("signed-by-other-key-known-certificate", "a key signed that no metadata has, and shows NemLog-in's certificate", func(b *mitidtest.Broker, m *response) {
			m.sign = signShowing(stranger(b), b.Keys().Active().Certificate)
		}),
		bad("wrong-signature", "a bit of the signature is wrong", func(_ *mitidtest.Broker, m *response) { m.signed = flip }),
		bad("changed-after-signing", "the assertion was changed after it was signed", func(_ *mitidtest.Broker, m *response) { m.signed = somebodyElse }),
		bad("audience-changed-after-signing", "the audience was changed to ours after the assertion was signed", func(_ *mitidtest.Broker, m *response) {
			right := find(m.assertion, "Audience").Text()
			find(m.assertion, "Audience").SetText("https://somebody-else.example")
			m.signed = func(a *etree.Element) { find(a, "Audience").SetText(right) }
		}),
		bad("signature-in-subject", "the signature stands in the Subject", func(_ *mitidtest.Broker, m *response) {
			m.signed = func(a *etree.Element) { find(a, "Subject").AddChild(find(a, "Signature")) }
		}),
		bad("signature-twice", "the assertion has its signature twice", func(_ *mitidtest.Broker, m *response) {
			m.signed = func(a *etree.Element) { twice(find(a, "Signature")) }
		}),
		bad("prefix-bound-again", "a prefix is bound to another namespace after the assertion was signed", func(_ *mitidtest.Broker, m *response) {
			m.signed = func(a *etree.Element) {
				find(a, "AttributeStatement").CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:1.0:assertion")
			}
		}),
		edit("other-namespace", "the assertion is one of SAML 1.1", mitid.SignatureInvalid, func(a *etree.Element) {
			a.CreateAttr("xmlns:saml", "urn:oasis:names:tc:SAML:1.0:assertion")
		}),
		onResponse("signed", "the response is signed too", 0, func(b *mitidtest.Broker, m *response) { m.signOuter = signWith(b.Keys().Active()) }),
		onResponse("signed-by-other-key", "the response is signed by a key that no metadata has", mitid.SignatureInvalid, func(b *mitidtest.Broker, m *response) {
			m.signOuter = signWith(stranger(b))
		}),
		onResponse("changed-after-signing", "the response was changed after it was signed", mitid.SignatureInvalid, func(b *mitidtest.Broker, m *response) {
			sign := signWith(b.Keys().Active())
			m.signOuter = func(el *etree.Element) (*etree.Element, error) {
				signed, err := sign(el)
				if err == nil {
					signed.CreateAttr("Consent", "urn:oasis:names:tc:SAML:2.0:consent:obtained")
				}
				return signed, err
			}
		}),
	}
}

// forgeryTamperings are signatures by the right key that must not count.
func forgeryTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	for _, f := range xmlforge.Forgeries() {
		ts = append(ts, onAssertion("signature-"+slug(f.Name), "the assertion's signature: "+f.Name, mitid.SignatureInvalid, func(b *mitidtest.Broker, m *response) {
			m.sign = forge(f, b.Keys().Active())
		}))
	}
	return ts
}

func forge(f xmlforge.Forgery, key *mitidtest.Key) signer {
	return func(el *etree.Element) (*etree.Element, error) {
		private, err := key.Private()
		if err != nil {
			return nil, err
		}
		return f.Sign(el, private, key.Certificate)
	}
}

// wrappingTamperings are the eight classic ways of signature wrapping. Whichever assertions
// then stand in the Response are encrypted one by one.
func wrappingTamperings() []mitidtest.Tampering {
	// The assertion is encrypted before the signature in it can be looked for, so two of
	// them are two assertions (xsw3, xsw5, xsw7).
	want := map[string]mitid.Kind{"XSW3": mitid.ResponseInvalid, "XSW5": mitid.ResponseInvalid, "XSW7": mitid.ResponseInvalid}
	var ts []mitidtest.Tampering
	for _, w := range xmlforge.Wrappings() {
		kind := mitid.SignatureInvalid
		if k, ok := want[w.Name]; ok {
			kind = k
		}
		ts = append(ts, mitidtest.On(slug(w.Name), w.What, StageResponse, kind, func(b *mitidtest.Broker, m *response) { m.wrap(b, w) }))
	}
	return ts
}

// wrap carries a wrapping out on the Response as it would be without encryption.
func (m *response) wrap(b *mitidtest.Broker, w xmlforge.Wrapping) {
	seal := m.sealing
	m.sealing.way = EncryptNothing
	sign := signWith(b.Keys().Active())
	m.filled = func(el *etree.Element) error {
		if w.Response { // the assertion in it is genuine and encrypted
			plain := find(el, "Assertion")
			sealed, err := seal.seal(write(plain))
			if err != nil {
				return err
			}
			el.RemoveChild(plain)
			el.AddChild(sealed)
			if el, err = sign(el); err != nil {
				return err
			}
			wrapped, err := w.Apply(el, func(evil *etree.Element) { evil.CreateAttr("Consent", "urn:oasis:names:tc:SAML:2.0:consent:obtained") })
			m.el = wrapped
			return err
		}
		wrapped, err := w.Apply(el, somebodyElse)
		if err != nil {
			return err
		}
		m.el = wrapped
		return sealEach(wrapped, seal)
	}
}

// sealEach encrypts every assertion that is in none, wherever it stands in el.
func sealEach(el *etree.Element, s sealing) error {
	for _, child := range el.ChildElements() {
		if child.Tag != "Assertion" {
			if err := sealEach(child, s); err != nil {
				return err
			}
			continue
		}
		sealed, err := s.seal(write(child))
		if err != nil {
			return err
		}
		at := child.Index()
		el.RemoveChild(child)
		el.InsertChildAt(at, sealed)
	}
	return nil
}

// idTamperings give the assertion's ID to something else too, or it two.
func idTamperings() []mitidtest.Tampering {
	var ts []mitidtest.Tampering
	for _, spelling := range []struct{ name, attribute string }{
		{"", "ID"}, {"-mixed-case", "Id"}, {"-lower-case", "id"}, {"-xml", "xml:id"}, {"-prefixed", "x:ID"},
	} {
		set := func(el *etree.Element, id string) {
			el.CreateAttr("xmlns:x", "urn:x")
			el.CreateAttr(spelling.attribute, id)
		}
		ts = append(ts, edit("id-twice"+spelling.name, "another element has the assertion's ID, as "+spelling.attribute, mitid.SignatureInvalid, func(a *etree.Element) {
			set(find(a, "AttributeStatement"), a.SelectAttrValue("ID", ""))
		}))
		if spelling.name != "" {
			ts = append(ts, edit("two-ids"+spelling.name, "the assertion has another ID beside its own, as "+spelling.attribute, mitid.SignatureInvalid, func(a *etree.Element) {
				set(a, "_another")
			}))
		}
	}
	return ts
}
