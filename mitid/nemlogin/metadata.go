package nemlogin

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/mitid"
)

// Metadata returns the service provider's metadata (SAML Metadata 2.0), for an
// AssertionConsumerService at redirectURL, the mitid.Config.RedirectURL of the Client.
// Upload it in NemLog-in's administration portal. The same Config gives the same bytes.
//
// It publishes the certificates of all of Config.Keys, for signing and for encryption,
// and Config.LogoutURL for the binding HTTP-Redirect. It is not signed and does not
// expire.
//
// Errors: ErrConfigInvalid if Config.Organisation or Config.Contact is not filled in, or
// redirectURL cannot be such an address.
func (b *Broker) Metadata(redirectURL string) ([]byte, error) {
	if why := addressProblem(redirectURL); why != "" {
		return nil, cannotDescribe("redirectURL " + why)
	}
	if why := b.cfg.metadataProblem(); why != "" {
		return nil, cannotDescribe(why)
	}
	entity := etree.NewElement("md:EntityDescriptor")
	entity.CreateAttr("xmlns:md", nsMetadata)
	entity.CreateAttr("xmlns:ds", nsDsig)
	entity.CreateAttr("entityID", b.cfg.EntityID)
	b.addRole(entity, redirectURL)
	b.addOrganisation(entity)
	b.addContact(entity)
	doc := etree.NewDocumentWithRoot(entity)
	doc.InsertChildAt(0, etree.NewProcInst("xml", `version="1.0" encoding="UTF-8"`))
	doc.Indent(2)
	return doc.WriteToBytes()
}

// cannotDescribe is the error of Metadata.
func cannotDescribe(why string) error {
	return &mitid.Error{Kind: mitid.ConfigInvalid, Broker: name, Op: "metadata", Why: why}
}

// addRole adds the SPSSODescriptor. The order of its children is that of the schema.
func (b *Broker) addRole(entity *etree.Element, redirectURL string) {
	role := entity.CreateElement("md:SPSSODescriptor")
	role.CreateAttr("protocolSupportEnumeration", nsProtocol)
	role.CreateAttr("AuthnRequestsSigned", "true")
	role.CreateAttr("WantAssertionsSigned", "true")
	for _, use := range []string{"signing", "encryption"} {
		for _, k := range b.keys() {
			addKey(role, use, k, b.cfg.CBC)
		}
	}
	if b.cfg.LogoutURL != "" {
		// NemLog-in takes the first of several bindings, so there is one. With a redirect the
		// browser sends the session's cookie, which it does not with a form post.
		slo := role.CreateElement("md:SingleLogoutService")
		slo.CreateAttr("Binding", bindingRedirect)
		slo.CreateAttr("Location", b.cfg.LogoutURL)
	}
	role.CreateElement("md:NameIDFormat").SetText(b.cfg.nameIDFormat())
	acs := role.CreateElement("md:AssertionConsumerService")
	acs.CreateAttr("Binding", bindingPost)
	acs.CreateAttr("Location", redirectURL)
	acs.CreateAttr("index", "0")
	acs.CreateAttr("isDefault", "true")
	service := role.CreateElement("md:AttributeConsumingService")
	service.CreateAttr("index", "0")
	service.CreateAttr("isDefault", "true")
	addDanish(service, "ServiceName", b.cfg.Organisation.DisplayName)
	for _, asked := range b.attributes {
		a := service.CreateElement("md:RequestedAttribute")
		a.CreateAttr("Name", asked)
		a.CreateAttr("NameFormat", formatURI)
	}
}

func (b *Broker) addOrganisation(entity *etree.Element) {
	o := entity.CreateElement("md:Organization")
	addDanish(o, "OrganizationName", b.cfg.Organisation.Name)
	addDanish(o, "OrganizationDisplayName", b.cfg.Organisation.DisplayName)
	addDanish(o, "OrganizationURL", b.cfg.Organisation.URL)
}

// addContact adds the technical contact, which the portal demands.
func (b *Broker) addContact(entity *etree.Element) {
	c := entity.CreateElement("md:ContactPerson")
	c.CreateAttr("contactType", "technical")
	for _, part := range []struct{ name, text string }{
		{"GivenName", b.cfg.Contact.GivenName}, {"SurName", b.cfg.Contact.SurName},
		{"EmailAddress", b.cfg.Contact.Email}, {"TelephoneNumber", b.cfg.Contact.Telephone},
	} {
		if part.text != "" {
			c.CreateElement("md:" + part.name).SetText(part.text)
		}
	}
}

// addDanish adds a text with a language, which the schema demands.
func addDanish(parent *etree.Element, local, text string) {
	el := parent.CreateElement("md:" + local)
	el.CreateAttr("xml:lang", "da")
	el.SetText(text)
}

// metadataProblem returns what is missing for the metadata, or "".
func (c *Config) metadataProblem() string {
	for _, part := range []struct{ field, text string }{
		{"Organisation.Name", c.Organisation.Name}, {"Organisation.DisplayName", c.Organisation.DisplayName}, {"Organisation.URL", c.Organisation.URL},
		{"Contact.Email", c.Contact.Email},
	} {
		if part.text == "" {
			return "Config." + part.field + " is missing: NemLog-in's portal asks for it"
		}
	}
	for _, text := range []string{
		c.Organisation.Name, c.Organisation.DisplayName, c.Organisation.URL,
		c.Contact.GivenName, c.Contact.SurName, c.Contact.Email, c.Contact.Telephone,
	} {
		if !isLine(text) {
			return "Config.Organisation and Config.Contact must hold lines of text in UTF-8, without line breaks and control characters"
		}
	}
	return ""
}

// isLine reports whether text can stand in XML as one line.
func isLine(text string) bool {
	return strings.ToValidUTF8(text, "") == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffe || r == 0xffff })
}
