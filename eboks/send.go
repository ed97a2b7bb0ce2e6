package eboks

import (
	"cmp"
	"context"
	"time"
)

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
	r := c.single(ctx, l)
	return r.Receipt, r.Err
}

// unready refuses a letter before anything of it leaves. An earlier call may have
// sent it when it was still in order.
func (c *Client) unready(ctx context.Context, l *Letter, err error) *Error {
	var id ID
	if l != nil {
		id = l.ID
	}
	e := c.refuse("send", id, err)
	if id.IsZero() {
		return e
	}
	ctx, cancel := c.patiently(ctx)
	defer cancel()
	entry, err := c.ledger.Entry(ctx, id)
	e.NotDelivered = e.NotDelivered && err == nil && entry.surelyNotDelivered()
	return e
}

// surelyNotDelivered reports whether no call has delivered the letter.
func (e Entry) surelyNotDelivered() bool {
	return e.State == 0 || e.State == LetterWaiting || e.State == LetterRefused && e.NotDelivered
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
	return c.offer(ctx, l, entry, before.State)
}

// claim writes the letter into the ledger. It refuses a letter whose entry says
// that it must not be offered.
func (c *Client) claim(ctx context.Context, l *Letter, digest Digest) (entry, before Entry, err error) {
	entry = Entry{ID: l.ID, Digest: digest, State: LetterSending, At: c.now()}
	before, err = c.begin(ctx, entry)
	entry.Attempts = before.Attempts
	switch {
	case err != nil:
		return entry, before, storeFailed(err, false, "nothing was sent now; whether it was before is not known")
	case before.State != 0 && before.Digest != digest:
		return entry, before, conflict()
	case before.State == LetterRefused:
		return entry, before, &Error{Kind: before.Kind, Code: before.Code, Reachability: before.Reachability, NotDelivered: before.NotDelivered,
			Why: "it was refused before; a corrected letter needs another ID"}
	case before.State == LetterParked:
		return entry, before, &Error{Kind: Parked, Code: before.Code, Err: sentinel(before.Kind), Why: "look at it, then call Release or give it up"}
	case before.State >= lastState:
		return entry, before, &Error{Kind: StoreFailed, Why: "the ledger has an entry in no known state"}
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
		if h := historyOf(l.ID, events); h.Status() != Unknown && h.Status() != Submitted {
			r := &Receipt{ID: l.ID, Status: h.Status(), At: cmp.Or(h.events[0].At, c.now()), SHA256: l.Document.SHA256(), Attempts: entry.Attempts, Repeat: AlreadyAccepted}
			return c.accept(ctx, entry, r)
		}
	}
	if !c.can.Dedupes {
		return c.unknown(ctx, entry, &Error{Kind: OutcomeUnknown,
			Why: "it was offered before; ask the distributor or wait for the event, then call Release or give it up"})
	}
	return c.offer(ctx, l, entry, LetterSending)
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
// leave. before is what the ledger knew of it: LetterSending says that an earlier
// offer may have arrived.
func (c *Client) offer(ctx context.Context, l *Letter, entry Entry, before State) (*Receipt, error) {
	patience := c.now().Add(c.cfg.Retry.Patience)
	for n := 1; ; {
		tries, err := c.way.enter(ctx)
		if err != nil {
			return nil, c.giveBack(ctx, entry, before, c.refuse("send", l.ID, err))
		}
		if ctx.Err() != nil {
			c.way.drop(tries)
			return nil, c.giveBack(ctx, entry, before, &Error{Kind: Unavailable, NotDelivered: true, Err: ctx.Err()})
		}
		receipt, failure := c.offerOnce(ctx, l, tries)
		if failure != nil && failure.NotDelivered && ctx.Err() == nil {
			switch failure.Kind {
			case Throttled: // uses up no offer: the pause of the channel is the wait
				if c.now().Before(patience) {
					before = max(before, LetterWaiting)
					continue
				}
			case Unavailable:
				if c.way.again(ctx, n) {
					n++
					before = max(before, LetterWaiting)
					continue
				}
			}
		}
		return c.outcome(ctx, l, entry, before, receipt, failure)
	}
}

// offerOnce asks the adapter, and tells the channel and a person what it found.
func (c *Client) offerOnce(ctx context.Context, l *Letter, tries bool) (*Receipt, *Error) {
	told := false
	defer func() {
		if !told { // a panic: the channel learns nothing
			c.way.drop(tries)
		}
	}()
	r, err := c.sender.Send(ctx, l)
	receipt, failure := c.judge(l, r, err)
	told = true
	c.report(ctx, l.ID, tries, failure)
	return receipt, failure
}

// report tells the channel, and a person, what an offer found.
func (c *Client) report(ctx context.Context, id ID, tries bool, failure *Error) {
	paused := false
	if failure != nil && (ctx.Err() != nil || failure.local()) {
		c.way.drop(tries) // nothing was heard of the distributor
	} else {
		paused = c.way.leave(id, tries, failure)
	}
	if failure != nil && (failure.Alarm || paused && (failure.Kind == AuthFailed || failure.Kind == ConfigInvalid)) {
		c.alarm(ctx, c.refuse("send", id, failure))
	}
}

// local reports whether the letter was refused before the distributor was asked.
func (e *Error) local() bool {
	return e.NotDelivered && e.Status == 0 && (e.Kind == InputInvalid || e.Kind == Unsupported)
}

// outcome records what became of an offer.
func (c *Client) outcome(ctx context.Context, l *Letter, entry Entry, before State, r *Receipt, failure *Error) (*Receipt, error) {
	switch {
	case failure == nil:
		r.Attempts = entry.Attempts + 1
		return c.accept(ctx, entry, r)
	case failure.Kind == AlreadyAccepted:
		return c.known(ctx, l, entry, before, failure)
	case failure.aboutLetters() && before == LetterSending:
		// This offer was refused; the one whose answer is missing may not have been.
		unsure := *failure
		unsure.Kind, unsure.Reachability, unsure.Err = OutcomeUnknown, ReachabilityUnknown, sentinel(failure.Kind)
		unsure.Why = "an earlier offer may have arrived, and this one was refused; ask the distributor"
		return c.unknown(ctx, entry, &unsure)
	case failure.aboutLetters():
		return nil, c.settle(ctx, entry, LetterRefused, failure)
	case !failure.NotDelivered:
		return c.unknown(ctx, entry, failure)
	default:
		return nil, c.giveBack(ctx, entry, before, failure)
	}
}

// judge believes nothing of an adapter's answer that does not fit the letter.
func (c *Client) judge(l *Letter, r *Receipt, err error) (*Receipt, *Error) {
	switch {
	case err != nil:
		e := c.refuse("send", l.ID, err)
		if e.Kind == 0 || e.Kind >= lastKind {
			e.Kind, e.NotDelivered = OutcomeUnknown, false
		}
		return nil, e
	case r == nil:
		return nil, &Error{Kind: OutcomeUnknown, Why: "the adapter returned neither a receipt nor an error"}
	case r.ID != l.ID:
		return nil, c.refuse("send", l.ID, &Error{Kind: OutcomeUnknown, Why: "the answer is another letter's", Raw: r.Raw, Alarm: true})
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
func (c *Client) known(ctx context.Context, l *Letter, entry Entry, before State, failure *Error) (*Receipt, error) {
	if before == 0 {
		// Perhaps another process sent it meanwhile.
		if now, err := c.ledger.Entry(ctx, l.ID); err == nil && now.State == LetterAccepted && now.Digest == entry.Digest {
			return now.receipt(Duplicate), nil
		}
		failure.Kind, failure.NotDelivered = Duplicate, false
		failure.Why = "the distributor has a letter under this ID that this ledger did not send; find out which"
		return nil, c.settle(ctx, entry, LetterRefused, failure)
	}
	return c.accept(ctx, entry, &Receipt{
		ID: l.ID, Status: Accepted, At: c.now(), SHA256: l.Document.SHA256(), Attempts: entry.Attempts + 1, Repeat: AlreadyAccepted, Raw: failure.Raw,
	})
}

const storeTimeout = 10 * time.Second

// patiently is a context for the ledger, which the caller's end does not cut short.
func (c *Client) patiently(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, quick := c.ledger.(*MemoryLedger); quick {
		return ctx, func() {}
	}
	return context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
}

// begin claims a letter. The caller's context does not cut it short: a claim that
// was written and not heard of would leave a letter unknown that never left.
func (c *Client) begin(ctx context.Context, fresh Entry) (Entry, error) {
	ctx, cancel := c.patiently(ctx)
	defer cancel()
	return c.ledger.Begin(ctx, fresh)
}

// end writes the entry, also when the caller has gone: what is known must be kept.
func (c *Client) end(ctx context.Context, e Entry) error {
	ctx, cancel := c.patiently(ctx)
	defer cancel()
	e.At = c.now()
	return c.ledger.End(ctx, e)
}
