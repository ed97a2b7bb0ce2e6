package eboks

import (
	"cmp"
	"context"
	"errors"
	"time"
)

// Prepared is a letter that was validated and measured: see [Client.Prepare]. What
// it holds is a copy, so that nothing the caller does later changes what is sent. It
// prints as a placeholder.
type Prepared struct {
	guarded
	letter *Letter
	digest Digest
	bytes  int64
}

// ID returns the letter's ID.
func (p *Prepared) ID() ID { return p.letter.ID }

// Digest returns what stands for the letter in a Ledger, made with the newest key.
func (p *Prepared) Digest() Digest { return p.digest }

// Letter returns a copy of the letter as it was prepared. Its documents are measured:
// Document.Size, SHA256 and Content tell what is sent.
func (p *Prepared) Letter() *Letter { return copyOf(p.letter) }

// Digests returns what stands for the letter in a Ledger with each of Config.Keys, the
// newest key first: one of them is in the entry of the same letter.
func (c *Client) Digests(p *Prepared) []Digest {
	all := make([]Digest, len(c.keys))
	for i, k := range c.keys {
		all[i] = p.letter.digest(k)
	}
	return all
}

// Bytes returns the size of all documents together, in bytes.
func (p *Prepared) Bytes() int64 { return p.bytes }

// Entry is the letter as a Ledger writes it that does not know it yet.
func (p *Prepared) Entry(now time.Time) Entry {
	return Entry{ID: p.letter.ID, Digest: p.digest, State: LetterWaiting, SHA256: p.letter.Document.SHA256(), At: now.UTC()}
}

// Outcome is what one [Client.Attempt] made of a letter: an entry to settle, and
// either a receipt or an error.
type Outcome struct {
	guarded
	Entry   Entry
	Receipt *Receipt
	Err     *Error
	// More means that nothing stands in the way of the next attempt with Entry, within the
	// same claim: the distributor does not know the letter, and recognises a repeated ID or
	// has not known it for RetryPolicy.LogLag.
	More bool

	answer answer
	rule   rule
	name   string
}

// Against judges the same attempt by another entry of the same letter: by what
// Ledger.Settle returned because somebody else was faster. If no attempt was made, because
// the entry was another letter's, it returns the same error with that entry.
func (o Outcome) Against(now Entry) Outcome {
	if o.Mismatch() {
		o.Entry = now
		return o
	}
	o.Entry, o.Receipt, o.Err = o.rule.judge(now, o.answer)
	open := o.Entry.State == LetterWaiting || o.Entry.State == LetterUnknown && o.rule.canOffer && !o.Entry.Missing.IsZero()
	o.More = o.answer.looked && o.answer.err == nil && o.Receipt == nil && open
	if o.Err != nil {
		named := *o.Err
		named.Op, named.ID, named.Sender = opSend, now.ID, cmp.Or(named.Sender, o.name)
		o.Err = &named
	}
	return o
}

// Mismatch reports whether no attempt was made because the entry and the letter do not
// belong together.
func (o Outcome) Mismatch() bool { return o.rule == (rule{}) }

// Resettle is what to do with an outcome when Ledger.Settle returned now in its place,
// because somebody else has changed the entry: settle again, or nothing more if settled is
// true. A letter that another process has in hand is left to it, unless this attempt found
// that the distributor has the letter.
func (o Outcome) Resettle(now Entry) (again Outcome, settled bool) {
	switch {
	case o.Mismatch():
		o.Entry = now
		return o, true
	case !o.answer.arrived() && now.held():
		o.Entry, o.Receipt, o.More = now, nil, false
		o.Err = &Error{Kind: OutcomeUnknown, Op: opSend, ID: now.ID, Sender: o.name, Why: "another process has taken over the letter"}
		return o, true
	}
	o = o.Against(now)
	o.More = false // it is in nobody's hand
	ended := now.State != LetterWaiting && now.State != LetterUnknown
	return o, now.State == LetterAccepted || ended && !o.answer.arrived()
}

