package eboks

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Client sends letters through one distributor and follows them. It is safe for
// concurrent use; one for each agreement is enough for a whole program.
type Client struct {
	guarded
	sender Sender
	can    Capabilities
	ledger Ledger
	keys   []key  // newest first
	owner  string // in the ledger; a call adds a part of its own
	cfg    Config
	way    *channel

	buffers *sync.Pool
	deaf    atomic.Bool // the distributor cannot be asked, and somebody was told
	stuckAt *Cursor     // where events could not be read; guarded by way.mu
}

// measureBuffer is how much of a document is read at once.
const measureBuffer = 64 << 10

// New returns a Client. It does no I/O. The error is ErrConfigInvalid.
func New(cfg Config) (*Client, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	c := &Client{
		sender: cfg.Sender, can: cfg.Sender.Capabilities(), ledger: cfg.Ledger, owner: randomHex(8), cfg: cfg,
		way:     newChannel(cfg.Retry, cfg.Now),
		buffers: &sync.Pool{New: func() any { b := make([]byte, measureBuffer); return &b }},
	}
	for _, k := range cfg.Keys {
		c.keys = append(c.keys, newKey(k))
	}
	c.cfg.Keys = nil
	return c, nil
}

// Capabilities says what the distributor behind this Client can do.
func (c *Client) Capabilities() Capabilities { return c.sender.Capabilities() }

func (c *Client) now() time.Time { return c.cfg.Now().UTC() }

// refuse makes err an *Error of the operation op about letter id.
func (c *Client) refuse(op string, id ID, err error) *Error {
	e, ok := asError(err)
	switch {
	case ok:
		copied := *e
		e = &copied
	case errors.Is(err, context.Canceled):
		e = &Error{Kind: OutcomeUnknown, Err: context.Canceled}
	case errors.Is(err, context.DeadlineExceeded):
		e = &Error{Kind: OutcomeUnknown, Err: context.DeadlineExceeded}
	default:
		// Its text may hold anything.
		e = &Error{Kind: OutcomeUnknown, Why: "the adapter returned an error without a kind"}
	}
	e.Op, e.ID = op, id
	if op != opSend && e.Then == Ask { // there is no letter to ask for
		e.Then = e.Kind.question()
	}
	if e.Sender == "" {
		e.Sender = c.can.Name
	}
	if e.Why == "" && e.Err == nil {
		e.Why = e.Kind.why()
	}
	return e
}

// alarm tells a person.
func (c *Client) alarm(ctx context.Context, e *Error) {
	if c.cfg.Alarm == nil {
		c.cfg.Logger.LogAttrs(ctx, slog.LevelError, "eboks: look at this", slog.Any("error", e))
		return
	}
	c.cfg.Alarm(context.WithoutCancel(ctx), e)
}
