package criipto

import (
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	faults "github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/dkeid/dkeid/signing"
)

// tokenClaims are the claims of an ID token of Criipto (Idura) Verify that a signature
// is judged by (https://docs.idura.app/verify/e-ids/danish-mitid/).
type tokenClaims struct {
	registered  oidcrp.Claims
	scheme      string // identityscheme
	acr         string // authenticationtype: what was asked for, not what was achieved
	levels      claims.Levels
	uuid        claims.UUID
	name        string
	birthDate   time.Time
	cpr         cpr.Number
	country     string
	refTextBody string
	authTime    time.Time // authenticationinstant
	employee    bool
	signatory   bool
	cvr         claims.CVR
	company     string // 2.5.4.10

	unusable string // the first claim about the person that cannot be used
}

// The prefixes of claims in an application that is set to URIs.
const (
	uriMicrosoft = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
	uriSOAP      = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	uriSAML      = "dk:gov:saml:attribute:"
)

// A claimReader sets a claim from its text. It returns false if it cannot be used.
type claimReader func(c *tokenClaims, text string) bool

// A knownClaim is a claim that has a short name and perhaps others.
type knownClaim struct {
	short string
	read  claimReader
}

// knownClaims are the claims about the person and the login, by all their names. The
// broker writes numbers and booleans as texts.
func knownClaims() map[string]knownClaim {
	readers := map[string]claimReader{
		"identityscheme":        func(c *tokenClaims, s string) bool { c.scheme = s; return true },
		"authenticationtype":    func(c *tokenClaims, s string) bool { c.acr = s; return true },
		"authenticationinstant": func(c *tokenClaims, s string) bool { return setTime(&c.authTime, time.RFC3339, s) },
		"loA":                   func(c *tokenClaims, s string) bool { c.levels.LoA = levelOf(s); return true },
		"ial":                   func(c *tokenClaims, s string) bool { c.levels.IAL = levelOf(s); return true },
		"aal":                   func(c *tokenClaims, s string) bool { c.levels.AAL = levelOf(s); return true },
		"fal":                   func(c *tokenClaims, s string) bool { c.levels.FAL = levelOf(s); return true },
		"uuid":                  func(c *tokenClaims, s string) bool { return set(&c.uuid, s, claims.ParseUUID) },
		"name":                  func(c *tokenClaims, s string) bool { c.name = s; return true },
		"birthdate":             func(c *tokenClaims, s string) bool { return setTime(&c.birthDate, time.DateOnly, s) },
		"cprNumberIdentifier":   func(c *tokenClaims, s string) bool { return len(s) == 10 && set(&c.cpr, s, cpr.Parse) },
		"country":               func(c *tokenClaims, s string) bool { c.country = s; return true },
		"refTextBody":           func(c *tokenClaims, s string) bool { c.refTextBody = s; return true },
		"employee":              func(c *tokenClaims, s string) bool { return setBool(&c.employee, s) },
		"companySignatory":      func(c *tokenClaims, s string) bool { return setBool(&c.signatory, s) },
		"cvrNumberIdentifier":   func(c *tokenClaims, s string) bool { return set(&c.cvr, s, claims.ParseCVR) },
		"2.5.4.10":              func(c *tokenClaims, s string) bool { c.company = s; return true },
	}
	known := map[string]knownClaim{}
	for n, r := range readers {
		known[n] = knownClaim{n, r}
	}
	for uri, short := range map[string]string{
		uriMicrosoft + "authenticationinstant": "authenticationinstant", uriSAML + "LoA": "loA", uriSAML + "IAL": "ial",
		uriSAML + "AAL": "aal", uriSAML + "FAL": "fal", uriSAML + "UUID": "uuid", uriSOAP + "name": "name",
		uriSOAP + "dateofbirth": "birthdate", uriSAML + "CprNumberIdentifier": "cprNumberIdentifier", uriSOAP + "country": "country",
		uriSAML + "RefTextBody": "refTextBody", uriSAML + "CvrNumberIdentifier": "cvrNumberIdentifier", "urn:oid:2.5.4.10": "2.5.4.10",
	} {
		known[uri] = known[short]
	}
	return known
}

func set[T any](into *T, s string, parse func(string) (T, error)) bool {
	v, err := parse(s)
	if err == nil {
		*into = v
	}
	return err == nil
}

func setTime(into *time.Time, layout, s string) bool {
	t, err := time.Parse(layout, s)
	if err != nil || t.IsZero() {
		return false
	}
	*into = t.UTC()
	return true
}

func setBool(into *bool, s string) bool {
	*into = s == "true"
	return s == "true" || s == "false"
}

// levelOf reads the broker's three words and no other spelling.
func levelOf(s string) claims.Level {
	switch s {
	case "LOW":
		return claims.Low
	case "SUBSTANTIAL":
		return claims.Substantial
	case "HIGH":
		return claims.High
	}
	return claims.LevelUnknown
}

