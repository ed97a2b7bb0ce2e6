package nemlogin

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

// maxRSA bounds an RSA key, in bits, because it bounds the time of a verification.
const maxRSA = 8192

// signingCertificates returns the certificates of the signing keys of role. A
// KeyDescriptor without use is for signing too (SAML Metadata 2.0 section 2.4.1.1).
func signingCertificates(role *etree.Element) ([]*x509.Certificate, error) {
	var found []*x509.Certificate
	for _, key := range xmlsig.Children(role, nsMetadata, "KeyDescriptor") {
		switch use, given := xmlsig.Attr(key, "use"); {
		case use == "encryption":
			continue
		case given && use != "signing":
			return nil, fault.New(fault.ConfigInvalid, "a KeyDescriptor is neither for signing nor for encryption")
		}
		c, err := certificateOf(key)
		if err != nil {
			return nil, err
		}
		if found = append(found, c); len(found) > maxSigningKeys {
			return nil, fault.Newf(fault.ConfigInvalid, "the file has more than %d signing keys", maxSigningKeys)
		}
	}
	if len(found) == 0 {
		return nil, fault.New(fault.ConfigInvalid, "the file has no signing key")
	}
	return found, nil
}

// certificateOf returns the one certificate of a KeyDescriptor.
func certificateOf(key *etree.Element) (*x509.Certificate, error) {
	el := key
	for _, local := range []string{"KeyInfo", "X509Data", "X509Certificate"} {
		child, err := xmlsig.One(el, nsDsig, local)
		if err != nil {
			return nil, fault.New(fault.ConfigInvalid, "a KeyDescriptor for signing has not exactly one certificate")
		}
		el = child
	}
	text, err := xmlsig.Text(el)
	if err != nil {
		return nil, err
	}
	der, err := base64.StdEncoding.Strict().DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, fault.New(fault.ConfigInvalid, "a certificate is not in Base64")
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fault.New(fault.ConfigInvalid, "a certificate cannot be read")
	}
	if pub, ok := c.PublicKey.(*rsa.PublicKey); !ok || pub.N.BitLen() < minRSA || pub.N.BitLen() > maxRSA {
		return nil, fault.New(fault.ConfigInvalid, "a signing key is not RSA with 2,048 to 8,192 bits")
	}
	return c, nil
}
