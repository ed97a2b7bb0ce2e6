package mitidtest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/claims"
)

// nebProtected stands for the name of people whose name and address are
// protected, at private providers.
const nebProtected = "NAVNE & ADRESSEBESKYTTET"

// nebLevelURIs are the levels as this broker spells them.
var nebLevelURIs = map[claims.Level]string{
	claims.Low:         "https://data.gov.dk/concept/core/nsis/Low",
	claims.Substantial: "https://data.gov.dk/concept/core/nsis/Substantial",
	claims.High:        "https://data.gov.dk/concept/core/nsis/High",
}

func unixText(t time.Time) string { return itoa(int(t.Unix())) }

// amr is the authenticator.
func (g *nebGrant) amr() string {
	word := netsWords[g.session.citizen.Uses(g.session.grantLevel.loa)]
	if g.session.company != nil {
		return "mitid:" + word
	}
	return word
}

func (g *nebGrant) idp() string {
	if g.session.company != nil {
		return "mitid_erhverv"
	}
	return "mitid"
}

func (g *nebGrant) kind() string {
	if g.session.company != nil {
		return "professional"
	}
	return "private"
}

// identity is idp_identity_id: MitID's key of the person in this capacity.
func (g *nebGrant) identity() string {
	if co := g.session.company; co != nil {
		return g.session.citizen.uuidIn(co)
	}
	return g.session.citizen.uuid()
}

// idClaims are the ID token's. It says nothing about the person. hash is at_hash
// or c_hash, of what.
func (n *neb) idClaims(g *nebGrant, settings NEBSettings, hash, what string) Object {
	if g.req.provesAge() {
		return n.ageClaims(g, settings)
	}
	now := n.b.Now().Unix()
	s := g.session
	o := make(Object, 0, 32)
	o.Add("iss", n.b.Issuer())
	o.Add("nbf", now)
	o.Add("iat", now)
	o.Add("exp", now+int64(nebIDLife/time.Second))
	o.Add("aud", n.b.ClientID())
	o.Add("amr", []string{g.amr()})
	o = optional(o, "nonce", g.req.params.Get("nonce"))
	if what != "" {
		sum := sha256.Sum256([]byte(what))
		o.Add(hash, base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2]))
	}
	o.Add("sid", s.sid)
	o.Add("sub", s.sub)
	o.Add("auth_time", s.at.Unix())
	o.Add("idp", g.idp())
	o.Add("acr", nebLevelURIs[s.grantLevel.loa])
	o.Add("neb_sid", s.sid)
	o.Add("loa", nebLevelURIs[s.grantLevel.loa])
	o.Add("aal", nebLevelURIs[s.grantLevel.aal])
	o.Add("ial", nebLevelURIs[s.grantLevel.ial])
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
func (n *neb) accessClaims(g *nebGrant) Object {
	now := n.b.Now().Unix()
	s := g.session
	return Object{
		{"iss", n.b.Issuer()}, {"nbf", now}, {"iat", now}, {"exp", now + int64(nebAccessLife/time.Second)},
		{"scope", g.scopes()}, {"amr", []string{g.amr()}}, {"client_id", n.b.ClientID()}, {"sub", g.sub()},
		{"auth_time", s.at.Unix()}, {"idp", g.idp()}, {"acr", nebLevelURIs[s.grantLevel.loa]}, {"neb_sid", s.sid},
		{"idp_transaction_id", s.transaction}, {"transaction_id", g.transaction}, {"sid", s.sid},
		{"jti", strings.ToUpper(randomHex(16))},
	}
}

// scopes are the granted ones in the broker's order.
func (g *nebGrant) scopes() []string {
	order := func(w string) int {
		if i := slices.Index(nebScopes, w); i >= 0 {
			return i
		}
		return len(nebScopes)
	}
	granted := slices.Clone(g.req.scopes)
	slices.SortStableFunc(granted, func(a, b string) int { return order(a) - order(b) })
	return slices.Compact(granted)
}

// aboutPerson is what MitID tells of somebody, and of whom they act for.
func (n *neb) aboutPerson(g *nebGrant, s NEBSettings) Object {
	var o Object
	p, now := &g.session.citizen, n.b.Now()
	if g.session.company == nil && !g.has("mitid") {
		return o
	}
	o.Add("mitid.transaction_id", g.session.transaction)
	if g.session.company == nil {
		o.Add("mitid.uuid", p.uuid())
		if born := p.Born(); !born.IsZero() {
			o.Add("mitid.age", Age(born, now))
			o.Add("mitid.date_of_birth", born.Format(time.DateOnly))
		}
	}
	o.Add("mitid.has_cpr", fmt.Sprint(!p.CPR.IsZero()))
	if g.session.company == nil {
		o.Add("mitid.identity_name", or(p.Name, nebProtected))
	} else if g.has("nemlogin") {
		o = append(o, n.aboutCompany(g, s)...)
	}
	return o
}

// aboutCPR is what a CPR number gives: itself, and the person's PID.
func (g *nebGrant) aboutCPR() Object {
	var o Object
	if g.cpr {
		o.Add("dk.cpr", g.session.citizen.CPR.Reveal())
	}
	if g.lookedUp && g.has("nemid.pid") && g.session.company == nil {
		o.Add("nemid.pid", nebPID(g.session.citizen.uuid()))
		o.Add("nemid.pid_status", "success")
	}
	return o
}

// nebPID makes a PID: 9208-2002-2- and twelve digits.
func nebPID(uuid string) string {
	sum := sha256.Sum256([]byte("pid " + uuid))
	digits := new(big.Int).Mod(new(big.Int).SetBytes(sum[:]), big.NewInt(1e12))
	return fmt.Sprintf("9208-2002-2-%012d", digits)
}

// details are the claims of ssn.details_name and ssn.details_address.
func (g *nebGrant) details(s NEBSettings) Object {
	names, address := g.has("ssn.details_name"), g.has("ssn.details_address")
	if g.session.company != nil || !names && !address {
		return nil
	}
	p := &g.session.citizen
	if !g.lookedUp {
		return Object{{"ssn.details.status", "unable_to_lookup"}}
	}
	if message := p.LookUpError(); message != "" {
		return Object{{"ssn.details.status", "unable_to_lookup"}, {"lookup_error", message}}
	}
	o := Object{{"ssn.details.status", "success"}}
	if p.Name == "" && !s.PublicProvider {
		return append(o, Member{"ssn.details.name_address_protected", "true"})
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
func (g *nebGrant) aboutLogin() Object {
	var o Object
	if !g.reused {
		o.Add("mitid.psd2", fmt.Sprint(g.req.idp.mitid.psd2))
		o = optional(o, "mitid.reference_text", g.req.idp.mitid.reference)
		o.Add("mitid.geo_ip_distance_km", "0")
	}
	if g.consent && g.has("ssn") {
		o.Add("mitid.cpr_consent_text", base64.StdEncoding.EncodeToString([]byte(danish().CPRWhy)))
		o.Add("mitid.cpr_consent_header", base64.StdEncoding.EncodeToString([]byte(nebConsentHeader)))
	}
	return o
}

// nebConsentHeader is the heading of the broker's CPR page.
const nebConsentHeader = "Indtast dit CPR-nummer"

// extra adds a citizen's further claims.
func (g *nebGrant) extra(o Object) Object {
	for _, name := range slices.Sorted(maps.Keys(g.session.citizen.Extra)) {
		o.Add(name, g.session.citizen.Extra[name])
	}
	return o
}
