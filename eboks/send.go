package eboks

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"
)

// sending is a Send on its way, for others that bring the same letter meanwhile.
type sending struct {
	digest  Digest
	done    chan struct{}
	receipt *Receipt
	err     *Error
}

// Send brings one letter to the distributor. It returns when the distributor has
// taken it in, or an error; never both.
//
// The same letter may be sent again, in this call's place or years later: as long
// as the Ledger remembers it, there is one letter, and the Receipt says so
// (Receipt.Repeat). A letter that surely never left is offered again within this
// call, after a random wait, within the budget of Config.Retry.
//
// When the outcome is unknown the error is ErrOutcomeUnknown. Ask with
// [Client.Status], wait for the event, or call Send with the same letter: it asks
// first, and offers again only if the distributor recognises a repeated ID
// (Capabilities.Dedupes). Never send it under another ID.
//
// Errors: InputInvalid and Unsupported before anything leaves; Conflict; Rejected
// and RecipientUnreachable for good; Throttled, Unavailable, AuthFailed and
// ConfigInvalid of the channel, to be tried later; OutcomeUnknown; Parked;
// Duplicate when the distributor has somebody else's letter under this ID;
// StoreFailed.
func (c *Client) Send(ctx context.Context, l *Letter) (*Receipt, error) {
	ready, digest, err := c.prepare(ctx, l)
	if err != nil {
		var id ID
		if l != nil {
			id = l.ID
		}
		return nil, c.refuse("send", id, err)
	}
	r, e := c.once(ctx, ready, digest)
	if e != nil {
		return nil, e
	}
	return r, nil
}

// once sends the letter, or waits for whoever is sending it already.
func (c *Client) once(ctx context.Context, l *Letter, digest Digest) (*Receipt, *Error) {
	for {
		c.mu.Lock()
		other, busy := c.inFlight[l.ID]
		if !busy {
			mine := &sending{digest: digest, done: make(chan struct{})}
			c.inFlight[l.ID] = mine
			c.mu.Unlock()
			return c.first(ctx, l, mine)
		}
		c.mu.Unlock()
		if other.digest != digest {
			return nil, c.refuse("send", l.ID, conflict())
		}
		select {
		case <-ctx.Done():
			return nil, c.refuse("send", l.ID, &Error{Kind: OutcomeUnknown, Err: ctx.Err(), Why: "another call is sending this letter"})
		case <-other.done:
		}
		switch {
		case other.receipt != nil:
			return again(other.receipt, Duplicate), nil
		case other.err.endedByCaller() && ctx.Err() == nil:
			// The other's caller had enough; this one has not.
		default:
			return nil, other.err
		}
	}
}

// endedByCaller reports whether a caller's context ended the call.
func (e *Error) endedByCaller() bool {
	return errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded)
}

// first sends the letter and tells everybody who waits for it.
func (c *Client) first(ctx context.Context, l *Letter, mine *sending) (*Receipt, *Error) {
	ended := false
	defer func() {
		if !ended {
			c.finish(ctx, l.ID, mine, nil, &Error{Kind: OutcomeUnknown, Why: "sending ended in a panic"})
		}
	}()
	receipt, err := c.deliver(ctx, l, mine.digest)
	ended = true
	return c.finish(ctx, l.ID, mine, receipt, err)
}

// finish ends what once began.
func (c *Client) finish(ctx context.Context, id ID, mine *sending, r *Receipt, err error) (*Receipt, *Error) {
	if err != nil {
		mine.err = c.refuse("send", id, err)
		c.cfg.Logger.LogAttrs(ctx, slog.LevelWarn, "eboks: letter not sent", slog.Any("error", mine.err))
	} else {
		mine.receipt = r
		c.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "eboks: letter sent", slog.Any("receipt", *r))
	}
	c.mu.Lock()
	delete(c.inFlight, id)
	c.mu.Unlock()
	close(mine.done)
	return mine.receipt, mine.err
}

func conflict() *Error {
	return &Error{Kind: Conflict, Why: "this ID stands for another letter; another letter needs another ID"}
}

// again returns a copy of r that says it is a repeat.
func again(r *Receipt, k Kind) *Receipt {
	repeat := *r
	repeat.Repeat = k
	return &repeat
}

// deliver claims the letter in the ledger and does what its entry allows.
func (c *Client) deliver(ctx context.Context, l *Letter, digest Digest) (*Receipt, error) {
	entry, before, err := c.claim(ctx, l, digest)
	if err != nil {
		return nil, err
	}
	switch before.State {
	case LetterAccepted:
		return before.receipt(Duplicate), nil
	case LetterSending:
		return c.resume(ctx, l, before)
	}
	return c.offer(ctx, l, entry, false)
}

// claim writes the letter into the ledger. It refuses a letter whose entry says
// that it must not be offered.
func (c *Client) claim(ctx context.Context, l *Letter, digest Digest) (entry, before Entry, err error) {
	entry = Entry{ID: l.ID, Digest: digest, State: LetterSending, At: c.now()}
	before, err = c.ledger.Begin(ctx, entry)
	entry.Attempts = before.Attempts
	switch {
	case err != nil:
		return entry, before, storeFailed(err, true, "nothing was sent")
	case before.State != 0 && before.Digest != digest:
		return entry, before, conflict()
	case before.State == LetterRefused:
		return entry, before, &Error{Kind: before.Kind, Code: before.Code, Reachability: before.Reachability, NotDelivered: before.NotDelivered,
			Why: "it was refused before; a corrected letter needs another ID"}
	case before.State == LetterParked:
		return entry, before, &Error{Kind: Parked, Code: before.Code, Err: sentinel(before.Kind), Why: "look at it, then call Release or give it up"}
	case before.State >= lastState:
		return entry, before, &Error{Kind: StoreFailed, NotDelivered: true, Why: "the ledger has an entry in no known state"}
	}
	return entry, before, nil
}

