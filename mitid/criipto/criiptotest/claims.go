package criiptotest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
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
func (c *dialect) payload(g *grant, s Settings) mitidtest.Object {
	if g.req.provesAge() {
		return c.agePayload(g, s)
	}
	now := c.b.Now()
	o := make(mitidtest.Object, 0, 40)
	o.Add("iss", c.b.Issuer())
	o.Add("aud", g.req.params.Get("client_id"))
	if n := g.req.params.Get("nonce"); n != "" {
		o.Add("nonce", n)
	}
	o.Add("identityscheme", "dkmitid")
	o.Add("authenticationtype", g.acr)
	o.Add("authenticationmethod", method(g))
	o.Add("authenticationinstant", g.at.UTC().Format(instantLayout))
	key := subject(&g.citizen, g.company)
	o.Add("nameidentifier", key)
	o.Add("sub", braced(key))
	o.Add("sessionindex", g.session)
	if g.company == nil || s.BusinessLevels {
		ial := max(g.level, claims.Substantial)
		o.Add("loA", levelWords[g.level])
		o.Add("ial", levelWords[ial])
		o.Add("aal", levelWords[g.level])
		o.Add("fal", "HIGH")
	}
	o.Add("uuid", g.citizen.MitIDUUID(g.company))
	if g.company == nil {
		o = g.aboutPerson(o, now)
	} else {
		o = g.aboutCompany(o, now)
	}
	header, body := g.req.hint.heading(s)
	o.Add("refTextHeader", header)
	o.Add("refTextBody", body)
	o.Add("country", cmp.Or(g.citizen.Country, "DK"))
	if g.company != nil && g.company.Role == mitidtest.Employee {
		o = o.Optional("productionUnit", g.company.ProductionUnit)
		o = o.Optional("ridNumberIdentifier", g.company.RID)
		o = o.Optional("seNumber", g.company.SE)
	}
	if g.tellAddress {
		o.Add("cprNumberStatus", cmp.Or(g.citizen.CPRStatus, "01"))
		o = tellAddress(o, &g.citizen)
	}
	if g.req.hint.transfer {
		o.Add("mitid:ct:sid", fakeoidc.NewUUID())
		o.Add("mitid:ct:sid:exp", g.at.UTC().Add(30*time.Minute).Format(instantLayout))
	}
	for _, name := range slices.Sorted(maps.Keys(g.citizen.Extra)) {
		o.Add(name, g.citizen.Extra[name])
	}
	if s.LongClaimNames {
		for i := range o {
			o[i].Name = cmp.Or(longNames[o[i].Name], o[i].Name)
		}
	}
	o.Add("iat", now.Unix())
	o.Add("nbf", now.Unix())
	o.Add("exp", g.at.Unix()+int64(s.TokenLifetime/time.Second))
	return o
}

// authenticatorWords are the first words of authenticationmethod. Only app and pwd have
// been seen in recorded tokens.
var authenticatorWords = map[claims.AuthenticatorKind]string{
	claims.App: "app", claims.AppEnhanced: "app", claims.Password: "pwd",
	claims.CodeDisplay: "code_token", claims.CodeReader: "code_reader", claims.Chip: "u2f_token",
}

// method returns the claim authenticationmethod. Its last two levels do not
// match aal and fal in recorded tokens either.
func method(g *grant) string {
	stamp := strconv.Itoa(int(g.at.Add(-mitIDLag).UnixMilli()))
	levels := map[claims.Level]string{
		claims.Low:         "LOW:SUBSTANTIAL:LOW:LOW",
		claims.Substantial: "SUBSTANTIAL:SUBSTANTIAL:HIGH:HIGH",
		claims.High:        "HIGH:HIGH:HIGH:HIGH",
	}[g.level]
	kind := g.citizen.Uses(g.level)
	if g.level == claims.Low {
		kind = claims.Password
	}
	return authenticatorWords[kind] + ":" + stamp + ":" + levels
}

func (g *grant) aboutPerson(o mitidtest.Object, now time.Time) mitidtest.Object {
	if g.tellCPR {
		o.Add("cprNumberIdentifier", g.citizen.CPR.Reveal())
	}
	if born := g.citizen.Born(); !born.IsZero() {
		date := born.Format(time.DateOnly)
		o.Add("birthdate", date)
		o.Add("dateofbirth", date)
		o.Add("age", mitidtest.Age(born, now))
	}
	return o.Optional("name", g.citizen.Name)
}

func (g *grant) aboutCompany(o mitidtest.Object, now time.Time) mitidtest.Object {
	if g.company.Role == mitidtest.Employee {
		o.Add("cvrNumberIdentifier", g.company.CVR)
		o.Add("2.5.4.10", g.company.Name)
		o = o.Optional("name", g.citizen.Name)
		o.Add("employee", "true")
		return o
	}
	if g.tellCPR {
		o.Add("cprNumberIdentifier", g.citizen.CPR.Reveal())
	}
	if born := g.citizen.Born(); !born.IsZero() {
		o.Add("birthdate", born.Format(time.DateOnly))
		o.Add("age", mitidtest.Age(born, now))
	}
	o = o.Optional("name", g.citizen.Name)
	o.Add("cvrNumberIdentifier", g.company.CVR)
	o.Add("2.5.4.10", g.company.Name)
	o.Add("companySignatory", "true")
	return o
}

// tellAddress adds both address claims, or none if the person has no address.
func tellAddress(o mitidtest.Object, c *mitidtest.Citizen) mitidtest.Object {
	a, message := c.Address, c.LookUpError()
	if message != "" { // everything else in both claims is null then
		o.Add("address", mitidtest.Object{{"formatted", message}, {"common_name", nil}, {"street_address", nil}, {"postal_code", nil}, {"city", nil},
			{"locality", nil}, {"region", nil}, {"country", nil}})
		o.Add("address_details", mitidtest.Object{{"road", nil}, {"road_code", nil}, {"municipality", nil}, {"municipality_code", nil},
			{"house_number", nil}, {"floor", nil}, {"apartment_code", nil}})
		return o
	}
	if a == nil {
		return o
	}
	country := cmp.Or(a.Country, "Danmark")
	lines := []string{c.Name, a.Street, strings.TrimSpace(a.PostalCode + " " + a.City), a.Locality, country}
	lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" })
	o.Add("address", mitidtest.Object{
		{"formatted", strings.Join(lines, "\n")},
		{"common_name", c.Name},
		{"street_address", a.Street},
		{"postal_code", a.PostalCode},
		{"city", a.City},
		{"locality", a.Locality},
		{"region", nil},
		{"country", country},
	})
	o.Add("address_details", mitidtest.Object{
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

// subject is this broker's key of a person, or of a person in a company: sub
// without braces and dashes.
func subject(c *mitidtest.Citizen, co *mitidtest.Company) string {
	switch {
	case co != nil && co.Subject != "":
		return co.Subject
	case co == nil && c.Subject != "":
		return c.Subject
	}
	return strings.ReplaceAll(mitidtest.StableUUID("sub", c.MitIDUUID(co)), "-", "")
}

// braced writes a subject as sub is written: a UUID inside braces.
func braced(subject string) string {
	if len(subject) != 32 {
		return subject
	}
	return "{" + strings.Join([]string{subject[:8], subject[8:12], subject[12:16], subject[16:20], subject[20:]}, "-") + "}"
}
