package nebtest

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// protectedName stands for the name of people whose name and address are
// protected, at private providers.
const protectedName = "NAVNE & ADRESSEBESKYTTET"

// levelURIs are the levels as this broker spells them.
var levelURIs = map[claims.Level]string{
	claims.Low:         "https://data.gov.dk/concept/core/nsis/Low",
	claims.Substantial: "https://data.gov.dk/concept/core/nsis/Substantial",
	claims.High:        "https://data.gov.dk/concept/core/nsis/High",
}

func unixText(t time.Time) string { return strconv.Itoa(int(t.Unix())) }

// amr is the authenticator.
func (g *grant) amr() string {
	word := authenticatorWords[g.session.citizen.Uses(g.session.grantLevel.loa)]
	if g.session.company != nil {
		return "mitid:" + word
	}
	return word
}

func (g *grant) idp() string {
	if g.session.company != nil {
		return "mitid_erhverv"
	}
	return "mitid"
}

func (g *grant) kind() string {
	if g.session.company != nil {
		return "professional"
	}
	return "private"
}

// identity is idp_identity_id: MitID's key of the person in this capacity.
func (g *grant) identity() string {
	return g.session.citizen.MitIDUUID(g.session.company)
}

// idClaims are the ID token's. It says nothing about the person. hash is at_hash
// or c_hash, of what.
func (n *dialect) idClaims(g *grant, settings Settings, hash, what string) mitidtest.Object {
	if g.req.provesAge() {
		return n.ageClaims(g, settings)
	}
	now := n.b.Now().Unix()
	s := g.session
	o := make(mitidtest.Object, 0, 32)
	o.Add("iss", n.b.Issuer())
	o.Add("nbf", now)
	o.Add("iat", now)
	o.Add("exp", now+int64(idLife/time.Second))
	o.Add("aud", n.b.ClientID())
	o.Add("amr", []string{g.amr()})
	o = o.Optional("nonce", g.req.params.Get("nonce"))
	if what != "" {
		sum := sha256.Sum256([]byte(what))
		o.Add(hash, base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]))
	}
	o.Add("sid", s.sid)
	o.Add("sub", s.sub)
	o.Add("auth_time", s.at.Unix())
	o.Add("idp", g.idp())
	o.Add("acr", levelURIs[s.grantLevel.loa])
	o.Add("neb_sid", s.sid)
	o.Add("loa", levelURIs[s.grantLevel.loa])
	o.Add("aal", levelURIs[s.grantLevel.aal])
	o.Add("ial", levelURIs[s.grantLevel.ial])
	o.Add("identity_type", g.kind())
	o.Add("transaction_id", g.transaction)
	o.Add("idp_transaction_id", s.transaction)
	o.Add("session_expiry", unixText(s.expiry()))
	o.Add("idtoken_type", "strict")
	o.Add("subject_type", "org_mapped")
	if s.company != nil {
		o.Add("loip", "baseline")
	}
	if g.req.idp.mitid.psd2 {
		o.Add("mitid.psd2", "true")
	}
	return append(o, n.ageAnswers(g, settings)...)
}

// accessClaims are the access token's: no aud and no nonce, and client_id stands
// in for aud.
func (n *dialect) accessClaims(g *grant) mitidtest.Object {
	now := n.b.Now().Unix()
	s := g.session
	return mitidtest.Object{
		{"iss", n.b.Issuer()}, {"nbf", now}, {"iat", now}, {"exp", now + int64(accessLife/time.Second)},
		{"scope", g.scopes()}, {"amr", []string{g.amr()}}, {"client_id", n.b.ClientID()}, {"sub", g.sub()},
		{"auth_time", s.at.Unix()}, {"idp", g.idp()}, {"acr", levelURIs[s.grantLevel.loa]}, {"neb_sid", s.sid},
		{"idp_transaction_id", s.transaction}, {"transaction_id", g.transaction}, {"sid", s.sid},
		{"jti", strings.ToUpper(fakehttp.RandomHex(16))},
	}
}

// scopes are the granted ones in the broker's order.
func (g *grant) scopes() []string {
	order := func(w string) int {
		if i := slices.Index(knownScopes, w); i >= 0 {
			return i
		}
		return len(knownScopes)
	}
	granted := slices.Clone(g.req.scopes)
	slices.SortStableFunc(granted, func(a, b string) int { return order(a) - order(b) })
	return slices.Compact(granted)
}

