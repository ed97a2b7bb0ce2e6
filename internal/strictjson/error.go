package strictjson

// Reason says why a text was refused.
type Reason uint8

// The reasons.
const (
	_         Reason = iota
	Syntax           // not JSON, or not UTF-8
	Duplicate        // a member is named twice in one object
	Trailing         // something follows the value
	TooDeep          // more than MaxDepth levels
	WrongType        // a value does not fit the Go type it is for
	NameCase         // a member differs from a known one by letter case alone
	lastReason
)

var reasonTexts = [lastReason]string{
	"unknown reason", "malformed", "a member is named twice", "data after the value",
	"nested too deeply", "a value of the wrong type", "a known member in another letter case",
}

// String returns the reason in words.
func (r Reason) String() string {
	if r >= lastReason {
		r = 0
	}
	return reasonTexts[r]
}

// Error is every error of this package. It holds nothing of the input.
type Error struct{ Reason Reason }

func (e *Error) Error() string { return "json: " + e.Reason.String() }
