package eboks

import (
	"context"
	"crypto/rand"
	"log/slog"
	"slices"
	"time"
)

// KeySize is the length of each of Config.Keys in bytes.
const KeySize = 32

// Config is what New needs. Sender is required.
type Config struct {
	guarded
	Sender Sender
	// Ledger remembers which letters were sent. If nil, it is in memory ([NewMemoryLedger]),
	// which forgets when the process ends. In production use one that does not.
	Ledger Ledger
	// Keys turn letters into digests for the Ledger, 32 bytes each, newest first. They
	// keep a stolen ledger from telling who got which document. The first makes new
	// digests. The others are for letters that the Ledger knows already: keep an old key
	// for as long as such a letter may be sent again. If nil, it is a random key, with the
	// Ledger in memory alone.
	Keys [][]byte
	// Lease is how long one call has a letter in hand. When a process dies while it
	// sends, its letters wait so long before another may ask for them. No attempt takes
	// longer, so it must be longer than the time limit of the adapter. If zero, it is
	// 2 minutes, or four times Retry.Patience if that is more.
	Lease time.Duration
	// InFlight is how many letters SendBatch offers at once; if zero, 4.
	InFlight int
	Retry    RetryPolicy
	// ReceiptWithin is the time within which a letter has an end, as agreed with
	// the distributor; see [Client.Overdue]. If zero, it is 24 hours.
	ReceiptWithin time.Duration
	// Alarm is called, at once and perhaps by several goroutines, for what a person
	// must look at: the distributor, or something on the way to it, refuses us; an
	// answer is about another letter; a letter is parked; an event cannot be read. If
	// nil, the Logger gets it at level Error.
	Alarm  func(context.Context, *Error)
	Now    func() time.Time // if nil, time.Now
	Logger *slog.Logger     // nil if there is none
}

// RetryPolicy says how hard to try. Only a letter that surely never left is offered
// again within one Send. The zero RetryPolicy is sound.
type RetryPolicy struct {
	Offers int           // per Send, the first included; if zero, 4; 1 means no second offer
	Base   time.Duration // the first wait is a random part of it, the next of its double …; if zero, 200 ms
	Max    time.Duration // no wait for a second offer is longer; if zero, 10 s
	// Budget is how many second offers there may be when nothing succeeds; each
	// letter taken in gives back a tenth of one. It keeps a distributor in trouble
	// from getting all letters four times. If zero, it is 100.
	Budget int
	// Patience is how long Send waits when the channel is paused (Retry-After,
	// distributor away) before it gives the letter back, and SendBatch also when we are
	// refused; if zero, 30 s. After a pause one letter tries the way, and the others wait for
	// its answer beside that time. A letter waits no longer than half of Config.Lease.
	Patience time.Duration
	Trip     int           // letters in a row that nobody answers and that pause the channel; if zero, 5
	Pause    time.Duration // how long; then one letter tries the way for all; if zero, 30 s
	Park     int           // unknown outcomes after which a letter is parked; if zero, 5
	// LogLag is how far the distributor's log may lag behind what it has taken in, where it
	// can be asked about a letter and does not recognise a repeated ID. A letter with an
	// unknown outcome that the log does not know is asked for again and again. When the log
	// still does not know it LogLag after the first such answer, the letter counts as not
	// delivered and is offered again. If the log lags longer than that, or the network holds
	// an offer back longer, the recipient gets two letters; so does a clock that is put
	// forward by as much. Park bounds how often. If zero, never: each such answer is one more
	// unknown outcome, until the letter is parked.
	LogLag time.Duration
}

// withDefaults fills in what is zero.
func (cfg Config) withDefaults() (Config, error) {
	invalid := func(why string) error {
		return &Error{Kind: ConfigInvalid, Op: "new", Why: why, Then: Stop}
	}
	if cfg.Sender == nil {
		return cfg, invalid("Sender is missing; make one with an adapter such as eboks/stralfors")
	}
	switch {
	case slices.ContainsFunc(cfg.Keys, func(k []byte) bool { return len(k) != KeySize }):
		return cfg, invalid("each of Keys must have 32 bytes")
	case len(cfg.Keys) == 0 && cfg.Ledger != nil:
		return cfg, invalid("Keys is missing: a Ledger that outlives the process needs the same key each time")
	case len(cfg.Keys) == 0:
		random := make([]byte, KeySize)
		_, _ = rand.Read(random) // never fails (crypto/rand)
		cfg.Keys = [][]byte{random}
	}
	r := cfg.Retry
	if cfg.InFlight < 0 || r.Offers < 0 || r.Base < 0 || r.Max < 0 || r.Budget < 0 || r.Patience < 0 || r.Trip < 0 || r.Pause < 0 ||
		r.Park < 0 || r.LogLag < 0 || cfg.ReceiptWithin < 0 || cfg.Lease < 0 {
		return cfg, invalid("a number or a time is negative")
	}
	if cfg.Ledger == nil {
		cfg.Ledger = NewMemoryLedger(0)
	}
	setInt(&cfg.InFlight, 4)
	setInt(&cfg.Retry.Offers, 4)
	setInt(&cfg.Retry.Budget, 100)
	setInt(&cfg.Retry.Trip, 5)
	setInt(&cfg.Retry.Park, 5)
	setTime(&cfg.Retry.Base, 200*time.Millisecond)
	setTime(&cfg.Retry.Max, 10*time.Second)
	setTime(&cfg.Retry.Patience, 30*time.Second)
	setTime(&cfg.Retry.Pause, 30*time.Second)
	setTime(&cfg.ReceiptWithin, 24*time.Hour)
	setTime(&cfg.Lease, max(2*time.Minute, 4*cfg.Retry.Patience))
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg, nil
}

func setInt(n *int, d int) {
	if *n == 0 {
		*n = d
	}
}

func setTime(t *time.Duration, d time.Duration) {
	if *t == 0 {
		*t = d
	}
}
