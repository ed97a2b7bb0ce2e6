package nemlogin

// The namespaces of SAML 2.0 (SAML Core section 1.2), XML Signature and XML Encryption.
const (
	nsProtocol  = "urn:oasis:names:tc:SAML:2.0:protocol"
	nsAssertion = "urn:oasis:names:tc:SAML:2.0:assertion"
	nsDsig      = "http://www.w3.org/2000/09/xmldsig#"
	nsXenc      = "http://www.w3.org/2001/04/xmlenc#"
	nsXenc11    = "http://www.w3.org/2009/xmlenc11#"
)

// The names of SAML 2.0 that both requests and responses have.
const (
	bindingPost      = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" // SAML Bindings section 3.5
	formatEntity     = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
	formatPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" // SAML Core section 8.3.7
	formatTransient  = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"  // SAML Core section 8.3.8
	formatURI        = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"      // SAML Core section 8.2.2
	formatBasic      = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"    // SAML Core section 8.2.3
)

// nameIDFormat returns the Format of the NameID that the service provider registered.
func (c *Config) nameIDFormat() string {
	if c.TransientNameID {
		return formatTransient
	}
	return formatPersistent
}
