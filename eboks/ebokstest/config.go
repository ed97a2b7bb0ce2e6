package ebokstest

import (
	"errors"
	"io"
	"time"
)

// Config configures a fake. The zero value is useful.
type Config struct {
	// Addr is the loopback address of the wire, which speaks TLS. If empty, it is 127.0.0.1
	// and a free port.
	Addr string
	// PageAddr is the loopback address of the mailbox page, in plain HTTP, because
	// a browser has no client certificate. If empty, it is 127.0.0.1 and a free port.
	PageAddr string
	// DigestsOnly keeps size and SHA-256 of each document and not the document:
	// for bulk. The zero value keeps documents, and memory grows with them.
	DigestsOnly bool
	// Inspect, if set, reads each document while it arrives, perhaps not to its
	// end. The letter may still be refused after that. It is called by the
	// goroutine of the request: by several at once.
	Inspect func(l Letter, document io.Reader)
	// Now is the clock that Distributor.Advance moves. If nil, it is time.Now.
	Now func() time.Time
	// Mailboxes are there from the start. If nil, those of People; an empty list
	// starts without any.
	Mailboxes []Mailbox
	// Settings are the distributor's, at start. Distributor.Configure changes them.
	Settings Settings
}

// Settings are what a distributor decides. The zero value is how the fake
// behaves when nothing is said.
type Settings struct {
	// AnyRecipient means that everybody has a mailbox. Otherwise only those who were added.
	AnyRecipient bool
	// Ready, Taken and Delivered are how long after it was accepted, or after its
	// not-before, a letter is ready, taken in by the mailbox system (or the
	// printer), and in the mailbox (or with the carrier). If zero, they are 1, 2 and 5 minutes.
	// They hold for letters that arrive after the change.
	Ready, Taken, Delivered time.Duration
	// RefuseCertificate means that the client certificate is no longer welcome. It holds for
	// connections made after the change.
	RefuseCertificate bool

	// RefuseAtOnce answers 400 where a digital letter cannot reach its recipient.
	// Otherwise the letter is accepted, and fails in the log. Strålfors only.
	RefuseAtOnce bool
	// AnswerBody answers 200 and a ForsendelseO instead of 204. Strålfors only.
	AnswerBody bool
	// StatusUUIDs writes states in the log as UUID instead of by name. Strålfors
	// only.
	StatusUUIDs bool
	// LocalTimes writes times in the log as Danish time without a zone. Strålfors
	// only.
	LocalTimes bool

	// Repeated419 answers a repeated id with 419 instead of 409. PostNord only.
	Repeated419 bool
	// NoPostProcessing leaves letters to people without a mailbox alone, instead
	// of turning them into paper. PostNord only.
	NoPostProcessing bool
	// LookupJSON answers look-ups in JSON instead of XML. PostNord only.
	LookupJSON bool
}

// The times of a letter's course where Settings has zeros.
const (
	DefaultReady     = time.Minute
	DefaultTaken     = 2 * time.Minute
	DefaultDelivered = 5 * time.Minute
)

func (s Settings) defaults() Settings {
	for _, d := range []struct {
		at   *time.Duration
		zero time.Duration
	}{{&s.Ready, DefaultReady}, {&s.Taken, DefaultTaken}, {&s.Delivered, DefaultDelivered}} {
		if *d.at <= 0 {
			*d.at = d.zero
		}
	}
	return s
}

// TB is what a fake needs of a test: *testing.T, *testing.B and *testing.F have it.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// NewStralfors starts a fake Strålfors Connect and stops it when the test ends.
func NewStralfors(tb TB) *Distributor {
	tb.Helper()
	return New(tb, Stralfors, Config{})
}

// NewPostNord starts a fake e-Boks Dispatch and stops it when the test ends.
func NewPostNord(tb TB) *Distributor {
	tb.Helper()
	return New(tb, PostNord, Config{})
}

// New starts a fake of a dialect and stops it when the test ends.
func New(tb TB, d Dialect, cfg Config) *Distributor {
	tb.Helper()
	f, err := Start(d, cfg)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	f.complain = func(why string) { tb.Helper(); tb.Errorf("ebokstest: %s", why) }
	tb.Cleanup(func() { _ = f.Close() })
	return f
}

// Start starts a fake of a dialect, for commands. It fails when an address is
// not on loopback or is taken. Close stops it.
func Start(d Dialect, cfg Config) (*Distributor, error) {
	if d >= lastDialect {
		return nil, errors.New("ebokstest: there is no such dialect")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	f := newDistributor(d, cfg)
	if err := f.listen(); err != nil {
		return nil, err
	}
	return f, nil
}
