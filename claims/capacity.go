package claims

import "errors"

// Capacity is the capacity in which a person logged in, and in mitid.Request the
// capacity in which they are asked to.
type Capacity uint8

// The capacities. The same human has another Subject and another UUID in each of
// them; do not link them.
const (
	CapacityUnknown      Capacity = iota // in a request: CapacityPrivate
	CapacityPrivate                      // a person who acts for themself
	CapacityProfessional                 // an employee of an organisation (MitID Erhverv); in a request: a signatory too
	CapacitySignatory                    // a person who acts for a company they may bind, with their own MitID; not for requests
	CapacityEither                       // in requests alone: the person chooses
)

// ErrCapacity says that a text names no capacity.
var ErrCapacity = errors.New("claims: not a capacity")

// capacities are the names of the capacities that a login can have.
var capacities = [...]string{"unknown", "private", "professional", "signatory"}

// Takes reports whether a login in the capacity got answers a request for c. A request
// for CapacityUnknown is one for CapacityPrivate. Both employees and signatories answer
// a request for CapacityProfessional.
func (c Capacity) Takes(got Capacity) bool {
	switch got {
	case CapacityPrivate:
		return c == CapacityUnknown || c == CapacityPrivate || c == CapacityEither
	case CapacityProfessional, CapacitySignatory:
		return c == CapacityProfessional || c == CapacityEither
	}
	return false
}

// String returns private, professional, signatory or unknown.
func (c Capacity) String() string { return nameOf(c, capacities[:]) }

// MarshalText writes what String returns; nothing for CapacityUnknown.
func (c Capacity) MarshalText() ([]byte, error) { return marshalName(c, capacities[:], ErrCapacity) }

// UnmarshalText reads what MarshalText writes.
func (c *Capacity) UnmarshalText(text []byte) error {
	return unmarshalName(c, text, capacities[:], ErrCapacity)
}
