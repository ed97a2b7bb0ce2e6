package nemlogin

import (
	"strings"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/fault"
)

// The two kinds of NameID, each with a UUID behind it (OIOSAML Web SSO 3.0.3).
const (
	namePerson       = model + "eid/person/uuid/"
	nameProfessional = model + "eid/professional/uuid/"
)

// identity returns the person behind an assertion and its attributes.
func (b *Broker) identity(as *assertion, said *claims.OIOSAML) (claims.Identity, error) {
	id, err := said.Identity()
	if err != nil {
		return claims.Identity{}, err
	}
	if err := b.checkNameID(as.nameID, id.Capacity); err != nil {
		return claims.Identity{}, err
	}
	id.Subject, id.SessionID, id.AuthTime = as.nameID, as.sessionIndex, as.authTime.UTC()
	if id, err = id.Cleared(); err != nil {
		return claims.Identity{}, err
	}
	if id.SessionID == "" {
		return claims.Identity{}, fault.New(fault.ClaimInvalid, "the SessionIndex may hold a CPR number, so that it cannot be kept, and a logout needs it")
	}
	return id, nil
}

// checkNameID checks that the NameID names somebody of the capacity that the attributes
// show. NemLog-in does not publish the form of a transient NameID, so that one may have
// any, but must not contradict.
func (b *Broker) checkNameID(nameID string, c claims.Capacity) error {
	kind := namePerson
	if c != claims.CapacityPrivate {
		kind = nameProfessional
	}
	uuid, ok := strings.CutPrefix(nameID, kind)
	_, err := claims.ParseUUID(uuid)
	switch {
	case ok && err == nil:
		return nil
	case nameID == "" || len(nameID) > maxNameID:
		return fault.New(fault.ResponseInvalid, "the NameID is empty or too long")
	case b.cfg.TransientNameID && !strings.HasPrefix(nameID, model):
		return nil
	}
	return fault.New(fault.ClaimInvalid, "the NameID is not that of somebody with these attributes: a person's names a person, an employee's a professional")
}

// maxNameID is the length limit of a NameID in bytes (SAML Core section 8.3.7).
const maxNameID = 256
