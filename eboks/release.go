package eboks

import (
	"context"
	"errors"
	"time"
)

// Release lets a letter be sent again that was parked, refused, or whose outcome
// stayed unknown. A person decides that, after the distributor has said that it does
// not have the letter. If it has it after all, the recipient gets two. A stopped process
// or the network may hold an offer back and deliver it later: wait longer than that can
// last, or be sure that the distributor recognises a repeated ID.
//
// Errors: InputInvalid if the ledger does not know the letter; AlreadyAccepted if the
// distributor has it; Conflict while somebody has it in hand; StoreFailed.
func (c *Client) Release(ctx context.Context, id ID) error {
	return c.decide(ctx, "release", id, func(e Entry) Entry {
		if e.held() || e.State == LetterUnknown { // whoever had it may have offered it without a word
			e.Offers = max(e.Offers, 1)
		}
		e.State, e.Doubts, e.Missing = LetterWaiting, 0, time.Time{}
		e.Kind, e.Code, e.Reachability, e.Then = 0, "", ReachabilityUnknown, 0
		return e
	})
}

// GiveUp ends a letter that is waiting, parked, refused although it may have arrived, or
// whose outcome stayed unknown, because a person decides that it is not sent again. It
// becomes LetterRefused with Kind Parked. Then is Stop if it surely was not delivered, and
// Decide if it may have arrived. A letter that was refused for good, or given up before,
// stays as it is. If it arrived after all, [Client.Learn] makes it accepted;
// [Client.Release] lets it be sent all the same.
//
// Errors: InputInvalid if the ledger does not know the letter; AlreadyAccepted if the
// distributor has it; Conflict while somebody has it in hand; StoreFailed.
func (c *Client) GiveUp(ctx context.Context, id ID) error {
	return c.decide(ctx, "give up", id, func(e Entry) Entry {
		if e.State == LetterRefused && (e.Then == Stop || e.Kind == Parked) {
			return e
		}
		then := Decide
		if e.undelivered() {
			then = Stop
		}
		e.State, e.Kind, e.Reachability, e.Then = LetterRefused, Parked, ReachabilityUnknown, then
		return e
	})
}

// decide keeps what a person makes of a letter that is in nobody's hand.
func (c *Client) decide(ctx context.Context, op string, id ID, change func(Entry) Entry) error {
	ctx, cancel := c.storing(ctx)
	defer cancel()
	known, err := c.ledger.Load(ctx, []ID{id})
	if err == nil && len(known) != 1 {
		err = errors.New("eboks: the ledger answers with other entries")
	}
	if err != nil {
		return c.refuse(op, id, storeFailed(err, "the letter is as it was"))
	}
	e := known[0]
	inHand := &Error{Kind: Conflict, Then: Retry, Why: "the letter is in hand; try again when its attempt has ended"}
	switch {
	case e.State == 0:
		return c.refuse(op, id, inputInvalid("the ledger has no such letter"))
	case e.State == LetterAccepted:
		return c.refuse(op, id, &Error{Kind: AlreadyAccepted, Then: Decide, Why: "the distributor has the letter"})
	case e.held() && e.Lease.After(c.now()):
		inHand.RetryAfter = e.Lease.Sub(c.now())
		return c.refuse(op, id, inHand)
	}
	changed := change(e)
	if changed == e {
		return nil
	}
	changed.Owner, changed.Lease, changed.At = "", time.Time{}, c.now()
	stale, err := c.ledger.Settle(ctx, []Entry{changed})
	switch {
	case err != nil:
		return c.refuse(op, id, storeFailed(err, "the letter is as it was"))
	case len(stale) > 0:
		return c.refuse(op, id, inHand)
	}
	return nil
}

// Learn keeps what events say of letters that this ledger does not know to have
// arrived: a letter whose answer was lost, and that the distributor's books have, is
// accepted. Call it with the events that [Client.Events] and [Client.Status] gave,
// outside of your own transaction. Events of letters that the ledger does not know
// have no effect, and neither have events that say nothing.
//
// The error is ErrStoreFailed. Nothing is lost by it: the letter stays unknown, and
// the same events may be learned again.
func (c *Client) Learn(ctx context.Context, events ...Event) error {
	const op = "learn"
	heard := map[ID]Event{}
	var ids []ID
	for _, e := range events {
		if e.ID.IsZero() || e.Unread || e.Status == Unknown || e.Status == Submitted || e.Status >= lastStatus {
			continue
		}
		if _, known := heard[e.ID]; !known {
			ids = append(ids, e.ID)
		}
		heard[e.ID] = e
	}
	if len(ids) == 0 {
		return nil
	}
	ctx, cancel := c.storing(ctx)
	defer cancel()
	entries, err := c.ledger.Load(ctx, ids)
	const tries = 10
	for range tries {
		if err != nil {
			return c.refuse(op, ID{}, storeFailed(err, "what the events say of letters with an unknown outcome was not kept"))
		}
		var news []Entry
		for _, e := range entries {
			event, ok := heard[e.ID]
			if !ok || e.State == 0 || e.State == LetterAccepted {
				continue
			}
			r := &Receipt{ID: e.ID, Status: event.Status, At: when(event), SHA256: e.SHA256}
			if r.At.IsZero() {
				r.At = c.now()
			}
			kept, _, _ := c.rule().judge(e, answer{receipt: r, looked: true})
			news = append(news, kept)
		}
		if len(news) == 0 {
			return nil
		}
		entries, err = c.ledger.Settle(ctx, news)
	}
	return c.refuse(op, ID{}, storeFailed(errors.New("eboks: the entries change all the time"), "not every event was kept"))
}
