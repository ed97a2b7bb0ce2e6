package signing

import (
	"context"
	"io"
)

// Service is the seam between a Client and a signing service. An adapter implements it
// and translates, no more. All methods may be called concurrently.
//
// Errors are [*Error] with a Kind. What an adapter does not understand is an unknown
// state or an error, never a success. A call that may have had its effect although no
// answer came is OutcomeUnknown.
type Service interface {
	// Capabilities says what this service can do. It does no I/O and is the same at
	// every call.
	Capabilities() Capabilities
	// CreateOrder places the order once. The Client has checked o, and d holds the
	// SHA-256 of each document; the adapter sends exactly these bytes or returns
	// InputInvalid. Ticket.PlacedAt, Service and SHA256 are filled in by the Client, and
	// Reference where it is empty. Unavailable and Throttled mean that the service
	// certainly has no order.
	CreateOrder(ctx context.Context, o *Order, d []Digest) (*Placed, error)
	// Order returns the state of an order now, deleted signatories included. NotFound if
	// the service has none.
	Order(ctx context.Context, id ID) (*Progress, error)
	// Close ends signing and keeps the documents for that many days, 1–7. The Client
	// calls it once, and reads the order before it calls it again.
	Close(ctx context.Context, id ID, days int) error
	// Fetch writes the signed document to w, as it is now. DocumentPending if it is not
	// there or did not come whole; what was written then is of no use.
	Fetch(ctx context.Context, id, document ID, w io.Writer) error
	// Cancel ends an open order. Nobody can sign it any more, and nothing of it is kept.
	Cancel(ctx context.Context, id ID) error
	// Cleanup deletes everything that the service keeps of the order. Again is no error.
	Cleanup(ctx context.Context, id ID) error
}

// A Finder is a Service that can look for orders by [Order.Reference]. The Client finds it
// by type assertion.
type Finder interface {
	// Find returns every order with that reference, of any state. It reads all pages.
	// References are as the service tells them, and documents and signatories are in the
	// order of o. Ticket.PlacedAt, Service and SHA256 are filled in by the Client, from
	// Progress.Created, which a Finder always tells.
	Find(ctx context.Context, o *Order) ([]*Placed, error)
}

// Capabilities says what a service can do, as configured. What is not set is refused by
// the Client with ErrUnsupported.
type Capabilities struct {
	Name        string // of the adapter, such as "criipto"
	Links       bool   // Placed has links that can be sent to people
	Find        bool   // Finder
	Cancel      bool   // Cancel works
	Cleanup     bool   // Cleanup works; if not, the service deletes nothing on request
	Retention   int    // the most days that Close can keep documents; if zero, it keeps them by itself
	Documents   int    // how many documents an order may have; if zero, 10
	Signatories int    // how many signatories an order may have; if zero, 14
	MaxDocument int64  // bytes of one document; if zero, no limit beside Config.MaxDocument
	UUID        bool   // Who.UUID can be demanded
	Subject     bool   // Who.Subject can be demanded
	CPR         bool   // Who.CPR can be demanded
	Sequence    bool   // Signatory.Sequence
	Roles       bool   // Approver and Viewer
	Scoped      bool   // Signatory.Documents
	ReturnURL   bool
	Expires     bool
}
