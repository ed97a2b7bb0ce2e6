package mitidtest

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
)

// longNames are the claim names of applications in the older style.
var longNames = map[string]string{
	"authenticationmethod":  "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationmethod",
	"authenticationinstant": "http://schemas.microsoft.com/ws/2008/06/identity/claims/authenticationinstant",
	"nameidentifier":        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier",
	"dateofbirth":           "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/dateofbirth",
	"age":                   "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/age",
	"name":                  "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
	"country":               "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/country",
	"sessionindex":          "http://schemas.grean.id/claims/sessionindex",
	"loA":                   "dk:gov:saml:attribute:LoA",
	"ial":                   "dk:gov:saml:attribute:IAL",
	"aal":                   "dk:gov:saml:attribute:AAL",
	"fal":                   "dk:gov:saml:attribute:FAL",
	"uuid":                  "dk:gov:saml:attribute:UUID",
	"cprNumberIdentifier":   "dk:gov:saml:attribute:CprNumberIdentifier",
	"cvrNumberIdentifier":   "dk:gov:saml:attribute:CvrNumberIdentifier",
	"refTextHeader":         "dk:gov:saml:attribute:RefTextHeader",
	"refTextBody":           "dk:gov:saml:attribute:RefTextBody",
	"2.5.4.10":              "urn:oid:2.5.4.10",
}

// levelWords are the levels as claims spell them.
var levelWords = map[claims.Level]string{claims.Low: "LOW", claims.Substantial: "SUBSTANTIAL", claims.High: "HIGH"}

// instantLayout is how authenticationinstant is written.
const instantLayout = "2006-01-02T15:04:05.000Z"

// mitIDLag is how far the time inside authenticationmethod lies before
// authenticationinstant.
const mitIDLag = 2090 * time.Millisecond

// payload returns the ID token's claims, in the order of recorded tokens. Every
// claim about the user is a text, numbers and truth values included.
func (c *criipto) payload(g *grant, s Settings) Object {
	if g.req.provesAge() {
		return c.agePayload(g, s)
	}
	now := c.b.Now()
	o := make(Object, 0, 40)
	o.Add("iss", c.b.Issuer())
	o.Add("aud", g.req.params.Get("client_id"))
	if n := g.req.params.Get("nonce"); n != "" {
		o.Add("nonce", n)
	}
	o.Add("identityscheme", "dkmitid")
	o.Add("authenticationtype", g.acr)
	o.Add("authenticationmethod", method(g))
	o.Add("authenticationinstant", g.at.UTC().Format(instantLayout))
	subject, uuid := g.citizen.subject(), g.citizen.uuid()
	if g.company != nil {
		subject, uuid = g.citizen.subjectIn(g.company), g.citizen.uuidIn(g.company)
	}
	o.Add("nameidentifier", subject)
	o.Add("sub", braced(subject))
	o.Add("sessionindex", g.session)
	if g.company == nil || s.BusinessLevels {
		ial := max(g.level, claims.Substantial)
		o.Add("loA", levelWords[g.level])
		o.Add("ial", levelWords[ial])
		o.Add("aal", levelWords[g.level])
		o.Add("fal", "HIGH")
	}
	o.Add("uuid", uuid)
	if g.company == nil {
		o = g.aboutPerson(o, now)
	} else {
		o = g.aboutCompany(o, now)
	}
	header, body := g.req.hint.heading(s)
	o.Add("refTextHeader", header)
	o.Add("refTextBody", body)
	o.Add("country", or(g.citizen.Country, "DK"))
	if g.company != nil && g.company.Role == Employee {
		o = optional(o, "productionUnit", g.company.ProductionUnit)
		o = optional(o, "ridNumberIdentifier", g.company.RID)
		o = optional(o, "seNumber", g.company.SE)
	}
	if g.tellAddress {
		o.Add("cprNumberStatus", or(g.citizen.CPRStatus, "01"))
		o = g.citizen.tellAddress(o)
	}
	if g.req.hint.transfer {
		o.Add("mitid:ct:sid", newUUID())
		o.Add("mitid:ct:sid:exp", g.at.UTC().Add(30*time.Minute).Format(instantLayout))
	}
	for _, name := range slices.Sorted(maps.Keys(g.citizen.Extra)) {
		o.Add(name, g.citizen.Extra[name])
	}
	if s.LongClaimNames {
		for i := range o {
			o[i].Name = or(longNames[o[i].Name], o[i].Name)
		}
	}
	o.Add("iat", now.Unix())
	o.Add("nbf", now.Unix())
	o.Add("exp", g.at.Unix()+int64(s.TokenLifetime/time.Second))
	return o
}

