package signing

import (
	"context"
	"iter"
	"log/slog"
	"time"
)

// Config is what New needs. Service and Verifier are required.
type Config struct {
	Service Service
	// Verifier judges signed copies, such as that of signing/criipto.
	Verifier Verifier
	// Retain is how many days the service keeps the documents after closing, 1–7. If
	// zero, 7. They are deleted as soon as the store has them.
	Retain int
	// MaxDocument bounds a document, as sent and as signed, in bytes. If zero, 20 MB
	// (20,000,000).
	MaxDocument int64
	// Allow opens the rules for documents. The zero value refuses what can look different
	// after it was signed.
	Allow Allow
	// Poll is how often Watch asks. If zero, 10 seconds.
	Poll   time.Duration
	Now    func() time.Time // if nil, time.Now
	Logger *slog.Logger     // nil if there is none
}

// Allow opens the rules for documents that are given for signing (shadow attacks on PDF
// signatures are planted before signing).
type Allow struct {
	Scripts       bool // JavaScript and other actions
	Layers        bool // optional content
	Forms         bool // form fields
	EarlierUpdate bool // incremental updates
}

// Client has documents signed through one service. It is safe for concurrent use.
type Client struct{ cfg Config }

// New, Place, PlaceAgain, Order, Complete, Watch, Cancel and Cleanup: see helper core.
type api interface {
	Place(ctx context.Context, o *Order) (*Placed, error)
	// PlaceAgain places an order of which it is not known whether an earlier Place placed
	// it. It searches for the reference first, and creates only if nothing is found.
	PlaceAgain(ctx context.Context, o *Order) (*Placed, error)
	Order(ctx context.Context, t Ticket) (*Progress, error)
	Complete(ctx context.Context, t Ticket, o *Order, store func(context.Context, *Result) error) (*Result, error)
	Watch(ctx context.Context, t Ticket, after Cursor) iter.Seq2[Event, error]
	Cancel(ctx context.Context, t Ticket) error
	Cleanup(ctx context.Context, t Ticket) error
}
