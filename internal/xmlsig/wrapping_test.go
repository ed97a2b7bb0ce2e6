package xmlsig_test

import (
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/internal/xmlsig/xmlforge"
)

const evilName = "Ånden i Flasken"

// wrapped returns a wrapped response in which the false element says evilName.
func wrapped(t testing.TB, w xmlforge.Wrapping) string {
	t.Helper()
	text := response(signed(t, assertion(), idp()))
	if w.Response {
		text = signed(t, response(assertion()), idp())
	}
	el, err := w.Apply(parse(t, text).Root(), func(evil *etree.Element) {
		for _, value := range evil.FindElements("//AttributeValue") {
			if strings.HasPrefix(value.Text(), "Åse") {
				value.SetText(evilName)
			}
		}
	})
	require.NoError(t, err)
	text = write(t, el)
	require.Contains(t, text, evilName)
	return text
}

// Whatever element of a wrapped document Verify is asked about, it never returns
// what was not signed; and it refuses the element that stands where a caller looks.
func TestVerifyRefusesWrappings(t *testing.T) {
	require.Len(t, xmlforge.Wrappings(), 8)
	for _, w := range xmlforge.Wrappings() {
		t.Run(w.Name, func(t *testing.T) {
			d := parse(t, wrapped(t, w))
			v := verifier(idp().certificate)
			verified := 0
			for _, el := range append(d.Root().FindElements("//*"), d.Root()) {
				s, err := v.Verify(d, el)
				if err != nil {
					requireClass(t, fault.SignatureInvalid, err)
					continue
				}
				verified++
				require.NotContains(t, string(s.Covered), evilName)
				require.NotContains(t, write(t, s.Root), evilName)
			}
			t.Logf("%d elements with a signature that counts", verified)

			if w.Response {
				_, err := v.Verify(d, d.Root())
				requireClass(t, fault.SignatureInvalid, err)
				return
			}
			assertions := xmlsig.Children(d.Root(), spaceAssertion, "Assertion")
			require.NotEmpty(t, assertions)
			if len(assertions) == 1 {
				_, err := v.Verify(d, assertions[0])
				requireClass(t, fault.SignatureInvalid, err)
			} else {
				_, err := xmlsig.One(d.Root(), spaceAssertion, "Assertion")
				requireClass(t, fault.ResponseInvalid, err)
			}
		})
	}
}

// The wrappings are real: a verifier that looks the ID up anywhere in the document finds
// the signed element and is content. Left out are those in which the ID is there twice,
// and those in which the signed element stands in the signature, with which xmlsec1
// removes it.
func TestXmlsecAcceptsWrappings(t *testing.T) {
	key := file(t, "idp.pem", pemOf("CERTIFICATE", idp().certificate.Raw))
	for _, w := range xmlforge.Wrappings() {
		switch w.Name {
		case "XSW1", "XSW6", "XSW7", "XSW8":
			continue
		}
		t.Run(w.Name, func(t *testing.T) {
			name := assertionName
			if w.Response {
				name = spaceProtocol + ":Response"
			}
			args := []string{"--verify", "--id-attr:ID", name, "--pubkey-cert-pem", key}
			out, err := xmlsec1(t, append(args, file(t, "wrapped.xml", []byte(wrapped(t, w))))...)
			require.NoError(t, err, out)
		})
	}
}

// SAML 1.1 has other IDs.
func TestVerifyRefusesWrappingsOfSAML11(t *testing.T) {
	el, err := xmlsig.Sign(parse(t, `<Assertion AssertionID="TI2-1"><AttributeValue>Åse</AttributeValue></Assertion>`).Root(), "AssertionID", idp().key, idp().certificate)
	require.NoError(t, err)
	response := parse(t, `<Response ResponseID="_1">`+write(t, el)+"</Response>").Root()
	v := verifier(idp().certificate)
	v.ID = "AssertionID"
	for _, w := range xmlforge.Wrappings() {
		if w.Response {
			continue // the answer to an artifact is not signed
		}
		t.Run(w.Name, func(t *testing.T) {
			el, err := w.Apply(response, func(evil *etree.Element) { evil.FindElement("AttributeValue").SetText(evilName) })
			require.NoError(t, err)
			text := write(t, el)
			require.Contains(t, text, evilName)
			require.NotContains(t, text, " ID=")
			d := parse(t, text)
			for _, el := range d.Root().FindElements("//Assertion") {
				if s, err := v.Verify(d, el); err == nil {
					require.NotContains(t, string(s.Covered), evilName)
				}
			}
		})
	}
}
