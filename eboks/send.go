package eboks

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"strings"
	"time"
)

// opSend is Error.Op of everything that is about a letter on its way.
const opSend = "send"

// Send brings one letter to the distributor. It returns when the distributor has
// taken it in, or an error; never both.
//
// The same letter may be sent again, in this call's place or years later: as long
// as the Ledger remembers it, there is one letter, and the Receipt says so
// (Receipt.Repeat). A letter that surely never left is offered again within this
// call, after a random wait, within the budget of Config.Retry.
//
// After an error, Error.Then says what to do. When the outcome is unknown it is Ask:
// call Send with the same letter again later. It asks the distributor first where
// that is possible, and offers the letter again only if the distributor recognises a
// repeated ID (Capabilities.Dedupes), or if its log has not known the letter for
// RetryPolicy.LogLag. Never send it under another ID.
//
// Errors: InputInvalid and Unsupported before anything leaves; Conflict; Rejected
// and RecipientUnreachable for good; Throttled, Unavailable, AuthFailed and
// ConfigInvalid of the channel, to be tried later; OutcomeUnknown, also when another
// process has the letter in hand; Parked; Duplicate when the distributor has
// somebody else's letter under this ID; StoreFailed.
func (c *Client) Send(ctx context.Context, l *Letter) (*Receipt, error) {
	p, err := c.prepare(ctx, l)
	if err != nil {
		return nil, c.unready(ctx, l, err)
	}
	o := c.send(ctx, p, false)
	if o.Err != nil { // not a nil *Error in an interface
		return nil, o.Err
	}
	return o.Receipt, nil
}

// unready refuses a letter before anything of it leaves. An earlier call may have
// sent it when it was still in order.
func (c *Client) unready(ctx context.Context, l *Letter, err error) *Error {
	e := c.refuse(opSend, idOf(l), err)
	if e.ID.IsZero() {
		return e
	}
	ctx, cancel := c.storing(ctx)
	defer cancel()
	known, err := c.ledger.Load(ctx, []ID{e.ID})
	switch {
	case err != nil || len(known) != 1 || known[0].held():
		e.Then = Ask
	case known[0].undelivered():
	case e.Then == Stop: // asking with this letter never succeeds
		e.Then = Decide
	default:
		e.Then = Ask
	}
	return e
}

// send claims a letter, makes attempts with it, and settles what became of it.
// patient says to wait for any pause of the channel, and not only for a short one.
func (c *Client) send(ctx context.Context, p *Prepared, patient bool) (o Outcome) {
	defer func() {
		if o.Err != nil {
			c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "eboks: letter not sent", slog.Any("error", o.Err))
		} else if o.Receipt != nil && c.cfg.Logger.Enabled(ctx, slog.LevelInfo) {
			c.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "eboks: letter sent", slog.Any("receipt", *o.Receipt))
		}
	}()
	entry, end, refused := c.claim(ctx, p)
	if refused != nil {
		return *refused
	}
	waited, returned := time.Duration(0), false
	defer func() {
		if !returned { // a panic of the adapter's
			c.settle(ctx, c.Lost(entry))
		}
	}()
	for n := 1; ; {
		left := min(end.Sub(c.cfg.Now()), c.cfg.Lease) // a clock can be set back
		limited, cancel := context.WithTimeout(ctx, left)
		o = c.Attempt(limited, p, entry)
		cancel()
		entry = o.Entry
		// The next attempt must end before the lease does.
		if o.More && left > c.cfg.Lease/2 {
			continue
		}
		if ctx.Err() != nil || o.Err == nil || !o.answer.err.undelivered() || left < c.cfg.Lease/2 {
			break
		}
		again := false
		switch o.answer.err.Kind {
		case Unavailable:
			if o.answer.offered {
				again = n < c.cfg.Retry.Offers && c.way.spend() && sleep(ctx, c.way.jitter(n))
				n++
				break
			}
			fallthrough
		case Throttled:
			again, waited = c.way.wait(ctx, c.cfg.Retry.Patience, waited)
		case AuthFailed, ConfigInvalid:
			if patient && !o.answer.offered {
				again, waited = c.way.wait(ctx, c.cfg.Retry.Patience, waited)
			}
		}
		if !again {
			break
		}
	}
	if o.Err != nil && o.Err.Err == nil && ctx.Err() != nil {
		o.Err.Err = ctx.Err()
	}
	returned = true
	return c.settle(ctx, o)
}

func (e *Error) undelivered() bool { return e != nil && e.Then.undelivered() }

