package ebokstest

import "github.com/dkeid/dkeid/eboks"

// The fake's error codes. Strålfors' own list is not public: these are made up.
const (
	CodeValidation    = "1001"
	CodeTooLarge      = "1002"
	CodeUnknownLetter = "1404"
	CodeRepeated      = "1409"
	CodeNotRegistered = "2001"
	CodeExempt        = "2002"
	CodeMinor         = "2003"
	CodeDeceased      = "2004"
	CodeNotSubscribed = "2005"
	CodeInvalidNumber = "2006"
	CodeUnknownType   = "3001"
)

// Code is what one of the fake's error codes means.
type Code struct {
	Kind         eboks.Kind
	Reachability eboks.Reachability // with RecipientUnreachable
}

// Codes returns the fake's error codes with what they mean, to fill an adapter's
// table of codes from.
func Codes() map[string]Code {
	unreachable := func(r eboks.Reachability) Code { return Code{eboks.RecipientUnreachable, r} }
	return map[string]Code{
		CodeValidation:    {Kind: eboks.Rejected},
		CodeTooLarge:      {Kind: eboks.Rejected},
		CodeUnknownLetter: {Kind: eboks.Rejected},
		CodeRepeated:      {Kind: eboks.AlreadyAccepted},
		CodeNotRegistered: unreachable(eboks.NotRegistered),
		CodeExempt:        unreachable(eboks.Exempt),
		CodeMinor:         unreachable(eboks.Minor),
		CodeDeceased:      unreachable(eboks.Deceased),
		CodeNotSubscribed: unreachable(eboks.NotSubscribed),
		CodeInvalidNumber: unreachable(eboks.InvalidNumber),
		CodeUnknownType:   {Kind: eboks.ConfigInvalid},
	}
}
