package xmlsig_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

const (
	spaceAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	spaceProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	spaceSignature = "http://www.w3.org/2000/09/xmldsig#"
	assertionID    = "_6e1f2d3c-assertion"
	responseID     = "_0a9b8c7d-response"
)

// now is a moment at which the certificates of the tests are valid.
func now() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) }

// party is somebody with a key.
type party struct {
	key         *rsa.PrivateKey
	certificate *x509.Certificate
}

// The identity provider, and somebody else. Keys take long to make.
var idp = sync.OnceValue(func() party { return newParty("Identitetsgarant") })
var stranger = sync.OnceValue(func() party { return newParty("En fremmed") })

func newParty(name string) party {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return party{key: key, certificate: certify(name, key.Public(), key, now().AddDate(-1, 0, 0), now().AddDate(1, 0, 0))}
}

func certify(name string, public, signer any, from, until time.Time) *x509.Certificate {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, signer)
	if err != nil {
		panic(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return certificate
}

func newECDSA(t testing.TB, curve elliptic.Curve) (*ecdsa.PrivateKey, *x509.Certificate) {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key, certify("Identitetsgarant", key.Public(), key, now().AddDate(-1, 0, 0), now().AddDate(1, 0, 0))
}

// assertion is an assertion of about 6 kB with the attributes of OIOSAML 3.
func assertion() string {
	var attributes strings.Builder
	for name, value := range map[string]string{
		"https://data.gov.dk/model/core/specVersion":                   "OIO-SAML-3.0",
		"https://data.gov.dk/concept/core/nsis/loa":                    "Substantial",
		"https://data.gov.dk/model/core/eid/fullName":                  "Åse Ærø Østergård &amp; &lt;søn&gt;",
		"https://data.gov.dk/model/core/eid/professional/orgName":      `Grød &quot;og&quot; øl A/S`,
		"https://data.gov.dk/model/core/eid/privilegesIntermediate":    strings.Repeat("PD94bWwgdmVyc2lvbj0i", 150),
		"https://data.gov.dk/model/core/eid/professional/cvr":          "99999993",
		"https://data.gov.dk/model/core/eid/email":                     "aase@example.dk",
		"https://data.gov.dk/model/core/eid/professional/seNumber":     "99999993",
		"https://data.gov.dk/model/core/eid/professional/somethingNew": "nyt",
	} {
		fmt.Fprintf(&attributes, `
      <saml:Attribute Name="%s" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">
        <saml:AttributeValue xsi:type="xs:string">%s</saml:AttributeValue>
      </saml:Attribute>`, name, value)
	}
	return `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="` + assertionID + `" IssueInstant="2026-11-30T12:00:00Z" Version="2.0">
  <saml:Issuer>https://saml.test-nemlog-in.dk/</saml:Issuer>
  <saml:Subject>
    <saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">https://data.gov.dk/model/core/eid/person/uuid/1f6e5a1c-8a3f-4a53-9c0f-2d3b5f6a7b8c</saml:NameID>
    <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="_1" NotOnOrAfter="2026-11-30T12:05:00Z" Recipient="https://sp.example.dk/callback"/></saml:SubjectConfirmation>
  </saml:Subject>
  <saml:Conditions NotOnOrAfter="2026-11-30T13:00:00Z"><saml:AudienceRestriction><saml:Audience>https://sp.example.dk</saml:Audience></saml:AudienceRestriction></saml:Conditions>
  <saml:AttributeStatement>` + attributes.String() + `
  </saml:AttributeStatement>
</saml:Assertion>`
}

// response puts children into a response.
func response(children ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="` + responseID + `" Version="2.0" IssueInstant="2026-11-30T12:00:00Z" Destination="https://sp.example.dk/callback">
  <saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://saml.test-nemlog-in.dk/</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
  ` + strings.Join(children, "\n  ") + `
</samlp:Response>
`
}

func parse(t testing.TB, text string) *xmlsig.Document {
	t.Helper()
	d, err := xmlsig.Parse([]byte(text))
	require.NoError(t, err)
	return d
}

func write(t testing.TB, el *etree.Element) string {
	t.Helper()
	document := etree.NewDocumentWithRoot(el.Copy())
	document.WriteSettings = etree.WriteSettings{CanonicalAttrVal: true, CanonicalEndTags: true, CanonicalText: true}
	text, err := document.WriteToString()
	require.NoError(t, err)
	return text
}

// signed returns text with the signature of p.
func signed(t testing.TB, text string, p party) string {
	t.Helper()
	el, err := xmlsig.Sign(parse(t, text).Root(), "ID", p.key, p.certificate)
	require.NoError(t, err)
	return write(t, el)
}

func verifier(certificates ...*x509.Certificate) *xmlsig.Verifier {
	return &xmlsig.Verifier{Certificates: certificates, Now: now, ID: "ID"}
}

// verifyAssertion verifies the one assertion of a response, or the assertion that is the
// root.
func verifyAssertion(v *xmlsig.Verifier, text string) (*xmlsig.Signed, error) {
	d, err := xmlsig.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	el := d.Root()
	if !xmlsig.Is(el, spaceAssertion, "Assertion") {
		if el, err = xmlsig.One(el, spaceAssertion, "Assertion"); err != nil {
			return nil, err
		}
	}
	return v.Verify(d, el)
}

func requireClass(t testing.TB, class fault.Class, err error) {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, class, f.Class, f.Why)
}
