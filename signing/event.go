package signing

import (
	"fmt"
	"log/slog"
)

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

var whatWords = [...]string{
	"unrecognised", "link opened", "document read", "signed", "approved", "rejected", "sign failed", "all signed", "expired",
	"cancelled", "closed", "changed",
}

// String returns what happened in words, such as "all signed".
func (w What) String() string { return wordOf(whatWords[:], int(w)) }

// String names the event and its ids.
func (e Event) String() string {
	s := e.Kind.String() + " order=" + string(e.Order)
	if e.Signatory != "" {
		s += " signatory=" + string(e.Signatory)
	}
	return s
}

// Format writes String under every verb.
func (e Event) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(e.String())) }

// LogValue gives the event and its ids.
func (e Event) LogValue() slog.Value {
	return slog.GroupValue(slog.String("what", e.Kind.String()), slog.String("order", string(e.Order)), slog.String("signatory", string(e.Signatory)))
}
