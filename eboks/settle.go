package eboks

import "context"

// accept records that the distributor has the letter, and then says so.
func (c *Client) accept(ctx context.Context, entry Entry, r *Receipt) (*Receipt, error) {
	entry.State, entry.Attempts = LetterAccepted, r.Attempts
	entry.Status, entry.Reference, entry.TakenAt, entry.SHA256 = r.Status, r.Reference, r.At, r.SHA256
	entry.Kind, entry.Code, entry.Reachability, entry.NotDelivered = 0, "", ReachabilityUnknown, false
	if err := c.end(ctx, entry); err != nil {
		return nil, storeFailed(err, false, "the distributor has the letter; send it again under the same ID and no other")
	}
	return r, nil
}

// receipt is what an entry tells of a letter that was taken in.
func (e Entry) receipt(repeat Kind) *Receipt {
	return &Receipt{ID: e.ID, Status: e.Status, Reference: e.Reference, At: e.TakenAt, SHA256: e.SHA256, Attempts: e.Attempts, Repeat: repeat}
}

// unknown records that the letter may have been taken in, and parks it when that
// has happened too often.
func (c *Client) unknown(ctx context.Context, entry Entry, failure *Error) (*Receipt, error) {
	entry.Attempts++
	entry.State = LetterSending
	failure.NotDelivered = false
	if entry.Attempts < c.cfg.Retry.Park {
		if err := c.end(ctx, entry); err != nil {
			return nil, storeFailed(err, false, "the outcome of the letter is unknown too")
		}
		return nil, failure
	}
	parked := &Error{Kind: Parked, Code: failure.Code, Status: failure.Status, Raw: failure.Raw, Err: sentinel(failure.Kind),
		Why: "its outcome was unknown too often; look at it, then call Release or give it up"}
	err := c.settle(ctx, entry, LetterParked, failure)
	if KindOf(err) == StoreFailed {
		return nil, err
	}
	c.alarm(ctx, c.refuse("send", entry.ID, parked))
	return nil, parked
}

// settle records an end, and returns why.
func (c *Client) settle(ctx context.Context, entry Entry, s State, failure *Error) error {
	entry.State, entry.Kind, entry.Code = s, failure.Kind, failure.Code
	entry.Reachability, entry.NotDelivered = failure.Reachability, failure.NotDelivered
	if err := c.end(ctx, entry); err != nil {
		return storeFailed(err, failure.NotDelivered, "the distributor refused the letter, and that could not be kept")
	}
	return failure
}

// giveBack records that the letter surely did not leave this time, and returns
// why. After LetterSending an earlier offer may have arrived: it stays unknown.
func (c *Client) giveBack(ctx context.Context, entry Entry, before State, failure *Error) error {
	entry.State = LetterWaiting
	if before == LetterSending {
		entry.State = LetterSending
		failure.NotDelivered = false
	}
	if err := c.end(ctx, entry); err != nil {
		return storeFailed(err, failure.NotDelivered, "the letter was not sent, and that could not be kept")
	}
	return failure
}

func storeFailed(err error, notDelivered bool, why string) *Error {
	return &Error{Kind: StoreFailed, NotDelivered: notDelivered, Why: why, Err: hush(err)}
}

// hush keeps of a ledger's error what is known to hold no data.
func hush(err error) error {
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

// Release lets a letter be sent again that was parked, refused, or whose outcome
// stayed unknown. A person decides that, after the distributor has said that it
// does not have the letter: what was delivered after all is delivered twice.
func (c *Client) Release(ctx context.Context, id ID) error {
	free, ok := c.hold(id)
	if !ok {
		return c.refuse("release", id, &Error{Kind: Conflict, Why: "the letter is being sent"})
	}
	defer free()
	entry, err := c.ledger.Entry(ctx, id)
	switch {
	case err != nil:
		return c.refuse("release", id, storeFailed(err, false, "the letter is as it was"))
	case entry.State == 0:
		return c.refuse("release", id, inputInvalid("the ledger has no such letter"))
	case entry.State == LetterAccepted:
		return c.refuse("release", id, &Error{Kind: AlreadyAccepted, Why: "the distributor has the letter"})
	}
	entry.State, entry.Attempts = LetterWaiting, 0
	entry.Kind, entry.Code, entry.Reachability, entry.NotDelivered = 0, "", ReachabilityUnknown, false
	if err := c.end(ctx, entry); err != nil {
		return c.refuse("release", id, storeFailed(err, false, "the letter is as it was"))
	}
	return nil
}
