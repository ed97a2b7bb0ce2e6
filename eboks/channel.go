package eboks

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"
)

// channel is the way to one distributor, as all letters of a Client share it. It
// is open, or paused until a time; then one letter tries the way for all. It also
// keeps the budget of second offers.
type channel struct {
	cfg Retry
	now func() time.Time

	mu     sync.Mutex
	failed int // letters in a row
	last   ID  // of them
	// throttled counts answers that say "later" without saying when.
	throttled int
	until     time.Time // paused until then; if zero, open
	since     time.Time // of the first pause in a row
	why       Kind      // of the pause
	trying    bool      // a letter tries the way
	tried     time.Time // until, when that one began
	changed   chan struct{}
	budget    float64
}

func newChannel(cfg Retry, now func() time.Time) *channel {
	return &channel{cfg: cfg, now: now, changed: make(chan struct{}), budget: float64(cfg.Budget)}
}

// enter waits until a letter may be offered. tries: it tries the way for all, and
// must tell by leave. An error says that nothing was offered: the channel
// stays paused for longer than anybody is patient, or ctx is done.
func (c *channel) enter(ctx context.Context) (tries bool, err error) {
	arrived := c.now()
	for {
		c.mu.Lock()
		now := c.now()
		left := c.until.Sub(now)
		waited := now.Sub(c.since)
		switch {
		case c.until.IsZero():
			c.mu.Unlock()
			return false, nil
		case left <= 0 && !c.trying:
			c.trying, c.tried = true, c.until
			if -left > c.cfg.Patience { // nobody asked for a while: patience begins anew
				c.since = now
			}
			c.mu.Unlock()
			return true, nil
		case left <= 0:
			// Somebody tries; what he finds out is told by changed.
			waited = now.Sub(arrived)
			left = c.cfg.Patience - waited
		}
		paused := &Error{Kind: c.why, NotDelivered: true, RetryAfter: max(c.until.Sub(now), 0), Why: "the channel is paused"}
		impatient := c.why == AuthFailed || c.why == ConfigInvalid || left <= 0 || waited+left > c.cfg.Patience
		changed := c.changed
		c.mu.Unlock()
		if impatient {
			return false, paused
		}
		if err := sleep(ctx, left, changed); err != nil {
			return false, err
		}
	}
}

// sleep waits for d, or for changed.
func sleep(ctx context.Context, d time.Duration, changed <-chan struct{}) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-changed:
	case <-ctx.Done():
		return &Error{Kind: Unavailable, NotDelivered: true, Err: ctx.Err()}
	}
	return nil
}

// leave tells what the offer of a letter found. It reports whether that paused the
// channel, or changed why it is paused.
func (c *channel) leave(id ID, tries bool, err *Error) (paused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if tries {
		c.trying = false
	}
	wasOpen := c.until.IsZero()
	pause := time.Duration(0)
	switch {
	case err == nil, !err.troubled():
		// An answer about the letter: the way is good. An offer that was under way
		// when the channel was paused does not open it.
		c.failed, c.throttled = 0, 0
		if wasOpen || tries && c.until.Equal(c.tried) {
			c.until, c.since = time.Time{}, time.Time{}
		}
		c.budget = min(c.budget+0.1, float64(c.cfg.Budget))
	case err.Kind == AuthFailed, err.Kind == ConfigInvalid:
		pause = c.cfg.Pause
	case err.Kind == Throttled:
		if pause = err.RetryAfter; pause <= 0 {
			pause = c.ceiling(c.throttled)
		}
		c.throttled++
	default:
		// One letter that always fails is that letter's trouble.
		if c.failed == 0 || c.last != id {
			c.failed++
		}
		c.last = id
		if c.failed >= c.cfg.Trip || tries {
			pause = c.cfg.Pause
		}
	}
	because := c.why
	if pause > 0 {
		now := c.now()
		if c.since.IsZero() {
			c.since = now
		}
		if until := now.Add(pause); until.After(c.until) {
			c.until = until
		}
		c.why = err.Kind
		if c.why == OutcomeUnknown {
			c.why = Unavailable
		}
	}
	c.tell()
	return pause > 0 && (wasOpen || because != c.why)
}

// drop ends an offer that found out nothing about the way.
func (c *channel) drop(tries bool) {
	if !tries {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trying = false
	c.tell()
}

// tell wakes everybody who waits.
func (c *channel) tell() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// again waits before the next offer after n that failed, or reports that there
// shall be none.
func (c *channel) again(ctx context.Context, n int) bool {
	return n < c.cfg.Offers && c.spend() && sleep(ctx, c.jitter(n), nil) == nil
}

func (c *channel) spend() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.budget < 1 {
		return false
	}
	c.budget--
	return true
}

// ceiling is Base doubled n times, at most Max.
func (c *channel) ceiling(n int) time.Duration {
	if n < 32 && c.cfg.Base < c.cfg.Max>>n {
		return c.cfg.Base << n
	}
	return c.cfg.Max
}

// jitter is a random time before the offer after number n: full jitter, so that
// letters that failed together do not come back together.
func (c *channel) jitter(n int) time.Duration {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return time.Duration(binary.BigEndian.Uint64(b[:]) % uint64(c.ceiling(n-1)+1))
}

// troubled reports whether the error is about the way and not about the letter.
func (e *Error) troubled() bool {
	switch e.Kind {
	case AuthFailed, ConfigInvalid, Throttled, Unavailable:
		return true
	case OutcomeUnknown:
		// No answer, or one that says that the distributor is unwell.
		return e.Status == 0 || e.Status >= 500
	default:
		return false
	}
}