// Lost is the outcome of an attempt with e that ended in a panic: the letter may have been
// offered.
func (c *Client) Lost(e Entry) Outcome {
	o := Outcome{rule: c.rule(), name: c.can.Name}
	o.answer = answer{offered: true, err: &Error{Kind: OutcomeUnknown, Why: "sending ended in a panic"}}
	return o.Against(e)
}

// Prepare validates a letter and measures its documents, without touching the
// ledger or the distributor. Errors: InputInvalid, Unsupported.
func (c *Client) Prepare(ctx context.Context, l *Letter) (*Prepared, error) {
	p, err := c.prepare(ctx, l)
	if err != nil {
		return nil, c.refuse(opSend, idOf(l), err)
	}
	return p, nil
}

func idOf(l *Letter) ID {
	if l == nil {
		return ID{}
	}
	return l.ID
}

// Attempt makes one step with a letter that the caller has claimed in a ledger as e:
// it asks the distributor for a letter whose outcome is unknown, where it can be
// asked, and otherwise offers the letter. It waits for nothing and stores nothing.
// [Client.Send] is a claim, attempts and a settlement; a durable outbox is made of
// the same.
//
// While the channel is paused nothing leaves, and the error says until when.
func (c *Client) Attempt(ctx context.Context, p *Prepared, e Entry) Outcome {
	var o Outcome
	switch {
	case p == nil || e.ID != p.letter.ID:
		o.Entry = e
		o.Err = c.refuse(opSend, e.ID, &Error{Kind: InputInvalid, Then: Decide, Why: "the entry is another letter's"})
		return o
	case e.State == 0 || e.State >= lastState:
		o.Entry = e
		o.Err = c.refuse(opSend, e.ID, &Error{Kind: StoreFailed, Why: "the ledger has an entry in no known state"})
		return o
	}
	if err := c.unlike(p, e); err != nil {
		o.Entry = e
		o.Entry.Owner, o.Entry.Lease = "", time.Time{}
		o.Err = c.refuse(opSend, e.ID, err)
		return o
	}
	o.rule, o.name = c.rule(), c.can.Name
	switch {
	case e.State == LetterUnknown && c.canAsk() && (e.Missing.IsZero() || !c.can.Dedupes):
		o.answer = c.look(ctx, p.letter)
		o.answer.version = e.Version
	case e.State == LetterUnknown && !c.can.Dedupes:
		o.answer = answer{looked: true, err: &Error{Kind: OutcomeUnknown,
			Why: "it was offered before; ask the distributor or wait for the event, then call Release or GiveUp"}}
	case e.State == LetterWaiting, e.State == LetterUnknown:
		o.answer = c.offer(ctx, p.letter)
	}
	return o.Against(e)
}

func (c *Client) canAsk() bool {
	_, ok := c.sender.(StatusReader)
	return ok && c.can.Status
}

// look asks the distributor for a letter.
func (c *Client) look(ctx context.Context, l *Letter) answer {
	events, err := c.sender.(StatusReader).ReadStatus(ctx, l.ID)
	if err != nil {
		e := c.refuse(opSend, l.ID, asQuestion(err))
		if e.Alarm || (e.Kind == AuthFailed || e.Kind == ConfigInvalid) && !c.deaf.Swap(true) {
			c.alarm(ctx, e)
		}
		cause := error(sentinel(e.Kind))
		if ctx.Err() != nil {
			cause = ctx.Err()
		}
		return answer{err: &Error{Kind: OutcomeUnknown, Err: cause, RetryAfter: e.RetryAfter,
			Why: "the outcome is unknown, and the distributor could not be asked"}}
	}
	c.deaf.Store(false)
	h := historyOf(l.ID, events)
	switch s := h.Status(); {
	case s == Unknown && len(h.events) > 0:
		return answer{looked: true, err: &Error{Kind: OutcomeUnknown, Why: "the distributor tells of the letter in words that are not known here"}}
	case s == Unknown, s == Submitted:
		return answer{looked: true, left: s == Submitted}
	}
	return answer{looked: true, receipt: &Receipt{
		ID: l.ID, Status: h.Status(), At: cmp.Or(when(h.events[0]), c.now()), SHA256: l.Document.SHA256(), Repeat: AlreadyAccepted,
	}}
}

