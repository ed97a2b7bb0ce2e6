package xmlsig_test

import (
	"crypto/x509"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig/xmlforge"
)

// A forgery differs from this by one thing.
func TestVerifyAcceptsAForgeryOfNothing(t *testing.T) {
	el, err := xmlforge.Sign(parse(t, assertion()).Root(), idp().key, idp().certificate, func(*etree.Element) {})
	require.NoError(t, err)
	_, err = verifyAssertion(verifier(idp().certificate), write(t, el))
	require.NoError(t, err)
}

func TestVerifyRefusesForgeries(t *testing.T) {
	for _, f := range xmlforge.Forgeries() {
		t.Run(f.Name, func(t *testing.T) {
			text := write(t, forged(t, f.Name))
			for _, text := range []string{text, response(text)} {
				_, err := verifyAssertion(verifier(idp().certificate), text)
				requireClass(t, fault.SignatureInvalid, err)
			}
		})
	}
}

func forged(t *testing.T, name string) *etree.Element {
	t.Helper()
	for _, f := range xmlforge.Forgeries() {
		if f.Name == name {
			el, err := f.Sign(parse(t, assertion()).Root(), idp().key, idp().certificate)
			require.NoError(t, err)
			return el
		}
	}
	t.Fatalf("there is no forgery %q", name)
	return nil
}

// The forgeries are real: each is signed as it says, and others accept it.
func TestGoxmldsigAcceptsForgeries(t *testing.T) {
	for _, name := range []string{
		"signature with SHA-1", "digest with SHA-1", "exclusive canonicalization with comments", "inclusive canonicalization",
		"SignedInfo canonicalized with comments", "two references", "parameter of the signature method", "reference of a type",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := judge(idp().certificate).Validate(forged(t, name))
			require.NoError(t, err)
		})
	}
}

func TestXmlsecAcceptsForgeries(t *testing.T) {
	certificate := file(t, "idp.pem", pemOf("CERTIFICATE", idp().certificate.Raw))
	public, err := x509.MarshalPKIXPublicKey(idp().certificate.PublicKey)
	require.NoError(t, err)
	for name, key := range map[string][]string{
		"reference without URI":                  {"--pubkey-cert-pem", certificate},
		"reference to the whole document":        {"--pubkey-cert-pem", certificate},
		"reference by XPointer to the root":      {"--pubkey-cert-pem", certificate},
		"reference by XPointer to the ID":        {"--pubkey-cert-pem", certificate},
		"the same reference twice":               {"--pubkey-cert-pem", certificate},
		"comment in DigestValue":                 {"--pubkey-cert-pem", certificate},
		"no canonicalization":                    {"--pubkey-cert-pem", certificate},
		"HMAC with the public key as the secret": {"--hmackey", file(t, "public.pem", pemOf("PUBLIC KEY", public))},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"--verify", "--id-attr:ID", assertionName}, key...)
			out, err := xmlsec1(t, append(args, file(t, "forged.xml", []byte(write(t, forged(t, name)))))...)
			require.NoError(t, err, out)
		})
	}
}
