package claims

import "errors"

// Capacity says in what capacity somebody logged in, and in mitid.Request in what
// capacity they are asked to.
type Capacity uint8

// The capacities. The same human has another Subject and another UUID in each of
// them; do not link them.
const (
	CapacityUnknown      Capacity = iota // in a request: CapacityPrivate
	CapacityPrivate                      // a person, for themself
	CapacityProfessional                 // an employee of an organisation (MitID Erhverv); in a request: a signatory too
	CapacitySignatory                    // a person who acts for a company they may bind, with their own MitID; not for requests
	CapacityEither                       // in requests alone: the person chooses
)

// ErrCapacity says that a text names no capacity.
var ErrCapacity = errors.New("claims: not a capacity")

// capacities are the names of those that somebody can have.
var capacities = [...]string{"unknown", "private", "professional", "signatory"}

// Takes reports whether a request for c is answered by a login in the capacity got.
// A request for CapacityUnknown is one for CapacityPrivate. Who acts for an
// organisation as its employee or its signatory is professional.
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