// offer brings the letter to the distributor once, and tells the channel and a
// person what that found.
func (c *Client) offer(ctx context.Context, l *Letter) answer {
	probe, paused := c.way.enter()
	if paused != nil {
		return answer{err: paused}
	}
	told := false
	defer func() {
		if !told { // a panic, or an offer that says nothing of the way
			c.way.drop(probe)
		}
	}()
	if ctx.Err() != nil {
		return answer{err: &Error{Kind: Unavailable, Then: Retry, Err: ctx.Err()}}
	}
	r, err := c.sender.Send(ctx, l)
	a := c.read(l, r, err)
	if a.err != nil && (ctx.Err() != nil || a.err.local()) {
		return a // nothing was heard of the distributor
	}
	told = true
	alarm := false
	alarm, a.alone = c.way.leave(l.ID, probe, a.err)
	if a.alone {
		a.err.Why = "others pass, and this letter alone is refused; look at its documents, and at filters on the way"
	}
	if a.err != nil && (alarm || a.err.Alarm && a.err.Kind != Rejected) {
		c.alarm(ctx, c.refuse(opSend, l.ID, a.err))
	}
	return a
}

// read believes nothing of an adapter's answer that does not fit the letter.
func (c *Client) read(l *Letter, r *Receipt, err error) answer {
	a := answer{offered: true}
	switch {
	case err != nil:
		a.err = c.refuse(opSend, l.ID, err)
		if a.err.Kind == 0 || a.err.Kind >= lastKind || a.err.Then >= lastThen {
			a.err.Kind, a.err.Then = OutcomeUnknown, Ask
		}
		if ends := c.sender.Capabilities().CertificateExpires; a.err.Kind == AuthFailed && !ends.IsZero() && ends.Before(c.now()) {
			a.err.Why += "; the client certificate ended on " + ends.UTC().Format(time.DateOnly)
		}
	case r == nil:
		a.err = &Error{Kind: OutcomeUnknown, Why: "the adapter returned neither a receipt nor an error"}
	case r.ID != l.ID:
		a.err = &Error{Kind: OutcomeUnknown, Why: "the answer is another letter's", Raw: r.Raw, Alarm: true}
	default:
		receipt := *r
		receipt.SHA256 = l.Document.SHA256()
		if receipt.Status == Unknown || receipt.Status >= lastStatus {
			receipt.Status = Accepted
		}
		receipt.At, receipt.Repeat = cmp.Or(receipt.At, c.now()), 0
		a.receipt = &receipt
	}
	return a
}

// aboutLetter reports whether the error is the distributor's verdict on the letter.
func (e *Error) aboutLetter() bool { return e.Kind == Rejected || e.Kind == RecipientUnreachable }

// local reports whether the letter was refused before the distributor was asked.
func (e *Error) local() bool {
	return e.Then.undelivered() && e.Status == 0 && (e.Kind == InputInvalid || e.Kind == Unsupported)
}

// asQuestion makes an error of a call that changes nothing one of its own kinds: no
// outcome is unknown where nothing was sent, and nothing is known of the letter.
func asQuestion(err error) error {
	e, ok := asError(err)
	if !ok {
		return &Error{Kind: Unavailable, Then: Retry, Why: "the adapter returned an error without a kind"}
	}
	asked := *e
	switch {
	case e.Kind != OutcomeUnknown:
	case e.Status == 0 || e.Status/100 == 3 || e.Status >= 500:
		asked.Kind = Unavailable
	default:
		asked.Kind = ReceiptInvalid
	}
	asked.Then = asked.Kind.question()
	return &asked
}

// question is what to do after a call that sends nothing.
func (k Kind) question() Then {
	switch k {
	case Unavailable, Throttled, AuthFailed, StoreFailed, OutcomeUnknown:
		return Retry
	case ReceiptInvalid, ReceiptOverdue, AlreadyAccepted, Conflict, Duplicate, Parked:
		return Decide
	default:
		return Stop
	}
}

func asError(err error) (*Error, bool) { return errors.AsType[*Error](err) }
