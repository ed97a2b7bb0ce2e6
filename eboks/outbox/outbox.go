package outbox

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"math/big"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/seal"
)

// Outbox is a journal of letters, and what sends them. It is safe for concurrent use,
// and any number of them, in any number of processes, may work on one database.
type Outbox struct {
	guarded
	cfg     Config
	client  *eboks.Client
	name    string // of the sender
	owner   string // of letters in hand; random, and so never somebody else's
	began   time.Time
	letters *seal.Box // seals what a letter says
	files   *seal.Box // seals documents
	keys    []string  // names of Config.Keys, the newest first
	wake    chan struct{}
	turn    atomic.Uint64 // counts owners
	keyless atomic.Bool   // somebody was told of letters whose key is missing
	claims  *group[wanted, claimed]
	ends    *group[worked, worked]
	road    road

	preparing sync.Mutex
	prepared  prepared
	tel       *telemetry
}

// New returns an outbox. It does no I/O: call [Outbox.Migrate] before anything else.
func New(cfg Config) (*Outbox, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	o := &Outbox{cfg: cfg, name: cfg.Sender.Capabilities().Name, owner: rand.Text(), began: cfg.Now(), wake: make(chan struct{}, 1)}
	if o.letters, err = seal.New("outbox letter", cfg.Keys); err != nil {
		return nil, err
	}
	if o.files, err = seal.New("outbox document", cfg.Keys); err != nil {
		return nil, err
	}
	o.keys = o.letters.Marks("name of the key")
	digests := make([][]byte, len(cfg.Keys))
	for i, k := range cfg.Keys {
		if digests[i], err = hkdf.Expand(sha256.New, k, "dkeid outbox digest of letters", eboks.KeySize); err != nil {
			return nil, err
		}
	}
	policy := cfg.Retry
	policy.LogLag = cfg.LogLag
	o.client, err = eboks.New(eboks.Config{
		Sender: cfg.Sender, Ledger: ledger{o}, Keys: digests, Lease: cfg.Lease, Retry: policy, InFlight: cfg.InFlight,
		ReceiptWithin: cfg.ReceiptWithin, Alarm: o.alarm, Now: cfg.Now, Logger: cfg.Logger,
	})
	if err != nil {
		return nil, err
	}
	o.claims = newGroup(o.claim, maxGroup)
	o.ends = newGroup(o.settle, maxGroup)
	o.tel = newTelemetry(o)
	return o, nil
}

// Client returns the client that sends the letters, for Lookup, Recall and
// Capabilities. Its ledger is the journal.
func (o *Outbox) Client() *eboks.Client { return o.client }

// Lease returns how long a letter is in somebody's hand, for those who drive the steps
// themselves: Config.Lease, or its default.
func (o *Outbox) Lease() time.Duration { return o.cfg.Lease }

// Wake tells Run of this process that a letter was queued. Call it after the commit. It
// never waits.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// now is the time of day. It has no monotonic part, which stands still while a machine
// sleeps.
func (o *Outbox) now() time.Time { return o.cfg.Now().Round(0).UTC() }

// randomUpTo is a random time of at most d.
func randomUpTo(d time.Duration) time.Duration {
	n, _ := rand.Int(rand.Reader, big.NewInt(int64(d)+1)) // never fails (crypto/rand)
	return time.Duration(n.Int64())
}

// fail is an error of this package, in the words of eboks.
func fail(op string, id eboks.ID, e *eboks.Error) *eboks.Error {
	e.Op, e.ID = op, id
	return e
}

// storeFailed is the error for a database that does not do what it should.
func storeFailed(op string, id eboks.ID, err error, why string) *eboks.Error {
	return fail(op, id, &eboks.Error{Kind: eboks.StoreFailed, Why: why, Err: closed(err), Then: eboks.Decide})
}

// closed keeps a database's words out of a text: they can repeat what was written.
// errors.Is and errors.As see what is behind it.
func closed(err error) error {
	switch err {
	case nil, context.Canceled, context.DeadlineExceeded:
		return err
	}
	return &storeError{err}
}

type storeError struct{ err error }

func (e *storeError) Error() string { return "the database failed" }
func (e *storeError) Unwrap() error { return e.err }

// LogValue keeps a handler from looking at the cause.
func (e *storeError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