// parseToken reads the payload of an ID token strictly. It believes nothing: whoever
// calls it verifies the token.
func parseToken(payload []byte) (*tokenClaims, error) {
	c := new(tokenClaims)
	known, seen, folded := knownClaims(), map[string]bool{}, map[string]bool{}
	for n := range known {
		folded[strictjson.Folded(n)] = true
	}
	for _, n := range []string{"iss", "sub", "aud", "azp", "nonce", "at_hash", "exp", "nbf", "iat"} {
		folded[strictjson.Folded(n)] = true
	}
	err := strictjson.Members(payload, func(n string, v *strictjson.Value) error {
		if is, err := c.register(n, v); is {
			return err
		}
		k, is := known[n]
		if !is {
			if folded[strictjson.Folded(n)] {
				return faults.New(faults.TokenInvalid, "a known claim in another letter case")
			}
			return nil
		}
		kind := v.Kind()
		text, isText, err := v.Text()
		switch {
		case err != nil:
			return err
		case kind == strictjson.Null, isText && text == "":
			return nil
		case seen[k.short], kind == strictjson.Object, kind == strictjson.List, !k.read(c, text):
			c.keepUnusable(k.short)
		}
		seen[k.short] = true
		return nil
	})
	if err != nil && faults.ClassOf(err) == 0 {
		err = faults.New(faults.TokenInvalid, "the claims cannot be read").With(err)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (c *tokenClaims) keepUnusable(n string) {
	if c.unusable == "" {
		c.unusable = n
	}
}

// lastSecond is the end of the year 9999.
const lastSecond = 253402300799

// register reads a claim if it is one that decides whether the token is valid.
func (c *tokenClaims) register(n string, v *strictjson.Value) (known bool, err error) {
	r := &c.registered
	text := func(into *string) {
		var ok bool
		if *into, ok, err = v.Text(); err == nil && !ok {
			err = faults.New(faults.TokenInvalid, "claim "+n+" is not a text")
		}
	}
	seconds := func(into *int64, up bool) {
		var isText, ok bool
		var s string
		if s, isText, err = v.Text(); err != nil {
			return
		}
		if *into, ok = strictjson.Seconds(s, up); isText || !ok || *into > lastSecond {
			err = faults.New(faults.TokenInvalid, "claim "+n+" is not a time in seconds")
		}
	}
	switch n {
	case "iss":
		text(&r.Issuer)
	case "sub":
		text(&r.Subject)
	case "azp":
		text(&r.AuthorizedParty)
	case "nonce":
		text(&r.Nonce)
	case "at_hash":
		text(&r.AtHash)
	case "exp":
		seconds(&r.Expires, false)
	case "nbf":
		seconds(&r.NotBefore, true)
	case "iat":
		seconds(&r.IssuedAt, true)
	case "aud":
		add := func(e *strictjson.Value) error {
			s, ok, err := e.Text()
			if err == nil && !ok {
				err = faults.New(faults.TokenInvalid, "claim aud is not a text")
			}
			r.Audience = append(r.Audience, s)
			return err
		}
		if v.Kind() == strictjson.List {
			return true, v.Elements(add)
		}
		return true, add(v)
	default:
		return false, nil
	}
	return true, err
}

// identity returns the person in a verified token.
func (c *tokenClaims) identity() (claims.Identity, error) {
	if c.unusable != "" {
		return claims.Identity{}, refuse(signing.TokenInvalid, "a claim about the person cannot be used")
	}
	id := claims.Identity{
		Capacity: claims.CapacityPrivate, Subject: c.registered.Subject, UUID: c.uuid, CPR: c.cpr, BirthDate: c.birthDate,
		Country: c.country, Levels: c.levels, AuthTime: c.authTime,
	}
	switch {
	case c.employee && c.signatory, !c.employee && !c.signatory && (!c.cvr.IsZero() || c.company != ""), (c.employee || c.signatory) && c.cvr.IsZero():
		return claims.Identity{}, refuse(signing.TokenInvalid, "the token does not say clearly in whose name the person acts")
	case c.employee:
		id.Capacity = claims.CapacityProfessional
	case c.signatory:
		id.Capacity = claims.CapacitySignatory
	}
	if id.Capacity != claims.CapacityPrivate {
		id.Organisation = &claims.Organisation{Name: c.company, CVR: c.cvr}
	}
	switch c.name {
	case "":
	case protectedName:
		id.Protection = claims.NameAndAddressProtected
	default:
		id.Name = &claims.Name{Full: c.name}
	}
	id, err := id.Cleared()
	if err != nil {
		return claims.Identity{}, refuse(signing.TokenInvalid, "a claim about the person cannot be used")
	}
	return id, nil
}

// protectedName stands in place of the name of a person with a protected name and
// address (Signaturgruppen, MitID claims).
const protectedName = "NAVNE & ADRESSEBESKYTTET"
