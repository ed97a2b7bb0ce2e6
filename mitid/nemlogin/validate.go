package nemlogin

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

const (
	maxKeys     = 4 // a key that goes, one that comes, and one more of each: each of them tries every answer
	minRSA      = 2048
	maxEntityID = 1024 // SAML Core section 8.3.6
)

// production is the entityID of NemLog-in where people log in for real.
const production = "https://saml.nemlog-in.dk"

// testUnit is the organisational unit of those who issue certificates for tests (OCES3).
const testUnit = "Test - cti"

// validate returns what is wrong with a field, or "".
func (c *Config) validate() string {
	switch {
	case !isURI(c.EntityID):
		return "EntityID must be a URI of at most 1,024 characters"
	case len(c.Keys) == 0:
		return "Keys is missing"
	case len(c.Keys) > maxKeys:
		return fmt.Sprintf("Keys holds more than %d keys; each of them tries every answer", maxKeys)
	case len(c.IdP) == 0:
		return "IdP is missing: it holds the metadata files of NemLog-in"
	case c.Pins != nil && len(c.Pins) == 0:
		return "Pins is an empty list, by which no certificate counts; nil means that every one does"
	case c.IdPSigners != nil && len(c.IdPSigners) == 0:
		return "IdPSigners is an empty list, by which no file counts; nil means that no signature is looked at"
	case c.LogoutURL != "" && addressProblem(c.LogoutURL) != "":
		return "LogoutURL " + addressProblem(c.LogoutURL)
	case c.CancelCode != "" && !isURI(c.CancelCode):
		return "CancelCode must be a URI"
	}
	for i, k := range c.Keys {
		if why := k.validate(); why != "" {
			return fmt.Sprintf("Keys[%d] %s", i, why)
		}
	}
	for i, word := range c.CredentialTypes {
		if !slices.Contains([]string{"mitid", "local", "test", "nemidkeycard", "nemidkeyfile"}, word) || slices.Contains(c.CredentialTypes[:i], word) {
			return fmt.Sprintf("CredentialTypes[%d] is none of mitid, local, test, nemidkeycard and nemidkeyfile, or is there twice", i)
		}
	}
	return c.validateAttributes()
}

func (c *Config) validateAttributes() string {
	for i, name := range c.Attributes {
		switch {
		case !slices.Contains(publicAttributes, name) && !slices.Contains(otherAttributes, name):
			return fmt.Sprintf("Attributes[%d] is no attribute of OIOSAML 3", i)
		case slices.Contains(c.Attributes[:i], name):
			return fmt.Sprintf("Attributes[%d] is there twice", i)
		case c.PrivateProvider && authoritiesAlone(name):
			return fmt.Sprintf("Attributes[%d]: only a public authority may ask for CPR numbers and privileges, and PrivateProvider says that this is none", i)
		}
	}
	return ""
}

func (k *KeyPair) validate() string {
	switch {
	case k.Key == nil:
		return "has no Key"
	case k.Certificate == nil:
		return "has no Certificate"
	case k.Key.N == nil || k.Key.N.BitLen() < minRSA:
		return fmt.Sprintf("is shorter than %d bits", minRSA)
	case k.Key.Validate() != nil:
		return "is no RSA key"
	case !k.Key.PublicKey.Equal(k.Certificate.PublicKey):
		return "has the Certificate of another key"
	}
	return ""
}

// validateEnvironment returns an error text if a certificate for tests is used where
// people log in for real: whoever orders test certificates would then log in as anybody.
func (c *Config) validateEnvironment(i *idp) string {
	if i.entityID != production {
		return ""
	}
	if slices.ContainsFunc(i.certificates, isTest) {
		return "IdP holds a certificate for tests beside NemLog-in's entityID in production"
	}
	for n, k := range c.Keys {
		if isTest(k.Certificate) {
			return fmt.Sprintf("Keys[%d] has a certificate for tests, and IdP is NemLog-in in production", n)
		}
	}
	return ""
}

// isTest reports whether c is a certificate for tests, or issued by one.
func isTest(c *x509.Certificate) bool {
	return slices.Contains(c.Issuer.OrganizationalUnit, testUnit) || slices.Contains(c.Subject.OrganizationalUnit, testUnit)
}

// isURI reports whether s is an absolute URI of visible ASCII characters.
func isURI(s string) bool {
	u, err := url.Parse(s)
	hidden := strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
	return err == nil && u.Scheme != "" && len(s) <= maxEntityID && !hidden
}