// resume continues a letter that may have been taken in already.
func (c *Client) resume(ctx context.Context, l *Letter, entry Entry) (*Receipt, error) {
	if reader, ok := c.sender.(StatusReader); ok && c.can.Status {
		events, err := reader.ReadStatus(ctx, l.ID)
		if err != nil {
			return nil, &Error{Kind: OutcomeUnknown, Why: "the outcome is unknown, and the distributor could not be asked", Err: kindOnly(err)}
		}
		if h := historyOf(l.ID, events); h.Status() != Unknown {
			r := &Receipt{ID: l.ID, Status: h.Status(), At: cmp.Or(h.events[0].At, c.now()), SHA256: l.Document.SHA256(), Attempts: entry.Attempts, Repeat: AlreadyAccepted}
			return c.accept(ctx, entry, r)
		}
	}
	if !c.can.Dedupes {
		return c.unknown(ctx, entry, &Error{Kind: OutcomeUnknown,
			Why: "it was offered before; ask the distributor or wait for the event, then call Release or give it up"})
	}
	return c.offer(ctx, l, entry, true)
}

// kindOnly is the sentinel of err's kind: a cause that names what failed and
// nothing else.
func kindOnly(err error) error {
	if k := KindOf(err); k != 0 {
		return sentinel(k)
	}
	return nil
}

// offer brings the letter to the distributor, again as long as it surely did not
// leave. ours: an earlier offer may have arrived.
func (c *Client) offer(ctx context.Context, l *Letter, entry Entry, ours bool) (*Receipt, error) {
	patience := c.now().Add(c.cfg.Retry.Patience)
	for n := 1; ; {
		tries, err := c.way.enter(ctx)
		if err != nil {
			return nil, c.giveBack(ctx, entry, ours, c.refuse("send", l.ID, err))
		}
		receipt, err := c.sender.Send(ctx, l)
		receipt, failure := c.judge(ctx, l, receipt, err)
		c.report(ctx, l.ID, tries, failure)
		if failure != nil && failure.NotDelivered && ctx.Err() == nil {
			switch failure.Kind {
			case Throttled: // uses up no offer: the pause of the channel is the wait
				if c.now().Before(patience) {
					continue
				}
			case Unavailable:
				if c.way.again(ctx, n) {
					n++
					continue
				}
			}
		}
		return c.outcome(ctx, l, entry, ours, receipt, failure)
	}
}

// report tells the channel, and a person, what an offer found.
func (c *Client) report(ctx context.Context, id ID, tries bool, failure *Error) {
	if !c.way.leave(id, tries, failure) {
		return
	}
	if failure.Kind == AuthFailed || failure.Kind == ConfigInvalid {
		c.alarm(ctx, c.refuse("send", id, failure))
	}
}

// outcome records what became of an offer.
func (c *Client) outcome(ctx context.Context, l *Letter, entry Entry, ours bool, r *Receipt, failure *Error) (*Receipt, error) {
	switch {
	case failure == nil:
		r.Attempts = entry.Attempts + 1
		return c.accept(ctx, entry, r)
	case failure.Kind == AlreadyAccepted:
		return c.known(ctx, l, entry, failure, ours)
	case failure.Kind == Rejected, failure.Kind == RecipientUnreachable:
		return nil, c.settle(ctx, entry, LetterRefused, failure)
	case !failure.NotDelivered:
		return c.unknown(ctx, entry, failure)
	default:
		return nil, c.giveBack(ctx, entry, ours, failure)
	}
}

// judge believes nothing of an adapter's answer that does not fit the letter.
func (c *Client) judge(ctx context.Context, l *Letter, r *Receipt, err error) (*Receipt, *Error) {
	switch {
	case err != nil:
		e := c.refuse("send", l.ID, err)
		if e.Kind == 0 || e.Kind >= lastKind {
			e.Kind, e.NotDelivered = OutcomeUnknown, false
		}
		if e.Alarm {
			c.alarm(ctx, e)
		}
		return nil, e
	case r == nil:
		return nil, &Error{Kind: OutcomeUnknown, Why: "the adapter returned neither a receipt nor an error"}
	case r.ID != l.ID:
		e := c.refuse("send", l.ID, &Error{Kind: OutcomeUnknown, Why: "the answer is another letter's", Raw: r.Raw, Alarm: true})
		c.alarm(ctx, e)
		return nil, e
	}
	receipt := *r
	receipt.SHA256 = l.Document.SHA256()
	if receipt.Status == Unknown || receipt.Status >= lastStatus {
		receipt.Status = Accepted
	}
	if receipt.At.IsZero() {
		receipt.At = c.now()
	}
	return &receipt, nil
}

// known decides what it means that the distributor has a letter under this ID.
func (c *Client) known(ctx context.Context, l *Letter, entry Entry, failure *Error, ours bool) (*Receipt, error) {
	if !ours {
		failure.Kind, failure.NotDelivered = Duplicate, false
		failure.Why = "the distributor has a letter under this ID that this ledger did not send; find out which"
		return nil, c.settle(ctx, entry, LetterRefused, failure)
	}
	return c.accept(ctx, entry, &Receipt{
		ID: l.ID, Status: Accepted, At: c.now(), SHA256: l.Document.SHA256(), Attempts: entry.Attempts + 1, Repeat: AlreadyAccepted, Raw: failure.Raw,
	})
}

const storeTimeout = 10 * time.Second

// end writes the entry, also when the caller has gone: what is known must be kept.
func (c *Client) end(ctx context.Context, e Entry) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	e.At = c.now()
	return c.ledger.End(ctx, e)
}
