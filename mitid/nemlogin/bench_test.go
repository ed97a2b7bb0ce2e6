package nemlogin

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/xml"
	"net/url"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid"
)

// crewjam returns crewjam/saml as the service provider of these tests, as strict as it
// can be made.
func crewjam(tb testing.TB) *saml.ServiceProvider {
	tb.Helper()
	var md saml.EntityDescriptor
	require.NoError(tb, xml.Unmarshal(metadata(idpEntityID, pairs("idp")), &md))
	acs, err := url.Parse(spACS)
	require.NoError(tb, err)
	return &saml.ServiceProvider{
		EntityID: spEntityID, Key: pairs("sp").Key, Certificate: pairs("sp").Certificate, AcsURL: *acs, IDPMetadata: &md,
		RejectSHA1Signatures: true, Clock: dsig.NewFakeClockAt(now),
	}
}

// attemptOf returns the attempt whose request has the ID that the answers below name.
func attemptOf() *mitid.Attempt {
	return &mitid.Attempt{
		Nonce: "4qF1nKkN0TtXo8mYlH3dBw", Handle: "abcdefghijklmnopqrstuv", RedirectURL: spACS, Started: now, Now: now, Level: claims.Substantial,
		Request: mitid.Request{Capacity: claims.CapacityProfessional, CPR: mitid.CPRRequired},
	}
}

// employeeAnswer is an answer of about 6 kB, as that for an employee with some privileges.
func employeeAnswer(a *mitid.Attempt) *answer {
	w := newAnswer(&authnRequest{id: requestID(a), relayState: a.Handle})
	employee(w)
	list := `<bpp:PrivilegeList xmlns:bpp="http://digst.dk/oiosaml/basic_privilege_profile">` +
		strings.Repeat(`<PrivilegeGroup Scope="urn:dk:gov:saml:cvrNumberIdentifier:13748136"><Privilege>urn:dk:kommune:sagsbehandler</Privilege></PrivilegeGroup>`, 5) +
		`</bpp:PrivilegeList>`
	w.attributes[attrPrivileges] = []string{base64.StdEncoding.EncodeToString([]byte(list))}
	return w
}

// plainResponse returns the response of w with its assertion signed and not encrypted.
func plainResponse(tb testing.TB, w *answer) []byte {
	tb.Helper()
	doc := etree.NewDocument()
	require.NoError(tb, doc.ReadFromBytes(w.assertionXML(tb)))
	w.response = func(el *etree.Element) {
		remove(el, "./EncryptedAssertion")
		el.AddChild(doc.Root())
	}
	defer func() { w.response = nil }()
	return w.xml(tb)
}

// completePlain does all that Complete does with a response whose assertion is not
// encrypted, which Complete refuses.
func (b *Broker) completePlain(a *mitid.Attempt, raw []byte) (claims.Identity, error) {
	doc, err := xmlsig.Parse(raw)
	if err != nil {
		return claims.Identity{}, err
	}
	if err := b.checkResponse(a, doc.Root()); err != nil {
		return claims.Identity{}, err
	}
	el, err := xmlsig.One(doc.Root(), nsAssertion, "Assertion")
	if err != nil {
		return claims.Identity{}, err
	}
	verifier, err := b.idp.verifier(b.now)
	if err != nil {
		return claims.Identity{}, err
	}
	signed, err := verifier.Verify(doc, el)
	if err != nil {
		return claims.Identity{}, err
	}
	as, err := b.readAssertion(a, signed.Root)
	if err != nil {
		return claims.Identity{}, err
	}
	said, err := claims.ParseOIOSAML(as.attributes)
	if err != nil {
		return claims.Identity{}, err
	}
	return b.identity(as, said)
}

// BenchmarkSigned: the whole check of a signed response takes no longer than
// ParseXMLResponse of crewjam/saml 0.6.3, which checks less.
func BenchmarkSigned(b *testing.B) {
	a := attemptOf()
	raw := plainResponse(b, employeeAnswer(a))
	b.Logf("%d bytes", len(raw))
	b.Run("ours", func(b *testing.B) {
		broker := newBroker(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := broker.completePlain(a, raw); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		sp := crewjam(b)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sp.ParseXMLResponse(raw, []string{requestID(a)}, sp.AcsURL); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkComplete: the whole check of a signed and encrypted response takes at most as
// long as crewjam/saml 0.6.3 takes for the signed one, and one RSA private operation.
func BenchmarkComplete(b *testing.B) {
	a := attemptOf()
	w := employeeAnswer(a)
	encrypted, plain := w.callback(b), plainResponse(b, w)
	b.Run("ours", func(b *testing.B) {
		broker := newBroker(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := broker.Complete(b.Context(), a, encrypted); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		sp, key := crewjam(b), pairs("sp").Key
		ciphertext, err := rsa.EncryptOAEP(crypto.SHA256.New(), rand.Reader, &key.PublicKey, make([]byte, contentKeySize), nil)
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := key.Decrypt(nil, ciphertext, &rsa.OAEPOptions{Hash: crypto.SHA256}); err != nil {
				b.Fatal(err)
			}
			if _, err := sp.ParseXMLResponse(plain, []string{requestID(a)}, sp.AcsURL); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("crewjam encrypted", func(b *testing.B) {
		sp := crewjam(b)
		values, err := encrypted.Values()
		require.NoError(b, err)
		raw, err := base64.StdEncoding.DecodeString(values.Get("SAMLResponse"))
		require.NoError(b, err)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := sp.ParseXMLResponse(raw, []string{requestID(a)}, sp.AcsURL); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkBegin: a signed request takes hardly longer than one RSA signature.
func BenchmarkBegin(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		broker, a := newBroker(b, nil), attemptOf()
		b.ReportAllocs()
		for b.Loop() {
			if _, err := broker.Begin(b.Context(), a); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		key, digest := pairs("sp").Key, make([]byte, 32)
		for b.Loop() {
			if _, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest); err != nil {
				b.Fatal(err)
			}
		}
	})
}
