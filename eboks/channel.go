package eboks

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"slices"
	"sync"
	"time"
)

// channel is the way to one distributor, as all letters of a Client share it. It is
// open, or paused until a time; then one letter tries it for all. It also keeps the
// budget of second offers.
//
// A single letter does not pause the channel, because a filter on the way may refuse it
// for its content. The channel is paused when several different letters in a row found it
// in trouble: two, if we are refused, Retry.Trip, if nobody answers or nobody understands
// the answer. A letter that is refused twice while no other passed counts as two.
type channel struct {
	cfg RetryPolicy
	now func() time.Time

	mu        sync.Mutex
	witnesses []ID        // letters in a row that found trouble, each once
	aside     map[ID]bool // letters that were refused while others passed
	alarmed   bool        // somebody was told of this trouble
	tooLarge  bool        // and of letters that a server on the way finds too large
	throttled int         // answers in a row that say "later" without saying when
	until     time.Time   // paused until then; if zero, open
	why       *Error      // of the pause
	probing   bool        // a letter tries the way
	probes    int         // in vain, by letters that are witnesses already
	probed    time.Time   // until, when that one began
	changed   chan struct{}
	budget    float64
}

// The bounds of what a channel remembers.
const (
	condemning   = 2  // letters that are refused in a row
	maxWitnesses = 20 // at least Retry.Trip
	maxAside     = 1000
)

func newChannel(cfg RetryPolicy, now func() time.Time) *channel {
	return &channel{cfg: cfg, now: now, aside: map[ID]bool{}, changed: make(chan struct{}), budget: float64(cfg.Budget)}
}

// Channel returns until when no letter is offered, and why. If until is zero, the
// channel is open. When the time has come, one letter tries the way for all.
func (c *Client) Channel() (until time.Time, why *Error) {
	c.way.mu.Lock()
	defer c.way.mu.Unlock()
	if c.way.until.IsZero() {
		return time.Time{}, nil
	}
	copied := *c.way.why
	return c.way.until.UTC(), &copied
}

// enter reports whether a letter may be offered now. probe: it tries the way for
// all, and must tell by leave or drop.
func (c *channel) enter() (probe bool, paused *Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := c.until.Sub(c.now())
	switch {
	case c.until.IsZero():
		return false, nil
	case left <= 0 && !c.probing:
		c.probing, c.probed = true, c.until
		return true, nil
	}
	return false, &Error{Kind: c.why.Kind, Then: Retry, RetryAfter: max(left, 0), Why: c.why.because("the channel is paused")}
}

// because is what happened, and why.
func (e *Error) because(what string) string {
	if e.Why == "" {
		return what
	}
	return what + ": " + e.Why
}

// wait waits until a paused channel may be tried, or has changed. It waits for pauses no
// longer than patience in all, waited included, and reports whether to go on. It waits
// for the answer to a letter that tries the way in any case.
func (c *channel) wait(ctx context.Context, patience, waited time.Duration) (goOn bool, _ time.Duration) {
	c.mu.Lock()
	changed, left, open, trying := c.changed, c.until.Sub(c.now()), c.until.IsZero(), c.probing
	c.mu.Unlock()
	switch {
	case open, left <= 0 && !trying:
		return true, waited
	case left <= 0:
		left, patience = patience, waited+patience
	default:
		trying = false
	}
	if waited+left > patience {
		return false, waited
	}
	began := c.now()
	t := time.NewTimer(left)
	defer t.Stop()
	passed := left
	select {
	case <-t.C:
		goOn = !trying
	case <-changed:
		goOn = true
		passed = min(max(c.now().Sub(began), 0), left) // a clock can be set
	case <-ctx.Done():
	}
	if !trying {
		waited += passed
	}
	return goOn, waited
}

// leave tells what the offer of a letter found. alarm: a person should hear of it.
// alone: the letter is refused, and others are not.
func (c *channel) leave(id ID, probe bool, err *Error) (alarm, alone bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.tell()
	if probe {
		c.probing = false
	}
	if err == nil || !err.AboutChannel() {
		c.passed(id, probe)
		alarm = err != nil && err.Kind == Rejected && err.Alarm && !c.tooLarge
		c.tooLarge = c.tooLarge && err != nil || alarm
		return alarm, false
	}
	refused := err.Kind == AuthFailed || err.Kind == ConfigInvalid
	if refused && c.aside[id] && c.until.IsZero() && len(c.witnesses) == 0 {
		return false, true
	}
	known := slices.Contains(c.witnesses, id)
	if !known && len(c.witnesses) < max(c.cfg.Trip, maxWitnesses) {
		c.witnesses = append(c.witnesses, id)
	}
	pause := time.Duration(0)
	switch {
	case err.Kind == Throttled:
		if pause = err.RetryAfter; pause <= 0 {
			pause = c.ceiling(c.throttled)
		}
		c.throttled++
	case probe && known && c.probes < len(c.witnesses): // it has said so before: another letter tries at once
		c.probes++
	case probe:
		pause = c.cfg.Pause
	case !c.until.IsZero(): // it was under way when the channel was paused, and makes the pause no longer
	case refused && (known || len(c.witnesses) >= condemning), len(c.witnesses) >= c.cfg.Trip:
		pause = c.cfg.Pause
	}
	if pause > 0 {
		if until := c.now().Add(pause); until.After(c.until) {
			c.until = until
		}
		c.why, c.probes = pauseReason(err), 0
	}
	// Answers that nobody understands do not end by themselves either.
	if (refused || pause > 0 && err.Kind == OutcomeUnknown && err.Status > 0 && err.Status < 500) && !c.alarmed {
		c.alarmed, alarm = true, true
	}
	return alarm, false
}

// passed is an answer about a letter: the way is good. An offer that was under way
// when the channel was paused does not open it.
func (c *channel) passed(id ID, probe bool) {
	c.throttled = 0
	delete(c.aside, id)
	if c.until.IsZero() || probe && c.until.Equal(c.probed) {
		c.until, c.why, c.alarmed = time.Time{}, nil, false
		for _, witness := range c.witnesses {
			if witness != id && len(c.aside) < maxAside {
				c.aside[witness] = true
			}
		}
		c.witnesses = c.witnesses[:0]
	}
	c.budget = min(c.budget+0.1, float64(c.cfg.Budget))
}

// pauseReason is what people are told about a pause: nothing of the letter that found
// it.
func pauseReason(err *Error) *Error {
	why := &Error{Kind: err.Kind, Then: Retry, Op: opSend, Sender: err.Sender, Status: err.Status, Why: err.Why, Err: err.Err}
	if why.Kind == OutcomeUnknown {
		why.Kind, why.Why = Unavailable, "several letters in a row had no answer, or none that is understood; look at the distributor, and at servers on the way"
	}
	return why
}

// drop ends an offer that found out nothing about the way.
func (c *channel) drop(probe bool) {
	if !probe {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.probing = false
	c.tell()
}

// tell wakes everybody who waits.
func (c *channel) tell() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// spend takes a second offer out of the budget.
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

// sleep waits, and reports whether ctx lasted.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// AboutChannel reports whether the error is about the way to the distributor, for all
// letters, and not about this one.
func (e *Error) AboutChannel() bool {
	switch e.Kind {
	case AuthFailed, ConfigInvalid, Throttled, Unavailable:
		return true
	case OutcomeUnknown:
		return !e.Alarm // no answer, or one that says nothing of the letter
	default:
		return false
	}
}
