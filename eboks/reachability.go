package eboks

// Reachability is what a distributor says of a recipient and a material. It is
// advice: a letter to a Reachable recipient can still be refused.
type Reachability uint8

// The answers. The zero value is no answer.
const (
	ReachabilityUnknown Reachability = iota
	Reachable
	NotRegistered // no mailbox
	NotSubscribed // a mailbox, but not for this material
	Exempt        // exempted from digital post
	Minor
	Deceased // never printed either
	InvalidNumber
	lastReachability
)

var reachabilityWords = [lastReachability]string{
	"unknown", "reachable", "not registered", "not subscribed", "exempt", "minor", "deceased", "invalid number",
}

// String returns the answer in words.
func (r Reachability) String() string {
	if r >= lastReachability {
		r = ReachabilityUnknown
	}
	return reachabilityWords[r]
}
