package nemlogin_test

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// needsXMLSec returns the program xmlsec1.
func needsXMLSec(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("xmlsec1")
	if err != nil {
		toolstest.Missing(t, "xmlsec1 is not installed; apt install xmlsec1 brings it")
	}
	return program
}

// xmlsec runs xmlsec1 on a document. Each file of files is written first; an argument that
// is its name stands for its path. It returns what xmlsec1 wrote.
func xmlsec(t *testing.T, program string, document []byte, files map[string]string, args ...string) ([]byte, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	in, out := filepath.Join(dir, "in.xml"), filepath.Join(dir, "out.xml")
	require.NoError(t, os.WriteFile(in, document, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), judgeLimit)
	defer cancel()
	run := exec.CommandContext(ctx, program, append(append([]string{args[0], "--output", out}, args[1:]...), in)...)
	run.Dir = dir
	if said, err := run.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("xmlsec1 %s: %w\n%s", args[0], err, said)
	}
	if args[0] == "--verify" {
		return nil, nil
	}
	made, err := os.ReadFile(out)
	require.NoError(t, err)
	if _, element, found := bytes.Cut(made, []byte("?>")); found { // the XML declaration
		return element, nil
	}
	return made, nil
}

// An encrypter encrypts an assertion for the certificate of the service provider, in PEM.
type encrypter func(t *testing.T, assertion []byte, certificate string) []byte

func xmlsecEncrypts(program, algorithm string) encrypter {
	return func(t *testing.T, assertion []byte, certificate string) []byte {
		made, err := xmlsec(t, program, fmt.Appendf(nil, encryptionTemplate, algorithm),
			map[string]string{"sp.pem": certificate, "data.xml": string(assertion)},
			"--encrypt", "--pubkey-cert-pem", "sp.pem", "--session-key", "aes-256", "--xml-data", "data.xml")
		require.NoError(t, err)
		return made
	}
}

// nodeEncrypts encrypts as NemLog-in says that it does: RSA-OAEP with SHA-256.
func nodeEncrypts(node string) encrypter {
	return func(t *testing.T, assertion []byte, certificate string) []byte {
		var made struct {
			Document string `json:"document"`
		}
		require.NoError(t, judge(t, node, "xmlenc11_judge.js",
			map[string]string{"do": "encrypt", "document": string(assertion), "certificate": certificate}, &made))
		return []byte(made.Document)
	}
}

// xmlsecIdP signs with xmlsec1 what the test writes. It does not look at the request's
// signature.
func xmlsecIdP(program string, encrypts encrypter) idpJudge {
	return func(t *testing.T, r *relyingParty, query string, p samlPerson) (*samlMessage, error) {
		m := new(samlMessage)
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		m.RelayState = values.Get("RelayState")
		m.Request.ID, m.Request.Issuer = readAuthnRequest(t, values.Get("SAMLRequest"))
		signed, err := xmlsec(t, program, unsignedAssertion(r, p, m.Request.ID),
			map[string]string{"key.pem": r.idp.keyPEM()},
			"--sign", "--privkey-pem", "key.pem", "--id-attr:ID", assertionName)
		require.NoError(t, err)
		m.Body = base64.StdEncoding.EncodeToString(fmt.Appendf(nil,
			`<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_response" Version="2.0" IssueInstant="%s" Destination="%s" InResponseTo="%s">`+
				`<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">%s</saml:Issuer>`+
				`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`+
				`<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">%s</saml:EncryptedAssertion></samlp:Response>`,
			stamp(0), spACS, m.Request.ID, r.idp.EntityID, encrypts(t, signed, r.sp.certificatePEM())))
		return m, nil
	}
}

func stamp(later time.Duration) string { return time.Now().Add(later).UTC().Format(time.RFC3339) }

