package neb

import (
	"crypto/sha256"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets"
	"github.com/dkeid/dkeid/mitid/nets/internal/netsclaims"
)

// tokenDialect returns the dialect of a token of type T: the claims that all tokens
// share, and those in own.
func tokenDialect[T any](registered func(*T) *claims.Registered, shared func(*T) *TokenClaims, own claimset.Table[T]) *claimset.Dialect[T] {
	return claimset.NewDialect(func(t *T) claimset.Target {
		c := shared(t)
		return claimset.Target{Registered: registered(t), Unknown: &c.Unknown, State: &c.state}
	}, claimset.Join(claimset.Within(shared, sharedClaims), own))
}

// sharedClaims never changes.
var sharedClaims = claimset.Join(
	claimset.Table[TokenClaims]{
		"idp":                      claimset.String(func(c *TokenClaims) *string { return &c.IdP }),
		"identity_type":            claimset.String(func(c *TokenClaims) *string { return &c.IdentityType }),
		"amr":                      claimset.Strings(func(c *TokenClaims) *[]string { return &c.AMR }),
		"acr":                      claimset.String(func(c *TokenClaims) *string { return &c.ACR }),
		"loa":                      claimset.Level(func(c *TokenClaims) *claims.Level { return &c.Levels.LoA }, netsclaims.Level).LoA(),
		"ial":                      claimset.Level(func(c *TokenClaims) *claims.Level { return &c.Levels.IAL }, netsclaims.Level),
		"aal":                      claimset.Level(func(c *TokenClaims) *claims.Level { return &c.Levels.AAL }, netsclaims.Level),
		"loip":                     claimset.String(func(c *TokenClaims) *string { return &c.LoIP }),
		"auth_time":                claimset.Parsed(claimset.Number, func(c *TokenClaims) *time.Time { return &c.AuthTime }, claimset.UnixTime),
		"transaction_id":           claimset.String(func(c *TokenClaims) *string { return &c.TransactionID }),
		"idp_transaction_id":       claimset.String(func(c *TokenClaims) *string { return &c.IdPTransactionID }),
		"subject_type":             claimset.String(func(c *TokenClaims) *string { return &c.SubjectType }),
		"session_expiry":           claimset.Parsed(claimset.Number, func(c *TokenClaims) *time.Time { return &c.SessionExpiry }, claimset.UnixTime),
		"idp_identity_id":          claimset.String(func(c *TokenClaims) *string { return &c.IdentityID }),
		"mitid.reference_text":     claimset.Parsed(claimset.Text, func(c *TokenClaims) *string { return &c.ReferenceText }, netsclaims.Base64),
		"mitid.psd2":               claimset.Parsed(claimset.Truth, func(c *TokenClaims) *bool { return &c.PSD2 }, claimset.Bool),
		"mitid.geo_ip_distance_km": claimset.Parsed(claimset.Number, func(c *TokenClaims) *string { return &c.GeoIPDistance }, claimset.Verbatim),
		"mitid.cpr_consent_header": claimset.Parsed(claimset.Text, func(c *TokenClaims) *string { return &c.CPRConsentHeader }, netsclaims.Base64),
		"mitid.cpr_consent_text":   claimset.Parsed(claimset.Text, func(c *TokenClaims) *string { return &c.CPRConsentText }, netsclaims.Base64),
		"mitid.transaction_id":     claimset.String(func(c *TokenClaims) *string { return &c.MitIDTransactionID }),
		"mitid.uuid":               claimset.Parsed(claimset.Text, func(c *TokenClaims) *claims.UUID { return &c.UUID }, claims.ParseUUID),
		"mitid.age":                claimset.Parsed(claimset.Number, func(c *TokenClaims) *int { return &c.Age }, claimset.Age),
		"mitid.date_of_birth":      claimset.Parsed(claimset.Text, func(c *TokenClaims) *time.Time { return &c.BirthDate }, claimset.Day),
		"mitid.has_cpr":            claimset.Parsed(claimset.Truth, func(c *TokenClaims) **bool { return &c.HasCPR }, optionalBool),
		"mitid.identity_name":      claimset.String(func(c *TokenClaims) *string { return &c.IdentityName }),
		"dk.cpr":                   claimset.Parsed(claimset.Text, func(c *TokenClaims) *cpr.Number { return &c.CPR }, claimset.CPR),
		"nemid.pid":                claimset.Parsed(claimset.Text, func(c *TokenClaims) *string { return &c.NemIDPID }, claimset.NemIDPID),
		"nemid.pid_status":         claimset.String(func(c *TokenClaims) *string { return &c.NemIDPIDStatus }),
	},
	claimset.Within(details, detailsClaims),
	netsclaims.WithinNemLogin(nemLogin),
)

