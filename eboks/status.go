package eboks

// Status is what is known of a letter on its way. Accepted is not delivered: only
// DeliveredDigital says that the letter is in the recipient's mailbox, which is
// when it counts as arrived, read or not.
type Status uint8

// The states, in the order in which a letter passes them.
const (
	Unknown          Status = iota // a word of the distributor that no table knows; never taken for a failure
	Submitted                      // left this sender
	Accepted                       // taken in by the distributor
	Queued                         // waiting there
	AcceptedDigital                // taken in by the mailbox system
	PrintQueued                    // at the printer
	DeliveredDigital               // in the recipient's mailbox
	HandedToCarrier                // on paper, on its way
	CarrierUpdate                  // news from the carrier: returned, moved, received
	Opened                         // opened, where a wire reports it; none of ours does
	OpenedViaLink                  // the link in the letter was opened after a MitID login (package readlink)
	Returned                       // came back
	Recalled                       // withdrawn before it was delivered
	Failed                         // will not be delivered
	lastStatus
)

var statusWords = [lastStatus]string{
	"unknown", "submitted", "accepted", "queued", "accepted digital", "print queued", "delivered digital",
	"handed to carrier", "carrier update", "opened", "opened via link", "returned", "recalled", "failed",
}

// String returns the state in words.
func (s Status) String() string {
	if s >= lastStatus {
		s = Unknown
	}
	return statusWords[s]
}

// Statuses returns every state, in order.
func Statuses() []Status {
	all := make([]Status, lastStatus)
	for i := range all {
		all[i] = Status(i)
	}
	return all
}

// Final reports whether nothing more need be waited for. An opening may still
// follow a delivery, and news of the carrier a printed letter.
func (s Status) Final() bool {
	switch s {
	case DeliveredDigital, HandedToCarrier, CarrierUpdate, Opened, OpenedViaLink, Returned, Recalled, Failed:
		return true
	default:
		return false
	}
}

// Arrived reports whether the state says that the letter is, or was, in the
// recipient's digital mailbox. OpenedViaLink does not: the link may have been typed
// off paper. See [History.Arrived].
func (s Status) Arrived() bool {
	return s == DeliveredDigital || s == Opened
}
