package signing

// Event is a hint that something happened to an order, and the order as it was read
// afterwards. It prints by its ids alone.
type Event struct {
	Order     ID
	Signatory ID   // empty if it concerns the order
	Kind      What // what happened
	// Progress is the order as the service told it after the event. Decide by it and not
	// by Kind: hints can be late, doubled and out of order.
	Progress *Progress
	Cursor   Cursor // of Client.Watch; empty in a webhook
}

// What is what happened.
type What uint8

// What can happen. The zero value is a word that this package does not know.
const (
	Unrecognised What = iota
	LinkOpened
	DocumentRead
	Signed
	Approved
	Rejected
	SignFailed
	AllSigned
	Expired
	Cancelled
	Closed
	Changed // something that Watch cannot name
)

// Cursor is a place in [Client.Watch]. It is opaque, holds nothing personal, and the zero
// Cursor is the beginning. Store it when an event is handled.
type Cursor string
