package claims

import (
	"strings"

	"github.com/dkeid/dkeid/internal/fault"
)

// mitIDScheme is the identityscheme of every MitID login, private or business.
const mitIDScheme = "dkmitid"

// Identity returns the person behind the claims, or an error, never both. Call it
// only when the claims' signature holds.
//
// ClaimInvalid: a claim cannot be used (see ParseCriipto), the login is not of
// MitID, or the claims do not say clearly in whose name the person acts.
// ClaimMissing: a login for an organisation without its CVR number. A CPR number,
// a name, a level that is missing is no error here.
//
// Levels are taken from the claims about levels alone. Texts are copied, so that
// an Identity does not keep the payload alive, with a CPR number in it that
// nobody asked for.
func (c *Criipto) Identity() (Identity, error) {
	if c.invalid != nil {
		return Identity{}, c.invalid
	}
	if c.IdentityScheme != "" && c.IdentityScheme != mitIDScheme {
		return Identity{}, fault.New(fault.ClaimInvalid, "the login is not of MitID")
	}
	kind, err := c.kind()
	if err != nil {
		return Identity{}, err
	}
	id := Identity{
		Kind:      kind,
		Subject:   strings.Clone(c.Subject),
		UUID:      c.UUID,
		CPR:       c.CPR,
		CPRStatus: c.CPRStatus,
		BirthDate: c.BirthDate,
		Country:   strings.Clone(c.Country),
		Address:   c.address(),
		Levels:    c.Levels,
		AuthTime:  c.AuthenticationInstant,
		SessionID: strings.Clone(c.SessionIndex),
	}
	switch c.Name {
	case "":
	case protectedName:
		id.Protection = NameAndAddressProtected
		id.Address = nil
	default:
		id.Name = &Name{Full: strings.Clone(c.Name)}
	}
	if kind != KindPrivate {
		id.Organisation = &Organisation{
			Name:     strings.Clone(c.OrganisationName),
			CVR:      c.CVR,
			PNumber:  c.ProductionUnit,
			SENumber: c.SENumber,
			RID:      strings.Clone(c.RID),
		}
	}
	if c.AuthenticationMethod != "" {
		id.Authenticators = []Authenticator{c.authenticator()}
	}
	return id, nil
}

// kind tells private from business by the claims, never by the acr: a business
// login asked for with a citizen's acr keeps that acr.
func (c *Criipto) kind() (Kind, error) {
	company := !c.CVR.IsZero() || c.OrganisationName != "" || !c.ProductionUnit.IsZero() ||
		!c.SENumber.IsZero() || c.RID != ""
	switch {
	case c.Employee && c.CompanySignatory:
		return 0, fault.New(fault.ClaimInvalid, "the person is both employee and signatory")
	case !c.Employee && !c.CompanySignatory && company:
		return 0, fault.New(fault.ClaimInvalid, "an organisation without saying what the person is to it")
	case !c.Employee && !c.CompanySignatory:
		return KindPrivate, nil
	case c.CVR.IsZero():
		return 0, fault.New(fault.ClaimMissing, "a login for an organisation without its CVR number")
	case c.Employee:
		return KindProfessional, nil
	default:
		return KindSignatory, nil
	}
}

// authenticator reads the first word of authenticationmethod. The words of the
// MitID app and of the password were seen. The others are not published; those of
// Nets can mean one thing only.
func (c *Criipto) authenticator() Authenticator {
	word, _, _ := strings.Cut(c.AuthenticationMethod, ":")
	switch word {
	case "app":
		return Authenticator{Kind: App}
	case "pwd":
		return Authenticator{Kind: Password}
	}
	a := netsAuthenticators([]string{word})[0]
	a.Word = strings.Clone(a.Word)
	return a
}