// detailsClaims never changes.
var detailsClaims = claimset.Table[CPRDetails]{
	"ssn.details.status":                 claimset.String(func(d *CPRDetails) *string { return &d.Status }),
	"ssn.details.name_address_protected": claimset.Parsed(claimset.Truth, func(d *CPRDetails) *claims.Protection { return &d.Protection }, protection),
	"ssn.details.person_status":          claimset.String(func(d *CPRDetails) *string { return &d.PersonStatus }),
	"ssn.details.given_name":             claimset.String(func(d *CPRDetails) *string { return &d.GivenName }),
	"ssn.details.middle_name":            claimset.String(func(d *CPRDetails) *string { return &d.MiddleName }),
	"ssn.details.surname":                claimset.String(func(d *CPRDetails) *string { return &d.Surname }),
	"ssn.details.care_of_name":           claimset.String(func(d *CPRDetails) *string { return &d.CareOfName }),
	"ssn.details.street_name":            claimset.String(func(d *CPRDetails) *string { return &d.StreetName }),
	"ssn.details.street_number":          claimset.String(func(d *CPRDetails) *string { return &d.StreetNumber }),
	"ssn.details.floor":                  claimset.String(func(d *CPRDetails) *string { return &d.Floor }),
	"ssn.details.unit":                   claimset.String(func(d *CPRDetails) *string { return &d.Unit }),
	"ssn.details.city_name":              claimset.String(func(d *CPRDetails) *string { return &d.CityName }),
	"ssn.details.zip_code":               claimset.String(func(d *CPRDetails) *string { return &d.ZipCode }),
	"ssn.details.zip_name":               claimset.String(func(d *CPRDetails) *string { return &d.ZipName }),
}

// details returns the place of the claims ssn.details.*.
func details(c *TokenClaims) *CPRDetails {
	if c.Details == nil {
		c.Details = new(CPRDetails)
	}
	return c.Details
}

// nemLogin returns the place of the claims nemlogin.*.
func nemLogin(c *TokenClaims) *nets.NemLogin {
	if c.NemLogin == nil {
		c.NemLogin = new(nets.NemLogin)
	}
	return c.NemLogin
}

// dropEmptyParts removes parts that hold nothing.
func (c *TokenClaims) dropEmptyParts() {
	if c.NemLogin != nil && *c.NemLogin == (nets.NemLogin{}) {
		c.NemLogin = nil
	}
	if c.Details != nil && *c.Details == (CPRDetails{}) {
		c.Details = nil
	}
}

// optionalBool reads a boolean that may be missing.
func optionalBool(s string) (*bool, error) {
	b, err := claimset.Bool(s)
	if err != nil {
		return nil, err
	}
	return &b, nil
}

func protection(s string) (claims.Protection, error) {
	protected, err := claimset.Bool(s)
	switch {
	case err != nil:
		return claims.ProtectionUnknown, err
	case protected:
		return claims.NameAndAddressProtected, nil
	}
	return claims.Unprotected, nil
}

// decoded reads a transaction text. If it cannot be used, c records why.
func (c *TokenClaims) decoded(t netsclaims.TextClaims) *nets.TransactionText {
	text, err := t.Read(func(encoded string, _ [sha256.Size]byte) (string, error) { return netsclaims.Base64(encoded) })
	c.state.Keep(err)
	return text
}
