package nemlogintest

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/xmlsig"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The algorithms of XML Signature that the code of this fake names.
const (
	sha1Digest = nsSignature + "sha1"
	sha256URI  = nsEncryption + "sha256"
	rsaSHA1    = nsSignature + "rsa-sha1"
	rsaSHA256  = nsSignatureNew + "rsa-sha256"
	hmacSHA256 = nsSignatureNew + "hmac-sha256"
)

// signer returns a copy of an element with a Signature.
type signer func(el *etree.Element) (*etree.Element, error)

// signWith signs as NemLog-in does: RSA-SHA256 and exclusive canonicalization (OIOSAML Web
// SSO 3.0.3).
func signWith(key *mitidtest.Key) signer { return signShowing(key, key.Certificate) }

// signShowing is signWith with another certificate in KeyInfo.
func signShowing(key *mitidtest.Key, shown *x509.Certificate) signer {
	return func(el *etree.Element) (*etree.Element, error) {
		private, err := key.Private()
		if err != nil {
			return nil, err
		}
		return xmlsig.Sign(el, "ID", private, shown)
	}
}

// addCertificate appends a KeyInfo.
func addCertificate(to *etree.Element, c *x509.Certificate) {
	add(add(add(to, "ds:KeyInfo"), "ds:X509Data"), "ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(c.Raw))
}

// signText signs the query of a redirect.
func signText(key *mitidtest.Key, algorithm string, text []byte) ([]byte, error) {
	if algorithm == hmacSHA256 { // with the public key as the secret
		der, err := x509.MarshalPKIXPublicKey(key.Certificate.PublicKey)
		if err != nil {
			return nil, err
		}
		m := hmac.New(sha256.New, der)
		m.Write(text)
		return m.Sum(nil), nil
	}
	private, err := key.Private()
	if err != nil {
		return nil, err
	}
	hash := crypto.SHA256
	if algorithm == rsaSHA1 {
		hash = crypto.SHA1
	}
	return rsa.SignPKCS1v15(rand.Reader, private, hash, sum(hash, text))
}

// verifies reports whether value is the signature of text with RSA-SHA256.
func verifies(key *publicKey, text, value []byte) bool {
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum(crypto.SHA256, text), value) == nil
}

func sum(hash crypto.Hash, text []byte) []byte {
	h := hash.New()
	h.Write(text)
	return h.Sum(nil)
}
