package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// result is what a step made of a letter.
type result struct {
	entry eboks.Entry    // as it is to be kept
	out   *eboks.Outcome // of the last attempt; nil if there was none
	err   *eboks.Error   // why the letter was not taken in
	heard bool           // the letter was offered
	next  time.Time      // when the letter is due again; zero if nothing more happens by itself
	trail []Happening
	alarm bool      // a person must hear of err
	left  bool      // another process has the letter: nothing was written
	since time.Time // when the letter was queued
}

// back is an entry in nobody's hand.
func back(e eboks.Entry) eboks.Entry {
	e.Owner, e.Lease = "", time.Time{}
	return e
}

// work makes attempts with a letter that is in our hand. How long it may is measured by the
// time of day: other clocks of a machine stand still while it sleeps.
func (o *Outbox) work(ctx context.Context, c claimed) result {
	ctx, cancel := context.WithTimeout(ctx, min(o.cfg.Lease, c.entry.Lease.Sub(o.now())))
	defer cancel()
	ctx, ended := o.tel.attempt(ctx, c.entry.ID)
	r := o.attempts(ctx, c)
	r.since = c.queued
	ended(r)
	return r
}

// lost is what a panic leaves: nobody knows whether the letter was offered. It counts as
// a doubt, so that a letter that always ends so is parked.
func (o *Outbox) lost(c claimed) result {
	out := o.client.Lost(c.entry)
	r := result{entry: out.Entry, out: &out, err: out.Err, trail: []Happening{{At: o.now(), What: Offered, Kind: out.Err.Kind}}}
	r.next = o.nextOf(c.entry, r)
	return r
}

func (o *Outbox) attempts(ctx context.Context, c claimed) (r result) {
	id := c.entry.ID
	defer func() {
		if v := recover(); v != nil { // its text may tell of the letter
			o.cfg.Logger.ErrorContext(ctx, "outbox: sending a letter ended in a panic", "id", id.String(), "type", fmt.Sprintf("%T", v))
			r = o.lost(c)
		}
	}()
	damage := new(atomic.Bool)
	l, err := o.openLetter(ctx, id, c.sealed, damage)
	if err != nil {
		return o.unready(c, unopened("send", id))
	}
	l.Unchecked = true // it was looked at when it was queued, and is the same
	p, err := o.client.Prepare(ctx, l)
	switch e, _ := errors.AsType[*eboks.Error](err); {
	case damage.Load():
		return o.unready(c, unopened("send", id))
	case err == nil:
	case errors.Is(err, eboks.ErrUnread), e.Then == eboks.Retry: // the database did not answer, or ctx ended
		return result{entry: back(c.entry), err: e, next: o.now().Add(o.backoff(1))}
	default:
		return o.unready(c, e)
	}
	if c.entry.Lease.Sub(o.now()) < o.cfg.Lease/2 { // the database was slow, or the machine slept
		late := &eboks.Error{Kind: eboks.StoreFailed, Then: eboks.Retry, Why: "reading the letter took too long for an attempt within its lease"}
		o.cfg.Logger.WarnContext(ctx, "outbox: a letter was not offered; a longer Config.Lease or fewer InFlight help", "id", id.String(), "error", late)
		return result{entry: back(c.entry), err: late, next: o.now().Add(o.cfg.Lease/2 + randomUpTo(o.cfg.Lease))}
	}
	r.entry = c.entry
	for {
		before := r.entry
		out := o.client.Attempt(ctx, p, before)
		r.entry, r.out, r.err = out.Entry, &out, out.Err
		if h, something := o.happened(before, out); something {
			r.trail = append(r.trail, h)
			r.heard = h.What == Offered
		}
		// The next attempt must end before the lease does.
		if !out.More || ctx.Err() != nil || c.entry.Lease.Sub(o.now()) < o.cfg.Lease/2 || c.erase && out.Entry.State == eboks.LetterWaiting {
			break
		}
	}
	if r.out.Mismatch() {
		return o.unready(c, r.err)
	}
	// An adapter that refuses a letter by itself says so each time.
	if r.entry.State == eboks.LetterWaiting && r.err.Then != eboks.Retry && r.err.Then != eboks.Ask {
		switch {
		case damage.Load():
			return o.unready(c, unopened("send", id), r.trail...)
		case !errors.Is(r.err, eboks.ErrUnread) && !errors.Is(r.err, eboks.ErrChanged) && ctx.Err() == nil:
			return o.unready(c, r.err, r.trail...)
		}
	}
	r.next = o.nextOf(c.entry, r)
	return r
}

