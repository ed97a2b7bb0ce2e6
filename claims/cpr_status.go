package claims

import "errors"

// CPRStatus is the civil status of a person in CPR, by its two-digit code. The zero
// value means that the broker did not say. A code without a constant is kept too; see
// Known.
type CPRStatus uint8

// The codes of the CPR Office. A high road code (9900 and up) means that the person has
// no fixed address.
const (
	StatusNotTold           CPRStatus = 0
	StatusResident          CPRStatus = 1  // lives in Denmark
	StatusResidentHighRoad  CPRStatus = 3  // lives in Denmark, with a high road code
	StatusGreenland         CPRStatus = 5  // lives in Greenland
	StatusGreenlandHighRoad CPRStatus = 7  // lives in Greenland, with a high road code
	StatusAdministrative    CPRStatus = 20 // has a number for tax and the like, and is no resident
	StatusCancelled         CPRStatus = 30 // the number was annulled
	StatusDeleted           CPRStatus = 50 // the number was deleted, such as a double one
	StatusChanged           CPRStatus = 60 // the person has got another number
	StatusMissing           CPRStatus = 70 // nobody knows where the person is
	StatusEmigrated         CPRStatus = 80
	StatusDead              CPRStatus = 90
)

// ErrCPRStatus says that a text is no code of a civil status.
var ErrCPRStatus = errors.New("claims: a civil status has a code of two digits")

// ParseCPRStatus reads a code: exactly two ASCII digits that are not 00.
func ParseCPRStatus(code string) (CPRStatus, error) {
	n, ok := number(code, 2)
	if !ok {
		return StatusNotTold, ErrCPRStatus
	}
	return CPRStatus(n), nil
}

// Known reports whether s is one of the constants except StatusNotTold.
func (s CPRStatus) Known() bool {
	switch s {
	case StatusResident, StatusResidentHighRoad, StatusGreenland, StatusGreenlandHighRoad,
		StatusAdministrative, StatusCancelled, StatusDeleted, StatusChanged, StatusMissing,
		StatusEmigrated, StatusDead:
		return true
	}
	return false
}

// Code returns the two digits; the empty text for StatusNotTold.
func (s CPRStatus) Code() string { return digits(uint64(s%100), 2) }

// String returns the status in words.
func (s CPRStatus) String() string {
	switch s {
	case StatusNotTold:
		return "not told"
	case StatusResident:
		return "resident"
	case StatusResidentHighRoad:
		return "resident with a high road code"
	case StatusGreenland:
		return "resident in Greenland"
	case StatusGreenlandHighRoad:
		return "resident in Greenland with a high road code"
	case StatusAdministrative:
		return "administrative"
	case StatusCancelled:
		return "cancelled"
	case StatusDeleted:
		return "deleted"
	case StatusChanged:
		return "changed"
	case StatusMissing:
		return "missing"
	case StatusEmigrated:
		return "emigrated"
	case StatusDead:
		return "dead"
	}
	return "unknown code " + s.Code()
}

// MarshalText writes the code; nothing for StatusNotTold.
func (s CPRStatus) MarshalText() ([]byte, error) {
	if s > 99 {
		return nil, ErrCPRStatus
	}
	return []byte(s.Code()), nil
}

// UnmarshalText reads what ParseCPRStatus reads, and the empty text as
// StatusNotTold.
func (s *CPRStatus) UnmarshalText(text []byte) error {
	v, err := parseOptional(text, ParseCPRStatus)
	if err == nil {
		*s = v
	}
	return err
}
