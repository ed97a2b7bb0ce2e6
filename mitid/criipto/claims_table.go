package criipto

import (
	"encoding/json"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
)

const (
	microsoft = "http://schemas.microsoft.com/ws/2008/06/identity/claims/"
	soap      = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
	grean     = "http://schemas.grean.id/claims/"
	saml      = "dk:gov:saml:attribute:"
)

// reader holds the claims while they are read. Two claims hold the birth date, and
// two places may hold the details of the address.
type reader struct {
	Claims
	dateOfBirth time.Time
	within      *AddressDetails // address_details in address; nil if there is none
}

// dialect holds both styles of names. The registered claims have the same name in both.
// The broker writes numbers and booleans as texts; real ones are read too.
var dialect = claimset.NewDialect(func(r *reader) claimset.Target {
	return claimset.Target{Registered: &r.Registered, Unknown: &r.Unknown, State: &r.state}
}, claimset.Table[reader]{
	"identityscheme":         claimset.String(func(r *reader) *string { return &r.IdentityScheme }),
	"authenticationtype":     claimset.String(func(r *reader) *string { return &r.AuthenticationType }),
	"authenticationmethod":   claimset.String(func(r *reader) *string { return &r.AuthenticationMethod }).Or(microsoft + "authenticationmethod"),
	"authenticationinstant":  claimset.Parsed(claimset.Text, func(r *reader) *time.Time { return &r.AuthenticationInstant }, instant).Or(microsoft + "authenticationinstant"),
	"nameidentifier":         claimset.String(func(r *reader) *string { return &r.NameIdentifier }).Or(soap + "nameidentifier"),
	"uuid":                   claimset.Parsed(claimset.Text, func(r *reader) *claims.UUID { return &r.UUID }, claims.ParseUUID).Or(saml + "UUID"),
	"sessionindex":           claimset.String(func(r *reader) *string { return &r.SessionIndex }).Or(grean + "sessionindex"),
	"loA":                    claimset.Level(func(r *reader) *claims.Level { return &r.Levels.LoA }, levelOf).LoA().Or(saml + "LoA"),
	"ial":                    claimset.Level(func(r *reader) *claims.Level { return &r.Levels.IAL }, levelOf).Or(saml + "IAL"),
	"aal":                    claimset.Level(func(r *reader) *claims.Level { return &r.Levels.AAL }, levelOf).Or(saml + "AAL"),
	"fal":                    claimset.Level(func(r *reader) *claims.Level { return &r.Levels.FAL }, levelOf).Or(saml + "FAL"),
	"country":                claimset.String(func(r *reader) *string { return &r.Country }).Or(soap + "country"),
	"name":                   claimset.String(func(r *reader) *string { return &r.Name }).Or(soap + "name"),
	"birthdate":              claimset.Parsed(claimset.Text, func(r *reader) *time.Time { return &r.BirthDate }, claimset.Day),
	"dateofbirth":            claimset.Parsed(claimset.Text, func(r *reader) *time.Time { return &r.dateOfBirth }, claimset.Day).Or(soap + "dateofbirth"),
	"age":                    claimset.Parsed(claimset.Number, func(r *reader) *int { return &r.Age }, claimset.Age).Or(soap + "age"),
	"cprNumberIdentifier":    claimset.Parsed(claimset.Text, func(r *reader) *cpr.Number { return &r.CPR }, claimset.CPR).Or(saml + "CprNumberIdentifier"),
	"cprNumberStatus":        claimset.Parsed(claimset.Text, func(r *reader) *claims.CPRStatus { return &r.CPRStatus }, claims.ParseCPRStatus),
	"address":                claimset.Object(func(r *reader) *reader { r.Address = new(Address); return r }, addressParts),
	"address_details":        claimset.Object(newAt(func(r *reader) **AddressDetails { return &r.AddressDetails }), detailsParts),
	"employee":               claimset.Parsed(claimset.Truth, func(r *reader) *bool { return &r.Employee }, claimset.Bool),
	"companySignatory":       claimset.Parsed(claimset.Truth, func(r *reader) *bool { return &r.CompanySignatory }, claimset.Bool),
	"cvrNumberIdentifier":    claimset.Parsed(claimset.Number, func(r *reader) *claims.CVR { return &r.CVR }, claims.ParseCVR).Or(saml + "CvrNumberIdentifier"),
	"2.5.4.10":               claimset.String(func(r *reader) *string { return &r.OrganisationName }).Or("urn:oid:2.5.4.10"),
	"productionUnit":         claimset.Parsed(claimset.Number, func(r *reader) *claims.PNumber { return &r.ProductionUnit }, claims.ParsePNumber),
	"seNumber":               claimset.Parsed(claimset.Number, func(r *reader) *claims.SENumber { return &r.SENumber }, claims.ParseSENumber),
	"ridNumberIdentifier":    claimset.Parsed(claimset.Text, func(r *reader) *string { return &r.RID }, claimset.RID),
	"refTextHeader":          claimset.String(func(r *reader) *string { return &r.RefTextHeader }).Or(saml + "RefTextHeader"),
	"refTextBody":            claimset.String(func(r *reader) *string { return &r.RefTextBody }).Or(saml + "RefTextBody"),
	"mitid:ct:sid":           claimset.String(func(r *reader) *string { return &r.TransferSession }),
	"mitid:ct:sid:exp":       claimset.Parsed(claimset.Number, func(r *reader) *string { return &r.TransferExpires }, claimset.Verbatim),
	saml + "mitid_risk_data": claimset.Raw(func(r *reader) *json.RawMessage { return &r.RiskData }),
})

// parseClaims reads the payload of an ID token, or a userinfo answer in JSON, as
// [claimset.Dialect.Read] says.
func parseClaims(payload []byte) (*Claims, error) {
	r := new(reader)
	if err := dialect.Read(payload, r); err != nil {
		return nil, err
	}
	c := &r.Claims
	if !r.dateOfBirth.IsZero() {
		switch c.BirthDate {
		case time.Time{}:
			c.BirthDate = r.dateOfBirth
		case r.dateOfBirth:
		default:
			c.state.Keep(fault.New(fault.ClaimInvalid, "claim birthdate differs from dateofbirth"))
		}
	}
	switch {
	case c.AddressDetails == nil:
		c.AddressDetails = r.within
	case r.within != nil && *r.within != *c.AddressDetails:
		c.state.Keep(fault.New(fault.ClaimInvalid, "claim address_details differs from the one in address"))
	}
	return c, nil
}
