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
func (c *criipto) payload(g *grant, s Settings) object {
	if g.req.provesAge() {
		return c.agePayload(g, s)
	}
	now := c.b.Now()
	o := make(object, 0, 40)
	o.add("iss", c.b.Issuer())
	o.add("aud", g.req.params.Get("client_id"))
	if n := g.req.params.Get("nonce"); n != "" {
		o.add("nonce", n)
	}
	o.add("identityscheme", "dkmitid")
	o.add("authenticationtype", g.acr)
	o.add("authenticationmethod", method(g))
	o.add("authenticationinstant", g.at.UTC().Format(instantLayout))
	subject, uuid := g.citizen.subject(), g.citizen.uuid()
	if g.company != nil {
		subject, uuid = g.citizen.subjectIn(g.company), g.citizen.uuidIn(g.company)
	}
	o.add("nameidentifier", subject)
	o.add("sub", braced(subject))
	o.add("sessionindex", g.session)
	if g.company == nil || s.BusinessLevels {
		ial := max(g.level, claims.Substantial)
		o.add("loA", levelWords[g.level])
		o.add("ial", levelWords[ial])
		o.add("aal", levelWords[g.level])
		o.add("fal", "HIGH")
	}
	o.add("uuid", uuid)
	if g.company == nil {
		o = g.aboutPerson(o, now)
	} else {
		o = g.aboutCompany(o, now)
	}
	header, body := g.req.hint.heading(s)
	o.add("refTextHeader", header)
	o.add("refTextBody", body)
	o.add("country", or(g.citizen.Country, "DK"))
	if g.company != nil && g.company.Role == Employee {
		o = optional(o, "productionUnit", g.company.ProductionUnit)
		o = optional(o, "ridNumberIdentifier", g.company.RID)
		o = optional(o, "seNumber", g.company.SE)
	}
	if g.tellAddress {
		o.add("cprNumberStatus", or(g.citizen.CPRStatus, "01"))
		o = g.citizen.tellAddress(o)
	}
	if g.req.hint.transfer {
		o.add("mitid:ct:sid", newUUID())
		o.add("mitid:ct:sid:exp", g.at.UTC().Add(30*time.Minute).Format(instantLayout))
	}
	for _, name := range slices.Sorted(maps.Keys(g.citizen.Extra)) {
		o.add(name, g.citizen.Extra[name])
	}
	if s.LongClaimNames {
		for i := range o {
			o[i].name = or(longNames[o[i].name], o[i].name)
		}
	}
	o.add("iat", now.Unix())
	o.add("nbf", now.Unix())
	o.add("exp", g.at.Unix()+int64(s.TokenLifetime/time.Second))
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
	kind := g.citizen.authenticator(g.level)
	if g.level == claims.Low {
		kind = claims.Password
	}
	return criiptoWords[kind] + ":" + stamp + ":" + levels
}

func (g *grant) aboutPerson(o object, now time.Time) object {
	if g.tellCPR {
		o.add("cprNumberIdentifier", g.citizen.CPR.Reveal())
	}
	if born := g.citizen.born(); !born.IsZero() {
		date := born.Format(time.DateOnly)
		o.add("birthdate", date)
		o.add("dateofbirth", date)
		o.add("age", age(born, now))
	}
	return optional(o, "name", g.citizen.Name)
}

func (g *grant) aboutCompany(o object, now time.Time) object {
	if g.company.Role == Employee {
		o.add("cvrNumberIdentifier", g.company.CVR)
		o.add("2.5.4.10", g.company.Name)
		o = optional(o, "name", g.citizen.Name)
		o.add("employee", "true")
		return o
	}
	if g.tellCPR {
		o.add("cprNumberIdentifier", g.citizen.CPR.Reveal())
	}
	if born := g.citizen.born(); !born.IsZero() {
		o.add("birthdate", born.Format(time.DateOnly))
		o.add("age", age(born, now))
	}
	o = optional(o, "name", g.citizen.Name)
	o.add("cvrNumberIdentifier", g.company.CVR)
	o.add("2.5.4.10", g.company.Name)
	o.add("companySignatory", "true")
	return o
}

// tellAddress adds both address claims, or none for whom there is no address.
func (c *Citizen) tellAddress(o object) object {
	a, message := c.Address, c.lookUpError()
	if message != "" { // everything else in both claims is null then
		o.add("address", object{{"formatted", message}, {"common_name", nil}, {"street_address", nil}, {"postal_code", nil}, {"city", nil},
			{"locality", nil}, {"region", nil}, {"country", nil}})
		o.add("address_details", object{{"road", nil}, {"road_code", nil}, {"municipality", nil}, {"municipality_code", nil},
			{"house_number", nil}, {"floor", nil}, {"apartment_code", nil}})
		return o
	}
	if a == nil {
		return o
	}
	country := or(a.Country, "Danmark")
	lines := []string{c.Name, a.Street, strings.TrimSpace(a.PostalCode + " " + a.City), a.Locality, country}
	lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" })
	o.add("address", object{
		{"formatted", strings.Join(lines, "\n")},
		{"common_name", c.Name},
		{"street_address", a.Street},
		{"postal_code", a.PostalCode},
		{"city", a.City},
		{"locality", a.Locality},
		{"region", nil},
		{"country", country},
	})
	o.add("address_details", object{
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
func optional(o object, name, value string) object {
	if value != "" {
		o.add(name, value)
	}
	return o
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
