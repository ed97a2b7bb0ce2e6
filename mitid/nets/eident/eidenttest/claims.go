package eidenttest

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// nsis are the levels as this broker writes them.
const nsis = "https://data.gov.dk/concept/core/nsis/"

var nsisWords = map[claims.Level]string{claims.Low: nsis + "Low", claims.Substantial: nsis + "Substantial", claims.High: nsis + "High"}

// acrAlways is the acr of every login, whatever its level.
const acrAlways = "urn:eident:cert:eidas:high"

// payload returns the ID token's claims. Their names and values are documented,
// their order is ours.
func (e *dialect) payload(g *grant, s Settings) mitidtest.Object {
	now := e.b.Now()
	eid, kind, prefix := eidPrivate, "private", ""
	if g.company != nil {
		eid, kind, prefix = eidBusiness, "professional", "mitid:"
	}
	o := make(mitidtest.Object, 0, 40)
	o.Add("iss", e.issuer())
	o.Add("aud", e.b.ClientID())
	uuid := g.uuid()
	if s.OneSubject {
		uuid = g.citizen.MitIDUUID(nil)
	}
	o.Add("sub", "mitid:"+uuid)
	o.Add("mitid.uuid", uuid)
	o.Add("pid", uuid)
	if s.TextAMR {
		o.Add("amr", eid)
	} else {
		o.Add("amr", []string{eid})
	}
	o.Add("mitid_amr", []string{prefix + g.authenticator()})
	o.Add("acr", acrAlways)
	o.Add("aal", nsisWords[g.level])
	o.Add("ial", nsisWords[g.identityLevel()])
	o.Add("loa", nsisWords[min(g.level, g.identityLevel())])
	if s.PrivateForCompany && g.company != nil && g.company.Role == mitidtest.Signatory {
		kind = "private"
	}
	o.Add("identity_type", kind)
	if g.company == nil {
		o.Add("mitid_transactionid", g.mitidID)
	}
	if g.req.asks("profile") && g.company == nil {
		o = o.Optional("name", g.citizen.Name)
		o = o.Optional("birthdate", g.birthDate(s))
	}
	if g.tellCPR {
		o.Add("dk_ssn", g.citizen.CPR.Reveal())
		o.Add("ssn", g.citizen.CPR.Reveal())
	}
	if g.req.asks(s.PIDScope) && g.typedCPR {
		o.Add(s.PIDClaim, pidOf(&g.citizen))
	}
	o = g.tellTexts(o, s)
	if g.company != nil {
		o = g.aboutCompany(o, now, s)
	}
	o = o.Optional("lookup_error", g.citizen.LookUpError())
	for _, name := range slices.Sorted(maps.Keys(g.citizen.Extra)) {
		o.Add(name, g.citizen.Extra[name])
	}
	if n := g.req.params.Get("nonce"); n != "" {
		o.Add("nonce", n)
	}
	switch s.AuthTime {
	case AuthTimeSeconds:
		o.Add("auth_time", g.at.Unix())
	case AuthTimeDate:
		o.Add("auth_time", g.at.UTC().Format(dateLayout))
	case AuthTimeUnreadable:
		o.Add("auth_time", "for lidt siden, på Ærø")
	}
	o.Add("jti", g.jti)
	o.Add("iat", now.Unix())
	o.Add("exp", now.Unix()+int64(s.TokenLifetime/time.Second))
	return o
}

// uuid is MitID's key of the person, or that of the person in the organisation.
func (g *grant) uuid() string {
	return g.citizen.MitIDUUID(g.company)
}

// authenticator is a word of mitid_amr.
func (g *grant) authenticator() string { return authenticatorWords[g.citizen.Uses(g.level)] }

// identityLevel: everybody was identified at Substantial or above.
func (g *grant) identityLevel() claims.Level { return max(g.level, claims.Substantial) }

func (g *grant) birthDate(s Settings) string {
	born := g.citizen.Born()
	switch {
	case born.IsZero():
		return ""
	case s.DottedBirthDate:
		return born.Format("02.01.2006")
	}
	return born.Format(time.DateOnly)
}

// tellTexts adds what the person saw. A step-up shows nothing.
func (g *grant) tellTexts(o mitidtest.Object, s Settings) mitidtest.Object {
	if g.req.reference != "" && !s.SilentReference {
		o.Add("reference_text", s.Echo.write(g.req.params.Get("reference_text"), g.req.reference))
	}
	if text := g.req.transaction; text != "" {
		sum := sha256.Sum256([]byte(text))
		if s.DigestOverParameter {
			sum = sha256.Sum256([]byte(g.req.params.Get("transactiontext")))
		}
		o.Add("transaction_text", s.Echo.write(g.req.params.Get("transactiontext"), text))
		o.Add("transaction_text_sha256", base64.StdEncoding.EncodeToString(sum[:]))
		o.Add("transaction_text_type", cmp.Or(g.req.params.Get("transactiontext_type"), "text"))
	}
	return o
}

func (e Echo) write(sent, text string) string {
	switch e {
	case EchoPlain:
		return text
	case EchoBase64:
		return base64.StdEncoding.EncodeToString([]byte(text))
	}
	return sent
}

// aboutCompany adds the claims of MitID Erhverv. A signatory acts for a company
// with their private MitID, an employee with an identity of the company's.
func (g *grant) aboutCompany(o mitidtest.Object, now time.Time, s Settings) mitidtest.Object {
	co := g.company
	if co.Role == mitidtest.Signatory {
		if g.req.asks("organisation") {
			o.Add("authorized_to_represent", co.CVR)
		}
		o.Add("nemlogin.auth_to_repr", co.CVR)
	}
	if born := g.citizen.Born(); !born.IsZero() {
		o.Add("nemlogin.age", mitidtest.Age(born, now))
		o.Add("nemlogin.date_of_birth", born.Format(time.DateOnly))
	}
	if !g.citizen.CPR.IsZero() {
		o.Add("nemlogin.cpr_uuid", mitidtest.StableUUID("cpr", g.citizen.MitIDUUID(nil)))
	}
	o.Add(cmp.Or(s.OrganisationNumberClaim, "nemlogin.cvr"), co.CVR)
	o.Add("nemlogin.email", "")
	if name := g.citizen.Name; name != "" {
		given, family := splitName(name)
		o.Add("nemlogin.family_name", family)
		o.Add("nemlogin.given_name", given)
		o.Add("nemlogin.name", name)
	}
	o.Add("nemlogin.ial", nsisWords[claims.Substantial])
	o.Add("nemlogin.p_number", co.ProductionUnit)
	if co.RID != "" {
		o.Add("nemlogin.nemid.rid", co.RID)
	}
	o.Add(cmp.Or(s.OrganisationNameClaim, "nemlogin.org_name"), co.Name)
	o.Add("nemlogin.persistent_professional_id", g.uuid())
	o.Add("nemlogin.se_number", co.SE)
	return o
}

// splitName takes the last word as the family name.
func splitName(name string) (given, family string) {
	for i := len(name) - 1; i > 0; i-- {
		if name[i] == ' ' {
			return name[:i], name[i+1:]
		}
	}
	return "", name
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

// authenticatorWords are the authenticators as E-Ident writes them, misspelt as it
// spells them.
var authenticatorWords = map[claims.AuthenticatorKind]string{
	claims.App: "code_app", claims.AppEnhanced: "code_app_enchanced", claims.Password: "password",
	claims.CodeDisplay: "code_token", claims.CodeReader: "code_reader", claims.Chip: "u2f_token",
}
