package eident

import (
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid/internal/claimset"
	"github.com/dkeid/dkeid/mitid/nets"
	"github.com/dkeid/dkeid/mitid/nets/internal/netsclaims"
)

// Identity returns the person behind the claims, or an error, never both. Call it
// only after the signature of the token was verified.
//
// The error is ErrClaimInvalid if a claim cannot be used, if claims contradict each
// other, if the login is not one of MitID, or if the claims do not say clearly in whose
// name the person acts. It is ErrClaimMissing for a login for an organisation without
// its CVR number. A missing CPR number, name or level is not an error.
//
// Levels come from loa, ial and aal, and never from acr. The UUID of a private person is
// mitid.uuid, or the one in Subject. In a login for an organisation it is
// nemlogin.persistent_professional_id. Subject may be the same in each capacity.
func (e *Claims) Identity() (claims.Identity, error) {
	if e.state.Invalid != nil {
		return claims.Identity{}, e.state.Invalid
	}
	if !e.isMitID() {
		return claims.Identity{}, fault.New(fault.ClaimInvalid, "the login is not of MitID, or the token does not tell")
	}
	n, err := e.organisation()
	if err != nil {
		return claims.Identity{}, err
	}
	id := claims.Identity{
		Subject:        e.Subject,
		CPR:            e.CPR,
		Levels:         e.Levels,
		AuthTime:       e.AuthTime,
		NemIDPID:       e.NemIDPID,
		Authenticators: claimset.Authenticators(e.MitIDAMR),
	}
	if id.Capacity, id.Organisation, err = netsclaims.Capacity(e.IdentityType, n); err != nil {
		return claims.Identity{}, err
	}
	if n == nil {
		n = &nets.NemLogin{}
	}
	if netsclaims.Differ(e.CPR, n.CPR) {
		return claims.Identity{}, fault.New(fault.ClaimInvalid, "dk_ssn is not nemlogin.cpr")
	}
	if id.CPR.IsZero() {
		id.CPR = n.CPR
	}
	if id.Capacity == claims.CapacityPrivate {
		if id.UUID, err = e.uuid(); err != nil {
			return claims.Identity{}, err
		}
	} else {
		id.UUID = n.ProfessionalID
		id.BirthDate = n.BirthDate
	}
	if id.BirthDate.IsZero() && id.Capacity != claims.CapacityProfessional {
		id.BirthDate = e.BirthDate
	}
	if id.Name = e.fullName(id.Capacity, n); id.Name != nil && id.Name.Full == claimset.ProtectedName {
		id.Name, id.Protection = nil, claims.NameAndAddressProtected
	}
	return id.Cleared()
}

// isMitID reports whether sub and amr name MitID, private or Erhverv. amr may be
// missing.
func (e *Claims) isMitID() bool {
	eID, _, ok := strings.Cut(e.Subject, ":")
	if !ok || eID != "mitid" && eID != "mitid_erhverv" {
		return false
	}
	for _, eID := range e.AMR {
		if eID != "mitid" && eID != "mitid_erhverv" && eID != "mitid:mitid_erhverv" {
			return false
		}
	}
	return true
}

// organisation returns NemLogin with authorized_to_represent, which is an older name of
// nemlogin.auth_to_repr.
func (e *Claims) organisation() (*nets.NemLogin, error) {
	if e.AuthorizedToRepresent.IsZero() {
		return e.NemLogin, nil
	}
	var n nets.NemLogin
	if e.NemLogin != nil {
		n = *e.NemLogin
	}
	if netsclaims.Differ(n.AuthToRepr, e.AuthorizedToRepresent) {
		return nil, fault.New(fault.ClaimInvalid, "authorized_to_represent is not nemlogin.auth_to_repr")
	}
	n.AuthToRepr = e.AuthorizedToRepresent
	return &n, nil
}

// uuid returns the UUID of a private person. sub, mitid.uuid and pid must agree on it.
func (e *Claims) uuid() (claims.UUID, error) {
	u, err := claims.ParseUUID(strings.TrimPrefix(e.Subject, "mitid:"))
	if err != nil || netsclaims.Differ(e.UUID, u) || !netsclaims.IsUUID(e.PID, u) {
		return claims.UUID{}, fault.New(fault.ClaimInvalid, "sub, mitid.uuid and pid do not name one person")
	}
	return u, nil
}

// fullName returns the person's name in capacity k. For a person who acts for a
// company, the name from NemLog-in comes first.
func (e *Claims) fullName(k claims.Capacity, n *nets.NemLogin) *claims.Name {
	if k != claims.CapacityPrivate {
		if name := netsclaims.EmployeeName(n); name != nil {
			return name
		}
		if k == claims.CapacityProfessional || n.Alias == netsclaims.Pseudonym {
			return nil
		}
	}
	if e.Name == "" {
		return nil
	}
	return &claims.Name{Full: e.Name}
}
