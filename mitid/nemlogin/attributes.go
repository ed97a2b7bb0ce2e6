package nemlogin

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/xmlsig"
)

// The names of attributes on which more depends than what they say of the person
// (OIOSAML Web SSO 3.0.3).
const (
	model           = "https://data.gov.dk/model/core/"
	attrCPR         = model + "eid/cprNumber"
	attrPID         = model + "eid/person/pid"
	attrPrivileges  = model + "eid/privilegesIntermediate"
	attrPrivileges1 = model + "eid/privilegesSimple"
)

// legacyPrefix is that of the attributes of OIOSAML 2, whose NameFormat is basic.
const legacyPrefix = "dk:gov:saml:attribute:"

// publicAttributes are what an authority may ask for, without what is deprecated (PID and
// RID of NemID), the bootstrap token, and the attributes of NemLog-in's signing service.
var publicAttributes = []string{
	model + "specVersion",
	"https://data.gov.dk/concept/core/nsis/loa",
	"https://data.gov.dk/concept/core/nsis/ial",
	"https://data.gov.dk/concept/core/nsis/aal",
	model + "eid/cprUuid",
	attrCPR,
	model + "eid/fullName",
	model + "eid/firstName",
	model + "eid/lastName",
	model + "eid/alias",
	model + "eid/email",
	model + "eid/age",
	model + "eid/dateOfBirth",
	model + "eid/professional/uuid/persistent",
	model + "eid/professional/cvr",
	model + "eid/professional/orgName",
	model + "eid/professional/productionUnit",
	model + "eid/professional/seNumber",
	model + "eid/professional/authorizedToRepresent",
	attrPrivileges,
}

// otherAttributes are known beside publicAttributes: NemLog-in has them in its metadata.
var otherAttributes = []string{
	attrPID,
	model + "eid/professional/rid",
	model + "eid/bootstrapToken",
	attrPrivileges1,
	model + "signing/requesterID",
	model + "signing/referenceText",
	model + "signing/securityCode",
	model + "signing/certificatePolicyQualifier",
	model + "signing/certificateSSNPersistenceLevel",
	model + "signing/certificateHolderIdentifier",
	model + "signing/certificateCommonName",
	model + "signing/anonymizedSigner",
}

// authoritiesAlone reports whether only a public authority may ask for the attribute
// (NemLog-in, terms for private service providers).
func authoritiesAlone(name string) bool {
	return name == attrCPR || name == attrPrivileges || name == attrPrivileges1
}

// requestedAttributes returns the attributes that the service provider asks for in its
// metadata.
func (c *Config) requestedAttributes() []string {
	if c.Attributes != nil {
		return c.Attributes
	}
	names := slices.Clone(publicAttributes)
	if c.PrivateProvider {
		names = slices.DeleteFunc(names, authoritiesAlone)
	}
	return names
}

// readAttributes reads the one AttributeStatement of an assertion (SAML Core section
// 2.7.3). A name that comes twice is refused, because two readers could take different
// values.
func readAttributes(assertion *etree.Element) ([]claims.SAMLAttribute, error) {
	statement, err := xmlsig.One(assertion, nsAssertion, "AttributeStatement")
	if err != nil {
		return nil, err
	}
	elements := statement.ChildElements()
	all := make([]claims.SAMLAttribute, 0, len(elements))
	seen := make(map[string]bool, len(elements))
	for _, el := range elements {
		if !xmlsig.Is(el, nsAssertion, "Attribute") {
			return nil, fault.New(fault.ResponseInvalid, "the AttributeStatement holds something else than attributes, such as an encrypted one")
		}
		a, err := readAttribute(el)
		switch {
		case err != nil:
			return nil, err
		case seen[a.Name]:
			return nil, fault.New(fault.ResponseInvalid, "an attribute is there twice")
		}
		seen[a.Name] = true
		all = append(all, a)
	}
	return all, nil
}

func readAttribute(el *etree.Element) (claims.SAMLAttribute, error) {
	bad := func(why string) (claims.SAMLAttribute, error) {
		return claims.SAMLAttribute{}, fault.New(fault.ResponseInvalid, why)
	}
	name, _ := xmlsig.Attr(el, "Name")
	if name == "" {
		return bad("an attribute has no Name")
	}
	if format, _ := xmlsig.Attr(el, "NameFormat"); format != formatURI && !(format == formatBasic && strings.HasPrefix(name, legacyPrefix)) {
		return bad("an attribute's NameFormat is not uri")
	}
	a := claims.SAMLAttribute{Name: name}
	for _, child := range el.ChildElements() {
		if !xmlsig.Is(child, nsAssertion, "AttributeValue") {
			return bad("an attribute holds something else than values")
		}
		text, err := xmlsig.Text(child)
		if err != nil {
			return claims.SAMLAttribute{}, err
		}
		a.Values = append(a.Values, text)
	}
	return a, nil
}
