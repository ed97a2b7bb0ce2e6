package outbox

import (
	"context"
	"database/sql"
	"log/slog"
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/private"
)

// guarded makes a type print as a placeholder and refuse to marshal.
type guarded = private.Value

// Config is what New needs. DB, Dialect, Sender and Keys are required.
type Config struct {
	guarded
	// DB holds the journal, beside the application's own tables or alone. No driver comes
	// with this package; package opendb opens a database with one.
	DB      *sql.DB
	Dialect Dialect
	// Sender is the distributor. Several outboxes may share one database if the names of
	// their senders (eboks.Capabilities.Name) differ: each sends what was queued with it.
	Sender eboks.Sender
	// Keys seal what is stored of letters, 32 bytes each, newest first. The first seals,
	// and all of them open. Keep an old key as long as a letter of its time is kept. All
	// processes have the same.
	Keys [][]byte
	// InFlight is how many letters Run offers at once; if zero, 32. DB should allow a few
	// connections; SQLite writes with one of them at a time.
	InFlight int
	// Lease is how long a process has a letter in hand. When the process dies while it
	// sends, its letters wait so long before another asks for them. No attempt takes
	// longer, large letters on slow lines included. If zero, it is 30 s.
	Lease time.Duration
	// LogLag is for a distributor that does not recognise a repeated ID, and can be asked:
	// how long it must say that it does not know a letter before that is believed and the
	// letter is offered again. If zero, it is 15 minutes. If negative, it is never
	// believed, and a person decides. See eboks.RetryPolicy.LogLag.
	LogLag time.Duration
	// Retry says when the channel is paused, and when a letter is parked. Base and Max are
	// of the waits before a letter's next attempt; if zero, 1 s and 15 minutes. Offers,
	// Budget, Patience and LogLag have no meaning here.
	Retry eboks.RetryPolicy
	// ReceiptEvery is the time between two questions to the distributor about what became
	// of letters; if zero, a minute.
	ReceiptEvery time.Duration
	// ReceiptWithin is the time within which a letter has an end, as agreed with the
	// distributor. After it, the letter is overdue: Alarm is called once. If zero, it is
	// 24 hours.
	ReceiptWithin time.Duration
	// KeepContent is how long what a letter says is kept after the distributor has taken
	// it in, or it was refused for good or given up. If zero, it is kept until Erase.
	KeepContent time.Duration
	// LookEvery is how often Run looks for letters that another process has queued; if
	// zero, a second.
	LookEvery time.Duration
	// Grace is how long letters on their way may take to end when Run is told to stop; if
	// zero, 8 s.
	Grace time.Duration
	// Changed is called with what has become of a letter, after it is stored, by Run, Step
	// and Receive. A crash can lose the call: Letter has the truth. It should be quick. If
	// nil, nothing is called.
	Changed func(context.Context, Record)
	// Alarm is called for what a person must look at, as eboks.Config.Alarm; once for a
	// pause of the channel, whichever process found it. If nil, the Logger gets it at
	// level Error.
	Alarm  func(context.Context, *eboks.Error)
	Now    func() time.Time // if nil, time.Now
	Logger *slog.Logger     // nil if there is none
}

// withDefaults fills in what is zero.
func (cfg Config) withDefaults() (Config, error) {
	invalid := func(why string) error {
		return &eboks.Error{Kind: eboks.ConfigInvalid, Op: "new", Why: why, Then: eboks.Stop}
	}
	switch {
	case cfg.DB == nil:
		return cfg, invalid("DB is missing; open one with package opendb")
	case cfg.Dialect == 0 || cfg.Dialect >= lastDialect:
		return cfg, invalid("Dialect is missing; it is SQLite or PostgreSQL")
	case cfg.Sender == nil:
		return cfg, invalid("Sender is missing; make one with an adapter such as eboks/stralfors")
	case len(cfg.Keys) == 0 || slices.ContainsFunc(cfg.Keys, func(k []byte) bool { return len(k) != eboks.KeySize }):
		return cfg, invalid("Keys needs at least one key, and each must have 32 bytes")
	case cfg.InFlight < 0 || cfg.Lease < 0 || cfg.ReceiptEvery < 0 || cfg.ReceiptWithin < 0 || cfg.KeepContent < 0 || cfg.LookEvery < 0 || cfg.Grace < 0:
		return cfg, invalid("a number or a time is negative")
	}
	if cfg.InFlight == 0 {
		cfg.InFlight = 32
	}
	for _, d := range []struct {
		of  *time.Duration
		def time.Duration
	}{
		{&cfg.Lease, 30 * time.Second}, {&cfg.LogLag, 15 * time.Minute}, {&cfg.ReceiptEvery, time.Minute}, {&cfg.ReceiptWithin, 24 * time.Hour},
		{&cfg.LookEvery, time.Second}, {&cfg.Grace, 8 * time.Second}, {&cfg.Retry.Base, time.Second}, {&cfg.Retry.Max, 15 * time.Minute},
		{&cfg.Retry.Pause, 30 * time.Second},
	} {
		if *d.of == 0 {
			*d.of = d.def
		}
	}
	cfg.LogLag = max(cfg.LogLag, 0)
	if cfg.LogLag > 0 && cfg.LogLag < cfg.Lease {
		return cfg, invalid("LogLag is shorter than Lease: an attempt that still runs could be taken for lost")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg, nil
}
