package nemlogintest

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The names of attributes (OIOSAML Web SSO 3.0.3).
const (
	attrCore       = "https://data.gov.dk/model/core/"
	attrEID        = attrCore + "eid/"
	attrNSIS       = "https://data.gov.dk/concept/core/nsis/"
	attrSpec       = attrCore + "specVersion"
	attrCPR        = attrEID + "cprNumber"
	attrCPRUUID    = attrEID + "cprUuid"
	attrLoA        = attrNSIS + "loa"
	attrPrivileges = attrEID + "privilegesIntermediate"
	attrOld        = "dk:gov:saml:attribute:"
)

// levelWords are the levels as OIOSAML writes them.
var levelWords = map[claims.Level]string{claims.Low: "Low", claims.Substantial: "Substantial", claims.High: "High"}

// statement is an AttributeStatement in the making.
type statement struct {
	el *etree.Element
	p  *provider
}

// put adds an attribute, if the provider asks for it and it has a value.
func (s statement) put(name string, values ...string) {
	values = slices.DeleteFunc(values, func(v string) bool { return v == "" })
	if s.p.asks(name) && len(values) > 0 {
		addAttribute(s.el, name, values...)
	}
}

func addAttribute(to *etree.Element, name string, values ...string) {
	a := add(to, "saml:Attribute", "Name", name, "NameFormat", formatURI)
	for _, v := range values {
		add(a, "saml:AttributeValue").SetText(v)
	}
}

// addAttributes adds the AttributeStatement about the person of g.
func addAttributes(assertion *etree.Element, g *login, s Settings, now time.Time) {
	st := statement{add(assertion, "saml:AttributeStatement"), g.to}
	c, co := &g.citizen, g.company
	uuid := func(v string) string { return s.UUIDPrefix + v }
	addAttribute(st.el, attrSpec, "OIO-SAML-3.0")
	for _, of := range []struct {
		name  string
		level claims.Level
	}{{"loa", min(g.level, g.identityLevel())}, {"ial", g.identityLevel()}, {"aal", g.level}} {
		addAttribute(st.el, attrNSIS+of.name, levelWords[of.level])
	}
	if !g.hidesCPR && !c.CPR.IsZero() {
		st.put(attrCPR, c.CPR.Reveal())
	}
	if co == nil {
		st.put(attrEID+"person/pid", pidOf(c))
	}
	st.put(attrCPRUUID, uuid(c.MitIDUUID(nil)))
	if c.Name != "" {
		given, family := splitName(c.Name)
		st.put(attrEID+"fullName", c.Name)
		st.put(attrEID+"firstName", given)
		st.put(attrEID+"lastName", family)
	}
	if born := c.Born(); !born.IsZero() {
		st.put(attrEID+"age", mitidtest.Age(born, now))
		st.put(attrEID+"dateOfBirth", born.Format(time.DateOnly))
	}
	if co != nil {
		st.put(attrEID+"professional/uuid/persistent", uuid(c.MitIDUUID(co)))
		st.put(attrEID+"professional/rid", co.RID)
		st.put(attrEID+"professional/cvr", co.CVR)
		st.put(attrEID+"professional/orgName", co.Name)
		st.put(attrEID+"professional/productionUnit", co.ProductionUnit)
		st.put(attrEID+"professional/seNumber", co.SE)
		if co.Role == mitidtest.Signatory {
			st.put(attrEID+"professional/authorizedToRepresent", co.CVR)
		}
	}
	if s.Privileges != nil {
		if groups := s.Privileges(c, co); len(groups) > 0 {
			st.put(attrPrivileges, s.PrivilegeForm.write(groups))
		}
	}
	if s.OldAttributes {
		st.old(g)
	}
	if said := c.LookUpError(); said != "" {
		addAttribute(st.el, attrCore+"lookupError", said)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Extra)) {
		addAttribute(st.el, name, asText(c.Extra[name]))
	}
}

// old adds what OIOSAML 2 called some of the same, where the new name is not there.
func (s statement) old(g *login) {
	rename := map[string]string{attrCPR: "CprNumberIdentifier", attrEID + "professional/cvr": "CvrNumberIdentifier", attrEID + "professional/rid": "RidNumberIdentifier",
		attrEID + "professional/productionUnit": "ProductionUnitIdentifier", attrEID + "professional/seNumber": "SENumberIdentifier", attrSpec: "SpecVer"}
	for _, a := range s.el.ChildElements() {
		if word, ok := rename[a.SelectAttrValue("Name", "")]; ok {
			a.CreateAttr("Name", attrOld+word)
			a.CreateAttr("NameFormat", formatBasic)
		}
	}
	add(s.el, "saml:Attribute", "Name", attrOld+"AssuranceLevel", "NameFormat", formatBasic).CreateElement("saml:AttributeValue").SetText(map[bool]string{true: "3", false: "2"}[g.level > claims.Low])
}

// pidOf makes the key that a person had at NemID.
func pidOf(c *mitidtest.Citizen) string {
	sum := sha256.Sum256([]byte("pid\x00" + c.MitIDUUID(nil)))
	digits := make([]byte, 12)
	for i := range digits {
		digits[i] = '0' + sum[i]%10
	}
	return "9208-2002-2-" + string(digits)
}

func asText(v any) string {
	if text, ok := v.(string); ok {
		return text
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(text)
}

// splitName takes the last word as the family name.
func splitName(name string) (given, family string) {
	if i := strings.LastIndexByte(name, ' '); i > 0 {
		return name[:i], name[i+1:]
	}
	return "", name
}