func readAuthnRequest(t *testing.T, encoded string) (id, issuer string) {
	t.Helper()
	deflated, err := base64.StdEncoding.DecodeString(encoded)
	require.NoError(t, err)
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(deflated)))
	require.NoError(t, err)
	var request struct {
		XMLName xml.Name `xml:"urn:oasis:names:tc:SAML:2.0:protocol AuthnRequest"`
		ID      string   `xml:"ID,attr"`
		Issuer  string   `xml:"urn:oasis:names:tc:SAML:2.0:assertion Issuer"`
	}
	require.NoError(t, xml.Unmarshal(text, &request))
	return request.ID, request.Issuer
}

func unsignedAssertion(r *relyingParty, p samlPerson, inResponseTo string) []byte {
	escape := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder never fails
		return b.String()
	}
	var attributes strings.Builder
	for _, a := range p.Attributes {
		fmt.Fprintf(&attributes, `<saml:Attribute Name="%s" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">`, a.Name)
		for _, v := range a.Values {
			fmt.Fprintf(&attributes, `<saml:AttributeValue>%s</saml:AttributeValue>`, escape(v))
		}
		attributes.WriteString(`</saml:Attribute>`)
	}
	return fmt.Appendf(nil, `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_assertion" Version="2.0" IssueInstant="%[1]s"><saml:Issuer>%[3]s</saml:Issuer>%[9]s`+
		`<saml:Subject><saml:NameID Format="%[4]s">%[5]s</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="%[6]s" NotOnOrAfter="%[2]s" Recipient="%[7]s"/></saml:SubjectConfirmation></saml:Subject>`+
		`<saml:Conditions NotBefore="%[1]s" NotOnOrAfter="%[2]s"><saml:AudienceRestriction><saml:Audience>%[8]s</saml:Audience></saml:AudienceRestriction></saml:Conditions>`+
		`<saml:AuthnStatement AuthnInstant="%[1]s" SessionIndex="%[10]s"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`+
		`<saml:AttributeStatement>%[11]s</saml:AttributeStatement></saml:Assertion>`,
		stamp(0), stamp(5*time.Minute), r.idp.EntityID, persistent, p.NameID, inResponseTo, spACS, r.sp.EntityID, signatureTemplate, p.SessionIndex, attributes.String())
}

