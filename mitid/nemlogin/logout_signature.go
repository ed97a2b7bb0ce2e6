package nemlogin

import (
	"crypto"
	"crypto/rsa"
	"encoding/base64"

	"github.com/dkeid/dkeid/internal/fault"
)

// queryHash returns the hash of a signature algorithm of the binding HTTP-Redirect that
// counts. OIOSAML Web SSO 3.0.3 demands RSA-SHA256 or stronger.
func queryHash(algorithm string) (crypto.Hash, bool) {
	switch algorithm {
	case "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256":
		return crypto.SHA256, true
	case "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384":
		return crypto.SHA384, true
	case "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512":
		return crypto.SHA512, true
	}
	return 0, false
}

// verifyQuery verifies a signature over the part covered of a query (SAML Bindings 2.0 section
// 3.4.4.1) by the IdP's keys. The error is of class SignatureInvalid, or ConfigInvalid
// if there is no key.
func (b *Broker) verifyQuery(covered, algorithm, signature string) error {
	if algorithm == "" || signature == "" {
		return fault.New(fault.SignatureInvalid, "the message is not signed: SigAlg or Signature is missing")
	}
	hash, ok := queryHash(algorithm)
	if !ok {
		return fault.New(fault.SignatureInvalid, "the message is signed with an algorithm other than RSA with SHA-256, SHA-384 or SHA-512")
	}
	value, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil {
		return fault.New(fault.SignatureInvalid, "the signature is not in Base64")
	}
	now := b.now()
	certificates, err := b.idp.signers(now)
	if err != nil {
		return err
	}
	h := hash.New()
	h.Write([]byte(covered))
	digest := h.Sum(nil)
	refused := fault.New(fault.SignatureInvalid, "no signing key of Config.IdP verifies the signature")
	for _, c := range certificates {
		key, isRSA := c.PublicKey.(*rsa.PublicKey)
		if !isRSA || rsa.VerifyPKCS1v15(key, hash, digest, value) != nil {
			continue
		}
		switch { // another certificate of the same key may be valid
		case now.After(c.NotAfter):
			refused = fault.New(fault.SignatureInvalid, "the certificate of the signature has expired: put NemLog-in's new metadata into Config.IdP")
		case now.Before(c.NotBefore):
			refused = fault.New(fault.SignatureInvalid, "the certificate of the signature is not valid yet")
		default:
			return nil
		}
	}
	return refused
}
