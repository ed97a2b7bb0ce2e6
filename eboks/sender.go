package eboks

import (
	"context"
	"slices"
	"time"
)

// Sender is the seam between a Client and a distributor. An adapter implements it
// and translates, no more: validation, idempotency, retries and pauses are the
// Client's. All methods may be called concurrently.
//
// Errors are [*Error] with a Kind. What an adapter does not understand is
// OutcomeUnknown, never a success and never a failure.
type Sender interface {
	// Send offers the letter once. The Client has validated l and measured its
	// documents; l and what it points to must not be changed or kept.
	//
	// Error.Then says what the adapter knows: Retry and Stop where it is certain that
	// the distributor does not have the letter, and nowhere else; Decide where the
	// distributor refuses the letter and may have it all the same; otherwise Ask, which
	// is what it is when nothing is said. AlreadyAccepted says that the distributor has
	// a letter under this ID; the Client decides what that means.
	Send(ctx context.Context, l *Letter) (*Receipt, error)
	// Capabilities says what this distributor can do. It does no I/O, and is the same
	// at every call but for CertificateExpires and Certificate.
	Capabilities() Capabilities
}

// StatusReader is a Sender that can be asked about one letter.
type StatusReader interface {
	// ReadStatus returns the events of the letter, in any order; none when the
	// distributor does not know the letter. One that cannot be read is an Event that is
	// Unread.
	ReadStatus(ctx context.Context, id ID) ([]Event, error)
}

// Lookup is a Sender that can be asked whether a recipient can receive a material.
type Lookup interface {
	Lookup(ctx context.Context, to Recipient, m Material) (Reachability, error)
}

// EventReader is a Sender whose events can be read one after the other.
type EventReader interface {
	// ReadEvents returns the events after the cursor, oldest first, each with its
	// own Cursor: a page of them, or none when there are no more now. An entry that
	// cannot be read is an Event that is Unread, in its place and with its Cursor, so that
	// nothing waits behind it. If not even its Cursor can be read, it has that of the
	// entry before it; a page on which no Cursor can be read is an error, with no event.
	ReadEvents(ctx context.Context, after Cursor) ([]Event, error)
}

// Recaller is a Sender that can ask for a letter back.
type Recaller interface {
	Recall(ctx context.Context, id ID) (*Recall, error)
}

// Result is what became of one letter of many: a receipt or an error.
type Result struct {
	ID      ID
	Receipt *Receipt
	Err     error
}

// Capabilities says what a distributor can do, as configured. What is not set
// is refused by the Client with [ErrUnsupported].
type Capabilities struct {
	Name string // of the adapter, such as "stralfors"
	// Dedupes means that a repeated ID is recognised and never becomes a second letter, so
	// that a letter with an unknown outcome may be offered again.
	Dedupes   bool
	Status    bool // StatusReader
	Lookup    bool // Lookup
	Events    bool // EventReader
	Recall    bool // Recaller
	Print     bool // Channel may allow print
	NotBefore bool
	Reply     bool
	// Ends are states after which this wire tells no more of a letter, beside those
	// that are [Status.Final]: where nobody reports delivery, there is none to wait for.
	Ends   []Status
	Limits Limits
	// CertificateExpires is the end of the client certificate, where the adapter
	// can see it; zero if unknown.
	CertificateExpires time.Time
	// Certificate is the hex SHA-256 of the client certificate in use (its DER), where the
	// adapter can see it; empty if unknown. It changes when the certificate is exchanged.
	Certificate string
}

// Final reports whether nothing more need be waited for on this wire.
func (c Capabilities) Final(s Status) bool { return s.Final() || slices.Contains(c.Ends, s) }

// Limits bound a letter. Zero means the default of this package, except for
// Attachments, where it means none.
type Limits struct {
	Title       int   // characters; if zero, 255
	Attachments int   // how many
	File        int64 // bytes of one document, before base64; if zero, 10 MB (10,000,000)
	Total       int64 // bytes of all documents, before base64; if zero, 10 MB
	Encoded     int64 // bytes of all documents as base64; if zero, no further limit
	PrintTotal  int64 // bytes of all documents when print may happen, before base64; if zero, 7 MiB
}