// claim takes the letter in hand until end. refused is what becomes of a letter that is
// not to be offered now.
func (c *Client) claim(ctx context.Context, p *Prepared) (entry Entry, end time.Time, refused *Outcome) {
	owner := c.owner + "-" + randomHex(8)
	waited := time.Duration(0)
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		end = c.cfg.Now().Add(c.cfg.Lease) // the lease begins before the ledger answers
		e, err := c.claimOnce(ctx, p, owner)
		if err != nil {
			return e, end, c.ended(p, e, storeFailed(err, "nothing was sent now; whether it was before is not known"))
		}
		unlike := c.unlike(p, e)
		switch {
		case unlike != nil && e.Owner == owner:
			return e, end, c.ended(p, e, c.giveBack(ctx, e, unlike))
		case unlike != nil:
			if e.held() {
				unlike.Then = Decide
			}
			return e, end, c.ended(p, e, unlike)
		case e.Owner == owner:
			return e, end, nil
		case !e.held():
			o := (Outcome{rule: c.rule(), name: c.can.Name}).Against(e)
			return e, end, &o
		}
		// Somebody has it. A call of this Client ends with its lease at the latest.
		patience := c.cfg.Retry.Patience
		if strings.HasPrefix(e.Owner, c.owner) {
			patience = c.cfg.Lease
		}
		if ctx.Err() != nil || waited > patience || !sleep(ctx, pause) {
			return e, end, c.ended(p, e, &Error{Kind: OutcomeUnknown, Err: ctx.Err(), RetryAfter: max(e.Lease.Sub(c.now()), 0),
				Why: "another call or process has the letter in hand"})
		}
		waited += pause
	}
}

// giveBack lets go of the entry of another letter, and returns the error for this one.
// If somebody has changed the entry meanwhile, it is in his hand or in nobody's.
func (c *Client) giveBack(ctx context.Context, e Entry, unlike *Error) *Error {
	ctx, cancel := c.storing(ctx)
	defer cancel()
	e.Owner, e.Lease = "", time.Time{}
	if _, err := c.ledger.Settle(ctx, []Entry{e}); err != nil {
		return storeFailed(err, "this ID stands for another letter, and that one stays in hand until its lease ends")
	}
	return unlike
}

func (c *Client) claimOnce(ctx context.Context, p *Prepared, owner string) (Entry, error) {
	ctx, cancel := c.storing(ctx)
	defer cancel()
	es, err := c.ledger.Claim(ctx, []Entry{p.Entry(c.now())}, owner, c.cfg.Lease)
	if err == nil && (len(es) != 1 || es[0].ID != p.letter.ID || es[0].State == 0 || es[0].State >= lastState) {
		err = errors.New("eboks: the ledger answers with another entry")
	}
	if err != nil {
		return Entry{ID: p.letter.ID}, err
	}
	return es[0], nil
}

// ended is the outcome of a letter that had no attempt.
func (c *Client) ended(p *Prepared, e Entry, err *Error) *Outcome {
	return &Outcome{Entry: e, Err: c.refuse(opSend, p.letter.ID, err)}
}

func (c *Client) rule() rule {
	return rule{park: c.cfg.Retry.Park, canOffer: c.can.Dedupes, lag: c.cfg.Retry.LogLag, now: c.now()}
}

// settle keeps what became of a letter. If somebody else has changed the entry
// meanwhile, [Outcome.Resettle] says what to do.
func (c *Client) settle(ctx context.Context, o Outcome) Outcome {
	ctx, cancel := c.storing(ctx)
	defer cancel()
	const tries = 10
	for range tries {
		stale, err := c.ledger.Settle(ctx, []Entry{o.Entry})
		switch {
		case err != nil:
			o.Receipt, o.Err = nil, c.refuse(opSend, o.Entry.ID, o.unkept(err))
			return o
		case len(stale) == 0:
			if o.Err != nil && o.Err.Kind == Parked && o.Err.Alarm {
				c.alarm(ctx, o.Err)
			}
			return o
		case len(stale) != 1 || stale[0].ID != o.Entry.ID:
			o.Receipt, o.Err = nil, c.refuse(opSend, o.Entry.ID, o.unkept(errors.New("eboks: the ledger answers with another entry")))
			return o
		}
		settled := false
		if o, settled = o.Resettle(stale[0]); settled {
			return o
		}
	}
	o.Receipt, o.Err = nil, c.refuse(opSend, o.Entry.ID, o.unkept(errors.New("eboks: the entry changes all the time")))
	return o
}

// unkept is the error for an outcome that the ledger did not take.
func (o Outcome) unkept(err error) *Error {
	switch {
	case o.Receipt != nil:
		return storeFailed(err, "the distributor has the letter, and that could not be kept; send it again under the same ID and no other")
	case o.Err != nil && o.Err.Then.undelivered():
		return storeFailed(err, "the letter was not delivered now, and that could not be kept")
	default:
		return storeFailed(err, "the outcome of the letter is unknown too")
	}
}

func storeFailed(err error, why string) *Error {
	return &Error{Kind: StoreFailed, Why: why, Err: closed(err)}
}

// closed keeps of a ledger's error what is known to hold no data.
func closed(err error) error {
	if err == context.Canceled || err == context.DeadlineExceeded || err == ErrLedgerFull {
		return err
	}
	return &storeError{err}
}

// storeError prints as nothing in particular; errors.Is and errors.As see what is
// behind it.
type storeError struct{ err error }

func (e *storeError) Error() string { return "the ledger failed" }
func (e *storeError) Unwrap() error { return e.err }

const storeTimeout = 10 * time.Second

// storing is a context for the ledger. The caller's end does not cut it short: a
// claim that was written and not heard of would leave a letter unknown that never
// left, and what is known must be kept.
func (c *Client) storing(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, quick := c.ledger.(*MemoryLedger); quick {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