// What xmlsec1 fills in.
const (
	signatureTemplate = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>` +
		`<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>` +
		`<ds:Reference URI="#_assertion"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>`

	encryptionTemplate = `<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="%s"/>` +
		`<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/></xenc:EncryptionMethod>` +
		`<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>`
)

// newFakeAndClient returns our client at a fake that knows it.
func newFakeAndClient(t *testing.T, change func(*nemlogintest.Settings)) (*nemlogintest.Broker, *relyingParty) {
	t.Helper()
	fake := nemlogintest.New(t)
	fake.Configure(change)
	r := newRelyingPartyAt(t, fake.Metadata())
	require.NoError(t, fake.Register(r.metadata))
	return fake, r
}

// walked is a login at the fake, up to the answer in the browser.
func walked(t *testing.T, fake *nemlogintest.Broker, r *relyingParty) (*mitid.Redirect, mitid.Callback) {
	t.Helper()
	begun, err := r.client.Begin(t.Context(), mitid.Request{})
	require.NoError(t, err)
	cb, err := mitidtest.Walk(t.Context(), fake, begun, mitidtest.Approve(mitidtest.CodeDisplayUser()))
	require.NoError(t, err)
	return begun, cb
}

// postedXML returns the message in a form.
func postedXML(t *testing.T, cb mitid.Callback, parameter string) []byte {
	t.Helper()
	form, err := url.ParseQuery(string(cb.Body))
	require.NoError(t, err)
	message, err := base64.StdEncoding.DecodeString(form.Get(parameter))
	require.NoError(t, err)
	return message
}

// verifies reports what xmlsec1 says of the first signature in document, which is of an
// element called name, with the certificate in PEM.
func verifies(t *testing.T, program string, document []byte, name, certificate string) error {
	t.Helper()
	_, err := xmlsec(t, program, document, map[string]string{"certificate.pem": certificate},
		"--verify", "--pubkey-cert-pem", "certificate.pem", "--id-attr:ID", name)
	return err
}

const (
	assertionName     = "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"
	responseName      = "urn:oasis:names:tc:SAML:2.0:protocol:Response"
	logoutRequestName = "urn:oasis:names:tc:SAML:2.0:protocol:LogoutRequest"
)

// xmlsec1 verifies what the fake signs, and decrypts what it encrypts, with the keys of the
// metadata.
func TestXMLSecReadsTheFake(t *testing.T) {
	program := needsXMLSec(t)
	decrypted := func(t *testing.T, r *relyingParty, response []byte) []byte {
		t.Helper()
		plain, err := xmlsec(t, program, response, map[string]string{"key.pem": r.sp.keyPEM()}, "--decrypt", "--privkey-pem", "key.pem")
		require.NoError(t, err)
		return bytes.ReplaceAll(plain, []byte("&#xE6;"), []byte("æ")) // xmlsec1 writes ASCII
	}
	for name, of := range map[string]struct {
		change func(*nemlogintest.Settings)
		reads  func(t *testing.T, r *relyingParty, response []byte) []byte
	}{
		"plain": {
			func(s *nemlogintest.Settings) { s.Encryption = nemlogintest.EncryptNothing },
			func(_ *testing.T, _ *relyingParty, response []byte) []byte { return response },
		},
		"AES-256-GCM": {func(s *nemlogintest.Settings) { s.Encryption = nemlogintest.EncryptGCMWithMGF1P }, decrypted},
		"AES-256-CBC": {func(s *nemlogintest.Settings) { s.Encryption = nemlogintest.EncryptCBC }, decrypted},
		"RSA-OAEP of XML Encryption 1.1": {
			func(s *nemlogintest.Settings) { s.Encryption = nemlogintest.EncryptGCM },
			func(t *testing.T, r *relyingParty, response []byte) []byte {
				var made struct {
					Document string `json:"document"`
				}
				require.NoError(t, judge(t, needsNode(t), "xmlenc11_judge.js",
					map[string]string{"do": "decrypt", "document": string(response), "key": r.sp.keyPEM()}, &made))
				return []byte(made.Document)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			fake, r := newFakeAndClient(t, of.change)
			_, cb := walked(t, fake, r)
			plain := of.reads(t, r, postedXML(t, cb, "SAMLResponse"))
			assert.True(t, bytes.Contains(plain, []byte("<saml:AttributeValue>Lærke")))
			certificate := readForeignIdP(t, fake.Metadata()).Certificates[0]
			require.NoError(t, verifies(t, program, plain, assertionName, certificate))
			require.ErrorContains(t, verifies(t, program, plain, assertionName, r.sp.certificatePEM()), "failed to verify")
			changed := bytes.Replace(plain, []byte("Lærke"), []byte("Lärke"), 1)
			require.ErrorContains(t, verifies(t, program, changed, assertionName, certificate), "failed to verify")
		})
	}
	t.Run("the response signed too", func(t *testing.T) {
		fake, r := newFakeAndClient(t, func(s *nemlogintest.Settings) { s.SignResponse = true })
		_, cb := walked(t, fake, r)
		response := postedXML(t, cb, "SAMLResponse")
		require.NoError(t, verifies(t, program, response, responseName, readForeignIdP(t, fake.Metadata()).Certificates[0]))
		require.ErrorContains(t, verifies(t, program, response, responseName, r.sp.certificatePEM()), "failed to verify")
	})
	t.Run("a LogoutRequest", func(t *testing.T) {
		fake, r := newFakeAndClient(t, func(*nemlogintest.Settings) {})
		begun, cb := walked(t, fake, r)
		login, err := r.client.Complete(t.Context(), begun.State, cb)
		require.NoError(t, err)
		cb, err = fake.Logout(login.Identity.Subject, true)
		require.NoError(t, err)
		request := postedXML(t, cb, "SAMLRequest")
		require.NoError(t, verifies(t, program, request, logoutRequestName, readForeignIdP(t, fake.Metadata()).Certificates[0]))
		require.ErrorContains(t, verifies(t, program, request, logoutRequestName, r.sp.certificatePEM()), "failed to verify")
	})
}
