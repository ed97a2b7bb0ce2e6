package xmlsig_test

import (
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// xmlsec1 runs the program of the XML Security Library. A test that does not find it is
// skipped; with DKEID_NO_SKIP=1 it fails.
func xmlsec1(t *testing.T, args ...string) (string, error) {
	t.Helper()
	program := toolstest.Program(t, "xmlsec1", "xmlsec1 is missing: install the package xmlsec1")
	out, err := exec.Command(program, args...).CombinedOutput()
	return string(out), err
}

// folder is t.TempDir without the name of the test in it: xmlsec1 takes a comma in a path
// for the end of it.
func folder(t *testing.T) string {
	t.Helper()
	path, err := os.MkdirTemp("", "xmlsig")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(path)) })
	return path
}

func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(folder(t), name)
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func privatePEM(t *testing.T, key any) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pemOf("PRIVATE KEY", der)
}

const assertionName = spaceAssertion + ":Assertion"

func TestXmlsecVerifiesWhatSignWrote(t *testing.T) {
	key := file(t, "idp.pem", pemOf("CERTIFICATE", idp().certificate.Raw))
	for name, text := range map[string]string{
		"the root":      signed(t, assertion(), idp()),
		"in a response": response(signed(t, assertion(), idp())),
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"--verify", "--id-attr:ID", assertionName, "--pubkey-cert-pem", key}
			out, err := xmlsec1(t, append(args, file(t, "signed.xml", []byte(text)))...)
			require.NoError(t, err, out)
			require.Contains(t, out, "OK")
			out, err = xmlsec1(t, append(args, file(t, "changed.xml", []byte(strings.Replace(text, ">Substantial<", ">High<", 1))))...)
			require.Error(t, err)
			require.Contains(t, out, "data and digest do not match")
		})
	}
}

// template is a Signature that xmlsec1 fills in.
func template(method, digest, parameter string) string {
	return `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="` + method + `"/>` +
		`<ds:Reference URI="#` + assertionID + `"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">` + parameter + `</ds:Transform></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + digest + `"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>`
}

const (
	more = "http://www.w3.org/2001/04/xmldsig-more#"
	enc  = "http://www.w3.org/2001/04/xmlenc#"

	inclusive = `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs xsi"/>`
)

func TestVerifyAcceptsWhatXmlsecSigned(t *testing.T) {
	p256, certificate256 := newECDSA(t, elliptic.P256())
	p384, certificate384 := newECDSA(t, elliptic.P384())
	p521, certificate521 := newECDSA(t, elliptic.P521())
	all := verifier(certificate384, stranger().certificate, certificate256, certificate521, idp().certificate)
	for name, c := range map[string]struct {
		key                       any
		certificate               *x509.Certificate
		method, digest, parameter string
	}{
		"RSA-SHA256":         {idp().key, idp().certificate, more + "rsa-sha256", enc + "sha256", ""},
		"RSA-SHA384":         {idp().key, idp().certificate, more + "rsa-sha384", more + "sha384", ""},
		"RSA-SHA512":         {idp().key, idp().certificate, more + "rsa-sha512", enc + "sha512", ""},
		"ECDSA-SHA256":       {p256, certificate256, more + "ecdsa-sha256", enc + "sha256", ""},
		"ECDSA-SHA384":       {p384, certificate384, more + "ecdsa-sha384", more + "sha384", ""},
		"ECDSA-SHA512":       {p521, certificate521, more + "ecdsa-sha512", enc + "sha512", ""},
		"inclusive prefixes": {idp().key, idp().certificate, more + "rsa-sha256", enc + "sha256", inclusive},
	} {
		for place, wrap := range map[string]func(...string) string{"the root": func(s ...string) string { return s[0] }, "in a response": response} {
			t.Run(name+", "+place, func(t *testing.T) {
				text := wrap(strings.Replace(assertion(), "</saml:Issuer>", "</saml:Issuer>"+template(c.method, c.digest, c.parameter), 1))
				out := filepath.Join(folder(t), "signed.xml")
				said, err := xmlsec1(t, "--sign", "--id-attr:ID", assertionName, "--privkey-pem", file(t, "key.pem", privatePEM(t, c.key)), "--output", out, file(t, "template.xml", []byte(text)))
				require.NoError(t, err, said)
				text2, err := os.ReadFile(out)
				require.NoError(t, err)
				s, err := verifyAssertion(all, string(text2))
				require.NoError(t, err)
				require.Same(t, c.certificate, s.Certificate)
				require.Contains(t, string(s.Covered), "Åse Ærø Østergård")
				_, err = verifyAssertion(all, strings.Replace(string(text2), ">Substantial<", ">High<", 1))
				requireClass(t, fault.SignatureInvalid, err)
			})
		}
	}
}