// happened is what the trail says of an attempt, if it offered the letter or found
// anything out.
func (o *Outbox) happened(before eboks.Entry, out eboks.Outcome) (h Happening, something bool) {
	h = Happening{At: o.now(), What: Asked}
	if out.Entry.Offers > before.Offers {
		h.What = Offered
	}
	if out.Receipt != nil {
		h.Status, h.Raw = out.Receipt.Status, out.Receipt.Raw
		return h, true
	}
	h.Kind, h.Code, h.HTTP, h.Raw = out.Err.Kind, out.Err.Code, out.Err.Status, out.Err.Raw
	news := out.Entry.State != before.State || out.Entry.Doubts != before.Doubts || out.Entry.Missing.IsZero() != before.Missing.IsZero()
	return h, h.What == Offered || news
}

// unready is a letter that cannot be offered as it is stored: it was in order when it was
// queued, and since then the agreement has changed, or somebody has changed the database.
// A person corrects that, and calls Release.
func (o *Outbox) unready(c claimed, why *eboks.Error, before ...Happening) result {
	r := result{entry: back(c.entry), err: why, alarm: true, trail: append(before, Happening{At: o.now(), What: Unready, Kind: why.Kind, Code: why.Code})}
	r.entry.State, r.entry.At = eboks.LetterRefused, o.now()
	if c.entry.State == eboks.LetterUnknown {
		r.entry.State = eboks.LetterParked
	}
	r.entry.Kind, r.entry.Code, r.entry.Then = why.Kind, why.Code, eboks.Decide
	return r
}

// nextOf is when a letter is due after an attempt.
func (o *Outbox) nextOf(before eboks.Entry, r result) time.Time {
	now, e := o.now(), r.entry
	var wait time.Duration
	switch {
	case e.State == eboks.LetterWaiting && !r.heard: // the channel was paused, or we were told to stop
		wait = shortWait
	case e.State == eboks.LetterWaiting: // it never left: the channel's pause is what spares the distributor
		wait = min(o.backoff(e.Offers), o.cfg.Retry.Pause)
	case e.State == eboks.LetterUnknown:
		wait = o.backoff(e.Doubts)
		if e.Missing.IsZero() && len(r.trail) == 0 { // nobody answered the question
			wait = max(wait, o.cfg.Retry.Pause)
		}
		if !e.Missing.IsZero() { // asked for more seldom as time goes on, and then when it is believed
			since := now.Sub(e.Missing)
			wait = min(max(wait, since), 5*time.Minute)
			if o.cfg.LogLag > 0 && since < o.cfg.LogLag {
				wait = min(wait, o.cfg.LogLag-since)
			}
		}
	default:
		return time.Time{}
	}
	if r.err != nil { // a longer pause of the channel is in its row
		wait = max(wait, min(r.err.RetryAfter, o.cfg.Retry.Max))
	}
	return now.Add(wait)
}

// shortWait keeps a letter that could not be offered from coming back without end.
const shortWait = 100 * time.Millisecond

// backoff is Base doubled, at most Max, and somewhere in the upper half of it, so that
// letters that failed together do not come back together.
func (o *Outbox) backoff(n int) time.Duration {
	d := o.cfg.Retry.Max
	if shift := max(n-1, 0); shift < 32 && o.cfg.Retry.Base < d>>shift {
		d = o.cfg.Retry.Base << shift
	}
	return d/2 + randomUpTo(d/2)
}
