package nemlogintest

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"
)

type publicKey = rsa.PublicKey

// provider is a service provider, as its metadata describes it.
type provider struct {
	entityID   string
	consumers  []string // the addresses of AssertionConsumerService, HTTP-POST; the default one first
	logout     string   // SingleLogoutService; empty if there is none
	logoutPost bool     // its binding is HTTP-POST
	signing    []*publicKey
	// certificates are those of signing.
	certificates []*x509.Certificate
	encryption   *publicKey
	methods      methods
	nameID       string   // the NameIDFormat
	attributes   []string // those that it asks for
}

// spMetadata is what this fake reads of SP metadata (SAML Metadata 2.0).
type spMetadata struct {
	XMLName  xml.Name `xml:"urn:oasis:names:tc:SAML:2.0:metadata EntityDescriptor"`
	EntityID string   `xml:"entityID,attr"`
	Role     struct {
		Keys []struct {
			Use          string   `xml:"use,attr"`
			Certificates []string `xml:"http://www.w3.org/2000/09/xmldsig# KeyInfo>X509Data>X509Certificate"`
			Methods      []struct {
				Algorithm string `xml:"Algorithm,attr"`
			} `xml:"urn:oasis:names:tc:SAML:2.0:metadata EncryptionMethod"`
		} `xml:"urn:oasis:names:tc:SAML:2.0:metadata KeyDescriptor"`
		Logouts   []endpoint `xml:"urn:oasis:names:tc:SAML:2.0:metadata SingleLogoutService"`
		NameIDs   []string   `xml:"urn:oasis:names:tc:SAML:2.0:metadata NameIDFormat"`
		Consumers []endpoint `xml:"urn:oasis:names:tc:SAML:2.0:metadata AssertionConsumerService"`
		Wanted    []struct {
			Name string `xml:"Name,attr"`
		} `xml:"urn:oasis:names:tc:SAML:2.0:metadata AttributeConsumingService>RequestedAttribute"`
	} `xml:"urn:oasis:names:tc:SAML:2.0:metadata SPSSODescriptor"`
}

type endpoint struct {
	Binding  string `xml:"Binding,attr"`
	Location string `xml:"Location,attr"`
	Default  bool   `xml:"isDefault,attr"`
}

// readProvider reads SP metadata.
func readProvider(metadata []byte) (*provider, error) {
	var m spMetadata
	if err := xml.Unmarshal(metadata, &m); err != nil {
		return nil, errors.New("nemlogintest: the metadata is no EntityDescriptor of SAML 2.0")
	}
	p := &provider{entityID: m.EntityID, methods: methods{}, nameID: formatPersistent}
	for _, k := range m.Role.Keys {
		if err := p.addKey(k.Use, k.Certificates); err != nil {
			return nil, err
		}
		if k.Use != "signing" {
			for _, e := range k.Methods {
				p.methods[e.Algorithm] = true
			}
		}
	}
	for _, c := range m.Role.Consumers {
		if c.Binding == bindingPost {
			p.consumers = append(p.consumers, c.Location)
		}
		if c.Default {
			slices.Reverse(p.consumers)
		}
	}
	for _, l := range m.Role.Logouts { // the first that it can
		if p.logout == "" && (l.Binding == bindingRedirect || l.Binding == bindingPost) {
			p.logout, p.logoutPost = l.Location, l.Binding == bindingPost
		}
	}
	if len(m.Role.NameIDs) > 0 {
		p.nameID = strings.TrimSpace(m.Role.NameIDs[0])
	}
	for _, a := range m.Role.Wanted {
		p.attributes = append(p.attributes, a.Name)
	}
	return p, p.complete()
}

func (p *provider) addKey(use string, certificates []string) error {
	for _, text := range certificates {
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return errors.New("nemlogintest: a certificate in the metadata is no Base64")
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return errors.New("nemlogintest: a certificate in the metadata is damaged")
		}
		public, ok := c.PublicKey.(*rsa.PublicKey)
		if !ok {
			return errors.New("nemlogintest: a key in the metadata is not RSA")
		}
		if use != "encryption" {
			p.signing, p.certificates = append(p.signing, public), append(p.certificates, c)
		}
		if use != "signing" && p.encryption == nil {
			p.encryption = public
		}
	}
	return nil
}

// complete returns an error if the portal would not take the metadata.
func (p *provider) complete() error {
	missing := func(what string) error { return fmt.Errorf("nemlogintest: the metadata has no %s", what) }
	switch {
	case p.entityID == "":
		return missing("entityID")
	case len(p.consumers) == 0:
		return missing("AssertionConsumerService for HTTP-POST")
	case len(p.signing) == 0:
		return missing("key for signing")
	case p.encryption == nil:
		return missing("key for encryption")
	case p.nameID != formatPersistent && p.nameID != formatTransient:
		return errors.New("nemlogintest: NameIDFormat is neither persistent nor transient")
	}
	return nil
}

// asks reports whether the provider's metadata asks for an attribute. Metadata without
// any asks for all.
func (p *provider) asks(name string) bool {
	return len(p.attributes) == 0 || slices.Contains(p.attributes, name)
}
