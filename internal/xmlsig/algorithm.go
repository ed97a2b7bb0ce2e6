package xmlsig

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"math/big"

	_ "crypto/sha256" // hashes by crypto.Hash
	_ "crypto/sha512"
)

// method is a signature algorithm.
type method struct {
	hash  crypto.Hash
	ecdsa bool // if false, RSA with the padding of PKCS #1 v1.5
}

// The algorithms of RFC 9231 that are accepted. There is none with SHA-1, and none with a
// shared key, for which an attacker would take the public key.
var methods = map[string]method{
	"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256":   {hash: crypto.SHA256},
	"http://www.w3.org/2001/04/xmldsig-more#rsa-sha384":   {hash: crypto.SHA384},
	"http://www.w3.org/2001/04/xmldsig-more#rsa-sha512":   {hash: crypto.SHA512},
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256": {hash: crypto.SHA256, ecdsa: true},
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384": {hash: crypto.SHA384, ecdsa: true},
	"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512": {hash: crypto.SHA512, ecdsa: true},
}

var digests = map[string]crypto.Hash{
	"http://www.w3.org/2001/04/xmlenc#sha256":       crypto.SHA256,
	"http://www.w3.org/2001/04/xmldsig-more#sha384": crypto.SHA384,
	"http://www.w3.org/2001/04/xmlenc#sha512":       crypto.SHA512,
}

// minRSA is the size in bits below which an RSA key is refused (NIST SP 800-131A).
const minRSA = 2048

func sum(hash crypto.Hash, data []byte) []byte {
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}

// verifyKey returns the certificate whose key made the signature, if it is valid now.
func (v *Verifier) verifyKey(sig *signature) (*x509.Certificate, error) {
	if len(v.Certificates) == 0 {
		return nil, distrust("no certificate is configured that could verify the signature")
	}
	digest := sum(sig.method.hash, sig.signedInfo)
	err := distrust("no key of a configured certificate verifies the signature")
	for _, certificate := range v.Certificates {
		if !sig.method.verify(certificate.PublicKey, digest, sig.value) {
			continue
		}
		if err = v.checkValidity(certificate); err == nil {
			return certificate, nil
		}
		// Another certificate of the same key may be valid.
	}
	return nil, err
}

func (v *Verifier) checkValidity(certificate *x509.Certificate) error {
	switch now := v.now(); {
	case now.Before(certificate.NotBefore):
		return distrust("the certificate that verifies the signature is not valid yet")
	case now.After(certificate.NotAfter):
		return distrust("the certificate that verifies the signature has expired: load the identity provider's new metadata")
	}
	return nil
}

// Counts reports whether a signature by a public key can be accepted: RSA with 2,048 bits or
// more, or ECDSA over P-256, P-384 or P-521.
func Counts(key any) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= minRSA
	case *ecdsa.PublicKey:
		return key.Curve == elliptic.P256() || key.Curve == elliptic.P384() || key.Curve == elliptic.P521()
	}
	return false
}

func (m method) verify(key any, digest, value []byte) bool {
	if !Counts(key) {
		return false
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		return !m.ecdsa && rsa.VerifyPKCS1v15(key, m.hash, digest, value) == nil
	case *ecdsa.PublicKey:
		return m.ecdsa && verifyECDSA(key, digest, value)
	}
	return false
}

// verifyECDSA verifies a signature that is the two numbers r and s, each as long as the
// order of the curve (XML Signature 1.1 section 6.4.3), and not ASN.1 as elsewhere.
func verifyECDSA(key *ecdsa.PublicKey, digest, value []byte) bool {
	length := (key.Params().N.BitLen() + 7) / 8
	if len(value) != 2*length {
		return false
	}
	r, s := new(big.Int).SetBytes(value[:length]), new(big.Int).SetBytes(value[length:])
	return ecdsa.Verify(key, digest, r, s)
}
