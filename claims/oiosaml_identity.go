package claims

import (
	"slices"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/private"
)

const (
	// pseudonym is the alias of employees whose name their employer does not pass on.
	pseudonym = "Pseudonym"
	// protectedName stands in place of the name of a person with a protected name and
	// address (Signaturgruppen, MitID claims).
	protectedName = "NAVNE & ADRESSEBESKYTTET"
)

// Identity returns the person behind the attributes, or an error, never both. Subject,
// SessionID and AuthTime are not attributes: the caller sets them from the NameID and the
// AuthnStatement, and calls [Identity.Cleared].
//
// A person with an attribute professional/… acts for the organisation cvr. Then cvr and
// orgName must be there, or the error is that of a missing claim (mitid.ErrClaimMissing).
// The capacity is CapacitySignatory if authorizedToRepresent names cvr, and otherwise
// CapacityProfessional. Other companies in authorizedToRepresent say what the person may
// do, not for whom this login is. A person without such attributes is private.
//
// The UUID of a private person is cprUuid, and that of an employee or a signatory is
// professional/uuid/persistent. The name is fullName, or firstName and lastName. It is nil
// if the alias is "Pseudonym", or if the name is protected. Levels come from nsis/loa, ial
// and aal, and never from AssuranceLevel.
func (o *OIOSAML) Identity() (Identity, error) {
	id := Identity{
		Capacity:  CapacityPrivate,
		UUID:      o.CPRUUID,
		CPR:       o.CPR,
		BirthDate: o.BirthDate,
		Levels:    o.Levels,
		NemIDPID:  o.NemIDPID,
	}
	if o.Professional() {
		switch {
		case o.CVR.IsZero():
			return Identity{}, fault.New(fault.ClaimMissing, "a login for an organisation without its CVR number")
		case o.OrgName == "":
			return Identity{}, fault.New(fault.ClaimMissing, "a login for an organisation without its name")
		}
		id.Capacity = CapacityProfessional
		if slices.Contains(o.AuthorizedToRepresent, o.CVR) {
			id.Capacity = CapacitySignatory
		}
		id.UUID = o.ProfessionalID
		id.Organisation = &Organisation{Name: o.OrgName, CVR: o.CVR, PNumber: o.PNumber, SENumber: o.SENumber, RID: o.RID}
	}
	name := Name{Full: o.FullName, Given: o.FirstName, Family: o.LastName}
	if name.Full == "" {
		name.Full = private.Join(name.Given, name.Family)
	}
	switch {
	case slices.Contains([]string{o.FullName, o.FirstName, o.LastName, o.Alias}, protectedName):
		id.Protection = NameAndAddressProtected
	case name.Full != "" && o.Alias != pseudonym:
		id.Name = &name
	}
	return id.Cleared()
}