// aboutPerson is what MitID tells of somebody, and of whom they act for.
func (n *dialect) aboutPerson(g *grant, s Settings) mitidtest.Object {
	var o mitidtest.Object
	p, now := &g.session.citizen, n.b.Now()
	if g.session.company == nil && !g.has("mitid") {
		return o
	}
	o.Add("mitid.transaction_id", g.session.transaction)
	if g.session.company == nil {
		o.Add("mitid.uuid", p.MitIDUUID(nil))
		if born := p.Born(); !born.IsZero() {
			o.Add("mitid.age", mitidtest.Age(born, now))
			o.Add("mitid.date_of_birth", born.Format(time.DateOnly))
		}
	}
	o.Add("mitid.has_cpr", fmt.Sprint(!p.CPR.IsZero()))
	if g.session.company == nil {
		o.Add("mitid.identity_name", cmp.Or(p.Name, protectedName))
	} else if g.has("nemlogin") {
		o = append(o, n.aboutCompany(g, s)...)
	}
	return o
}

// aboutCPR is what a CPR number gives: itself, and the person's PID.
func (g *grant) aboutCPR() mitidtest.Object {
	var o mitidtest.Object
	if g.cpr {
		o.Add("dk.cpr", g.session.citizen.CPR.Reveal())
	}
	if g.lookedUp && g.has("nemid.pid") && g.session.company == nil {
		o.Add("nemid.pid", pidOf(g.session.citizen.MitIDUUID(nil)))
		o.Add("nemid.pid_status", "success")
	}
	return o
}

// pidOf makes a PID: 9208-2002-2- and twelve digits.
func pidOf(uuid string) string {
	sum := sha256.Sum256([]byte("pid " + uuid))
	digits := new(big.Int).Mod(new(big.Int).SetBytes(sum[:]), big.NewInt(1e12))
	return fmt.Sprintf("9208-2002-2-%012d", digits)
}

// details are the claims of ssn.details_name and ssn.details_address.
func (g *grant) details(s Settings) mitidtest.Object {
	names, address := g.has("ssn.details_name"), g.has("ssn.details_address")
	if g.session.company != nil || !names && !address {
		return nil
	}
	p := &g.session.citizen
	if !g.lookedUp {
		return mitidtest.Object{{"ssn.details.status", "unable_to_lookup"}}
	}
	if message := p.LookUpError(); message != "" {
		return mitidtest.Object{{"ssn.details.status", "unable_to_lookup"}, {"lookup_error", message}}
	}
	o := mitidtest.Object{{"ssn.details.status", "success"}}
	if p.Name == "" && !s.PublicProvider {
		return append(o, mitidtest.Member{"ssn.details.name_address_protected", "true"})
	}
	o.Add("ssn.details.person_status", "active")
	if names && p.Name != "" {
		parts := strings.Fields(p.Name)
		o.Add("ssn.details.given_name", parts[0])
		o.Add("ssn.details.middle_name", strings.Join(parts[1:max(1, len(parts)-1)], " "))
		o.Add("ssn.details.surname", parts[len(parts)-1])
	}
	if a := p.Address; address && a != nil {
		o.Add("ssn.details.care_of_name", "")
		o.Add("ssn.details.city_name", a.Locality)
		o.Add("ssn.details.floor", strings.TrimLeft(a.Floor, "0"))
		o.Add("ssn.details.street_name", a.Road)
		o.Add("ssn.details.street_number", strings.TrimLeft(a.House, "0"))
		o.Add("ssn.details.unit", strings.TrimSpace(a.Apartment))
		o.Add("ssn.details.zip_code", a.PostalCode)
		o.Add("ssn.details.zip_name", a.City)
	}
	return o
}

// aboutLogin is what is told of a login that MitID saw; nothing after a session
// was used again.
func (g *grant) aboutLogin() mitidtest.Object {
	var o mitidtest.Object
	if !g.reused {
		o.Add("mitid.psd2", fmt.Sprint(g.req.idp.mitid.psd2))
		o = o.Optional("mitid.reference_text", g.req.idp.mitid.reference)
		o.Add("mitid.geo_ip_distance_km", "0")
	}
	if g.consent && g.has("ssn") {
		o.Add("mitid.cpr_consent_text", base64.StdEncoding.EncodeToString([]byte(consentText)))
		o.Add("mitid.cpr_consent_header", base64.StdEncoding.EncodeToString([]byte(consentHeader)))
	}
	return o
}

// consentHeader is the heading of the broker's CPR page.
const consentHeader = "Indtast dit CPR-nummer"

// consentText is what the page says.
const consentText = "Tjenesten har bedt om dit CPR-nummer. Her skal kun opdigtede numre skrives."

// extra adds a citizen's further claims.
func (g *grant) extra(o mitidtest.Object) mitidtest.Object {
	for _, name := range slices.Sorted(maps.Keys(g.session.citizen.Extra)) {
		o.Add(name, g.session.citizen.Extra[name])
	}
	return o
}

// authenticatorWords are the authenticators as this broker writes them, misspelt as it
// spells them.
var authenticatorWords = map[claims.AuthenticatorKind]string{
	claims.App: "code_app", claims.AppEnhanced: "code_app_enchanced", claims.Password: "password",
	claims.CodeDisplay: "code_token", claims.CodeReader: "code_reader", claims.Chip: "u2f_token",
}