// criiptoWords are the first words of authenticationmethod. Only app and pwd have
// been seen in recorded tokens.
var criiptoWords = map[claims.AuthenticatorKind]string{
	claims.App: "app", claims.AppEnhanced: "app", claims.Password: "pwd",
	claims.CodeDisplay: "code_token", claims.CodeReader: "code_reader", claims.Chip: "u2f_token",
}

// method returns the claim authenticationmethod. Its last two levels do not
// match aal and fal in recorded tokens either.
func method(g *grant) string {
	stamp := itoa(int(g.at.Add(-mitIDLag).UnixMilli()))
	levels := map[claims.Level]string{
		claims.Low:         "LOW:SUBSTANTIAL:LOW:LOW",
		claims.Substantial: "SUBSTANTIAL:SUBSTANTIAL:HIGH:HIGH",
		claims.High:        "HIGH:HIGH:HIGH:HIGH",
	}[g.level]
	kind := g.citizen.Uses(g.level)
	if g.level == claims.Low {
		kind = claims.Password
	}
	return criiptoWords[kind] + ":" + stamp + ":" + levels
}

func (g *grant) aboutPerson(o Object, now time.Time) Object {
	if g.tellCPR {
		o.Add("cprNumberIdentifier", g.citizen.CPR.Reveal())
	}
	if born := g.citizen.Born(); !born.IsZero() {
		date := born.Format(time.DateOnly)
		o.Add("birthdate", date)
		o.Add("dateofbirth", date)
		o.Add("age", Age(born, now))
	}
	return optional(o, "name", g.citizen.Name)
}

func (g *grant) aboutCompany(o Object, now time.Time) Object {
	if g.company.Role == Employee {
		o.Add("cvrNumberIdentifier", g.company.CVR)
		o.Add("2.5.4.10", g.company.Name)
		o = optional(o, "name", g.citizen.Name)
		o.Add("employee", "true")
		return o
	}
	if g.tellCPR {
		o.Add("cprNumberIdentifier", g.citizen.CPR.Reveal())
	}
	if born := g.citizen.Born(); !born.IsZero() {
		o.Add("birthdate", born.Format(time.DateOnly))
		o.Add("age", Age(born, now))
	}
	o = optional(o, "name", g.citizen.Name)
	o.Add("cvrNumberIdentifier", g.company.CVR)
	o.Add("2.5.4.10", g.company.Name)
	o.Add("companySignatory", "true")
	return o
}

// tellAddress adds both address claims, or none for whom there is no address.
func (c *Citizen) tellAddress(o Object) Object {
	a, message := c.Address, c.LookUpError()
	if message != "" { // everything else in both claims is null then
		o.Add("address", Object{{"formatted", message}, {"common_name", nil}, {"street_address", nil}, {"postal_code", nil}, {"city", nil},
			{"locality", nil}, {"region", nil}, {"country", nil}})
		o.Add("address_details", Object{{"road", nil}, {"road_code", nil}, {"municipality", nil}, {"municipality_code", nil},
			{"house_number", nil}, {"floor", nil}, {"apartment_code", nil}})
		return o
	}
	if a == nil {
		return o
	}
	country := or(a.Country, "Danmark")
	lines := []string{c.Name, a.Street, strings.TrimSpace(a.PostalCode + " " + a.City), a.Locality, country}
	lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" })
	o.Add("address", Object{
		{"formatted", strings.Join(lines, "\n")},
		{"common_name", c.Name},
		{"street_address", a.Street},
		{"postal_code", a.PostalCode},
		{"city", a.City},
		{"locality", a.Locality},
		{"region", nil},
		{"country", country},
	})
	o.Add("address_details", Object{
		{"road", a.Road},
		{"road_code", a.RoadCode},
		{"municipality", a.Municipality},
		{"municipality_code", a.MunicipalityCode},
		{"house_number", a.House},
		{"floor", a.Floor},
		{"apartment_code", a.Apartment},
	})
	return o
}

// optional adds a claim that is left out when there is nothing to say.
func optional(o Object, name, value string) Object {
	if value != "" {
		o.Add(name, value)
	}
	return o
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
