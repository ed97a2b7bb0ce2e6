package ebokstest

import (
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

	complains func(why string) // to the test that owns this fake
}

// Settings are what every distributor decides. The zero value is how the fake
// behaves when nothing is said. The package of a dialect adds its own.
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

	// NoContinue means that the server knows no 100-continue: it waits for the body and
	// says nothing.
	NoContinue bool
	// CloseEach ends the connection after each answer.
	CloseEach bool
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

// New starts a fake and stops it when the test ends. start is the function Start of a
// dialect's package.
func New[F Fake](tb TB, start func(Config) (F, error), cfg Config) F {
	tb.Helper()
	cfg.complains = func(why string) { tb.Helper(); tb.Errorf("ebokstest: %s", why) }
	fake, err := start(cfg)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	tb.Cleanup(func() { _ = fake.Close() })
	return fake
}

// Engines returns start as a function that returns the Distributor inside, for programs
// that choose among dialects.
func Engines[F Fake](start func(Config) (F, error)) func(Config) (*Distributor, error) {
	return func(cfg Config) (*Distributor, error) {
		fake, err := start(cfg)
		if err != nil {
			return nil, err
		}
		return fake.Engine(), nil
	}
}

// Start starts a fake. It calls speak once, before the fake listens, and speak returns
// the dialect, which keeps the Distributor. Start fails when an address is not on
// loopback or is taken. Close stops the fake.
func Start[D Dialect](cfg Config, speak func(*Distributor) D) (*Distributor, D, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.complains == nil {
		cfg.complains = func(string) {}
	}
	d := newDistributor(cfg)
	dialect := speak(d)
	d.dialect, d.profile = dialect, dialect.Profile()
	if err := d.listen(); err != nil {
		return nil, dialect, err
	}
	return d, dialect, nil
}
