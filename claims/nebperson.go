package claims

import (
	"github.com/dkeid/dkeid/internal/fault"
)

// fill puts what c says of the person into id, whose Kind is set. Of an employee
// it takes name, birth date and UUID from the employer alone: what MitID says
// beside it is about the private person.
func (c *NEBClaims) fill(id *Identity) error {
	n := c.NemLogin
	if n == nil {
		n = &NemLogin{}
	}
	switch {
	case id.Capacity == CapacityPrivate && !c.UUID.IsZero() && !isUUID(c.IdentityID, c.UUID):
		return fault.New(fault.ClaimInvalid, "idp_identity_id is not mitid.uuid")
	case differ(c.CPR, n.CPR):
		return fault.New(fault.ClaimInvalid, "dk.cpr is not nemlogin.cpr")
	case c.HasCPR != nil && !*c.HasCPR && !c.CPR.IsZero():
		return fault.New(fault.ClaimInvalid, "a CPR number of a person who is said to have none")
	}
	id.CPR = c.CPR
	if id.CPR.IsZero() {
		id.CPR = n.CPR
	}
	if c.NemIDPIDStatus == "" || c.NemIDPIDStatus == "success" {
		id.NemIDPID = c.NemIDPID
	}
	id.UUID = c.UUID
	if id.Capacity != CapacityPrivate {
		id.UUID = n.ProfessionalID
		id.BirthDate = n.BirthDate
	}
	if id.BirthDate.IsZero() && id.Capacity != CapacityProfessional {
		id.BirthDate = c.BirthDate
	}
	id.Name = c.name(id.Capacity)
	if c.Details.found() {
		id.CPRStatus = personStatus(c.Details.PersonStatus)
		id.Protection = c.Details.Protection
		id.Address = c.Details.address()
	}
	if c.IdentityName == protectedName || n.Name == protectedName {
		id.Protection = NameAndAddressProtected
	}
	if id.Protection == NameAndAddressProtected {
		id.Name, id.Address = nil, nil
	}
	return nil
}

// isUUID reports whether s, if it is told, is u.
func isUUID(s string, u UUID) bool {
	v, err := ParseUUID(s)
	return s == "" || err == nil && v == u
}

// name returns the person's name in the capacity of k: of a person who acts for a
// company what NemLog-in tells, and what MitID tells where that is silent.
func (c *NEBClaims) name(k Capacity) *Name {
	if k != CapacityPrivate {
		if name := c.NemLogin.person(); name != nil {
			return name
		}
		if k == CapacityProfessional || c.NemLogin != nil && c.NemLogin.Alias == pseudonym {
			return nil
		}
	}
	n := Name{Full: c.IdentityName}
	if d := c.Details; d.found() {
		n.Given, n.Middle, n.Family = d.GivenName, d.MiddleName, d.Surname
	}
	n.Full = joinedUnless(n.Full, n.Given, n.Middle, n.Family)
	if n == (Name{}) {
		return nil
	}
	return &n
}
