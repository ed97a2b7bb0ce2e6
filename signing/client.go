package signing

import (
	"log/slog"
	"time"
)

// Config is what New needs. Service is required.
type Config struct {
	guarded
	Service Service
	// Verifier judges signed copies. If nil, it is the Service's own (Judge), which judges the file by
	// package pades and holds the evidence in it against the order.
	Verifier Verifier
	// Retain is how many days the service keeps the documents after closing, 1–7. If
	// zero, 7, or fewer where the service cannot. They are deleted as soon as the store
	// has them.
	Retain int
	// MaxDocument bounds a document that is sent, in bytes. If zero, 20 MB (20,000,000).
	// The signed copy may be twice as large and 16 MB more, because of what the service
	// adds.
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
	Attachments   bool // embedded files
	EarlierUpdate bool // incremental updates
}

// The defaults of Config.
const (
	defaultRetain      = 7
	defaultMaxDocument = 20_000_000
	defaultPoll        = 10 * time.Second
	maxRetain          = 7 // days; the most that Criipto keeps documents after closing
)

// Client has documents signed through one service. It is safe for concurrent use; one
// for each agreement is enough for a whole program.
type Client struct {
	guarded
	cfg    Config
	can    Capabilities
	finder Finder // nil if the service cannot search
}

// New returns a Client. It does no I/O. The error is ErrConfigInvalid and names the
// field.
func New(cfg Config) (*Client, error) {
	invalid := func(why string) (*Client, error) {
		return nil, &Error{Kind: ConfigInvalid, Op: "new", Why: why}
	}
	if j, ok := cfg.Service.(Judge); ok && cfg.Verifier == nil {
		cfg.Verifier = j.Verifier()
	}
	switch {
	case cfg.Service == nil:
		return invalid("Service is missing; make one with an adapter such as signing/criipto")
	case cfg.Verifier == nil:
		return invalid("Verifier is missing, and the Service has none: set what the adapter needs for its own, such as criipto.Config.Verify")
	case cfg.Retain < 0 || cfg.Retain > maxRetain:
		return invalid("Retain must be 1 to 7 days")
	case cfg.MaxDocument < 0:
		return invalid("MaxDocument is negative")
	case cfg.MaxDocument > 1<<30:
		return invalid("MaxDocument is over 1 GiB; documents are held in memory")
	case cfg.Poll < 0:
		return invalid("Poll is negative")
	}
	can := cfg.Service.Capabilities()
	switch {
	case can.Name == "":
		return invalid("Service has no name in its Capabilities")
	case can.Retention > 0 && cfg.Retain > can.Retention:
		return invalid("Retain is more than this service keeps documents (Capabilities.Retention)")
	}
	if cfg.Retain == 0 {
		cfg.Retain = defaultRetain
		if can.Retention > 0 {
			cfg.Retain = min(defaultRetain, can.Retention)
		}
	}
	if cfg.MaxDocument == 0 {
		cfg.MaxDocument = defaultMaxDocument
	}
	if can.MaxDocument > 0 {
		cfg.MaxDocument = min(cfg.MaxDocument, can.MaxDocument)
	}
	if cfg.Poll == 0 {
		cfg.Poll = defaultPoll
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Client{cfg: cfg, can: can}
	if can.Find {
		c.finder, _ = cfg.Service.(Finder)
	}
	return c, nil
}

// Capabilities says what the service behind this Client can do.
func (c *Client) Capabilities() Capabilities { return c.can }

// now is the time in UTC, without the reading of a monotonic clock that a Ticket would
// lose in JSON.
func (c *Client) now() time.Time { return c.cfg.Now().UTC().Round(0) }
