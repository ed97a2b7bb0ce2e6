package criipto

import (
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
)

// mitIDScheme is the identityscheme of every MitID login, private or business.
const mitIDScheme = "dkmitid"

// Identity returns the person behind the claims, or an error, never both. Call it
// only after the signature of the token was verified.
//
// The error is ErrClaimInvalid if a claim cannot be used, if the login is not one of
// MitID, or if the claims do not say clearly in whose name the person acts. It is
// ErrClaimMissing for a login for an organisation without its CVR number. A missing CPR
// number, name or level is not an error.
//
// Levels come from the claims about levels only. Texts that may hold a CPR number, and
// an address that is an error message, are left out; see [claims.Identity.Cleared].
func (c *Claims) Identity() (claims.Identity, error) {
	if c.state.Invalid != nil {
		return claims.Identity{}, c.state.Invalid
	}
	if c.IdentityScheme != "" && c.IdentityScheme != mitIDScheme {
		return claims.Identity{}, fault.New(fault.ClaimInvalid, "the login is not of MitID")
	}
	capacity, err := c.capacity()
	if err != nil {
		return claims.Identity{}, err
	}
	id := claims.Identity{
		Capacity:  capacity,
		Subject:   c.Subject,
		UUID:      c.UUID,
		CPR:       c.CPR,
		CPRStatus: c.CPRStatus,
		BirthDate: c.BirthDate,
		Country:   c.Country,
		Address:   c.address(),
		Levels:    c.Levels,
		AuthTime:  c.AuthenticationInstant,
		SessionID: c.SessionIndex,
	}
	switch c.Name {
	case "":
	case claimset.ProtectedName:
		id.Protection = claims.NameAndAddressProtected
		id.Address = nil
	default:
		id.Name = &claims.Name{Full: c.Name}
	}
	if capacity != claims.CapacityPrivate {
		id.Organisation = &claims.Organisation{
			Name:     c.OrganisationName,
			CVR:      c.CVR,
			PNumber:  c.ProductionUnit,
			SENumber: c.SENumber,
			RID:      c.RID,
		}
	}
	if c.AuthenticationMethod != "" {
		id.Authenticators = []claims.Authenticator{c.authenticator()}
	}
	return id.Cleared()
}

// capacity decides by the claims about the organisation and never by the acr, because
// a business login may have a citizen's acr.
func (c *Claims) capacity() (claims.Capacity, error) {
	company := !c.CVR.IsZero() || c.OrganisationName != "" || !c.ProductionUnit.IsZero() ||
		!c.SENumber.IsZero() || c.RID != ""
	switch {
	case c.Employee && c.CompanySignatory:
		return 0, fault.New(fault.ClaimInvalid, "the person is both employee and signatory")
	case !c.Employee && !c.CompanySignatory && company:
		return 0, fault.New(fault.ClaimInvalid, "an organisation without saying what the person is to it")
	case !c.Employee && !c.CompanySignatory:
		return claims.CapacityPrivate, nil
	case c.CVR.IsZero():
		return 0, fault.New(fault.ClaimMissing, "a login for an organisation without its CVR number")
	case c.Employee:
		return claims.CapacityProfessional, nil
	default:
		return claims.CapacitySignatory, nil
	}
}

// authenticator reads the first word of authenticationmethod. Recorded tokens have the
// words of the MitID app and of the password. The other words are not published, so it
// takes those of Nets.
func (c *Claims) authenticator() claims.Authenticator {
	word, _, _ := strings.Cut(c.AuthenticationMethod, ":")
	switch word {
	case "app":
		return claims.Authenticator{Kind: claims.App}
	case "pwd":
		return claims.Authenticator{Kind: claims.Password}
	}
	return claimset.Authenticators([]string{word})[0]
}
