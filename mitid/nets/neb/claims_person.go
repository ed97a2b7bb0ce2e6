package neb

import (
	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets"
	"github.com/dkeid/dkeid/mitid/nets/internal/netsclaims"
)

// fill adds what c says about the person to id, whose Capacity is set. For an employee
// it takes name, birth date and UUID from the employer's claims, because MitID's claims
// are about the private person.
func (c *TokenClaims) fill(id *claims.Identity) error {
	n := c.NemLogin
	if n == nil {
		n = &nets.NemLogin{}
	}
	switch {
	case id.Capacity == claims.CapacityPrivate && !c.UUID.IsZero() && !netsclaims.IsUUID(c.IdentityID, c.UUID):
		return fault.New(fault.ClaimInvalid, "idp_identity_id is not mitid.uuid")
	case netsclaims.Differ(c.CPR, n.CPR):
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
	if id.Capacity != claims.CapacityPrivate {
		id.UUID = n.ProfessionalID
		id.BirthDate = n.BirthDate
	}
	if id.BirthDate.IsZero() && id.Capacity != claims.CapacityProfessional {
		id.BirthDate = c.BirthDate
	}
	id.Name = c.name(id.Capacity)
	if c.Details.found() {
		id.CPRStatus = personStatus(c.Details.PersonStatus)
		id.Protection = c.Details.Protection
		id.Address = c.Details.address()
	}
	if c.IdentityName == claimset.ProtectedName || n.Name == claimset.ProtectedName {
		id.Protection = claims.NameAndAddressProtected
	}
	if id.Protection == claims.NameAndAddressProtected {
		id.Name, id.Address = nil, nil
	}
	return nil
}

// name returns the person's name in capacity k. For a signatory, the name from NemLog-in
// comes first, and then that of MitID.
func (c *TokenClaims) name(k claims.Capacity) *claims.Name {
	if k != claims.CapacityPrivate {
		if name := netsclaims.EmployeeName(c.NemLogin); name != nil {
			return name
		}
		if k == claims.CapacityProfessional || c.NemLogin != nil && c.NemLogin.Alias == netsclaims.Pseudonym {
			return nil
		}
	}
	n := claims.Name{Full: c.IdentityName}
	if d := c.Details; d.found() {
		n.Given, n.Middle, n.Family = d.GivenName, d.MiddleName, d.Surname
	}
	n.Full = netsclaims.FullName(n.Full, n.Given, n.Middle, n.Family)
	if n == (claims.Name{}) {
		return nil
	}
	return &n
}

// personStatus reads the words of Nets eID Broker for a civil status, in any letter
// case, because the vendor's pages differ in it. An unknown word is
// claims.StatusNotTold.
func personStatus(s string) claims.CPRStatus {
	lower := make([]byte, len(s))
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	switch string(lower) {
	case "active":
		return claims.StatusResident
	case "activewithhighroadcode":
		return claims.StatusResidentHighRoad
	case "activeregisteredresidenceingreenlandiccpr":
		return claims.StatusGreenland
	case "activeregisteredresidenceingreenlandiccprwithhighroadcode":
		return claims.StatusGreenlandHighRoad
	case "activeadministrativesocialsecuritynumber":
		return claims.StatusAdministrative
	case "cancelledsocialsecuritynumber":
		return claims.StatusCancelled
	case "deletedsocialsecuritynumber":
		return claims.StatusDeleted
	case "changedsocialsecuritynumber":
		return claims.StatusChanged
	case "missing":
		return claims.StatusMissing
	case "emigrated":
		return claims.StatusEmigrated
	case "deceased":
		return claims.StatusDead
	}
	return claims.StatusNotTold
}
