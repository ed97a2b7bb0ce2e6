package eboks

import "context"

// claimed is a letter that is new to the ledger and may travel with others.
type claimed struct {
	letter *Letter
	mine   *sending
	entry  Entry
	before State
}

// group sends several letters in one call. What is not new, and what did not leave
// with the others, goes by itself.
func (c *Client) group(ctx context.Context, together BatchSender, letters []*Letter, results chan<- sized) {
	var fresh []claimed
	var alone []*Letter
	for _, l := range letters {
		if f, ok := c.reserve(ctx, l); ok {
			fresh = append(fresh, f)
		} else {
			alone = append(alone, l)
		}
	}
	// Every answer is kept before anybody is told any: the loop may send letters too.
	ended, again := c.together(ctx, together, fresh)
	for _, r := range ended {
		results <- r
	}
	for _, l := range append(again, alone...) {
		results <- c.single(ctx, l)
	}
}

// reserve claims a letter that nobody has sent or is sending. Whatever is wrong
// with another one is found out again, and told, when it goes by itself.
func (c *Client) reserve(ctx context.Context, l *Letter) (claimed, bool) {
	ready, digest, err := c.prepare(ctx, l)
	if err != nil {
		return claimed{}, false
	}
	mine := &sending{digest: digest, done: make(chan struct{})}
	if c.enlist(ready.ID, mine) != nil {
		return claimed{}, false
	}
	entry, before, err := c.claim(ctx, ready, digest)
	if err != nil || before.State != 0 && before.State != LetterWaiting {
		c.release(ready.ID, mine)
		return claimed{}, false
	}
	return claimed{ready, mine, entry, before.State}, true
}

// release lets go of a letter without a word: who waits for it tries for himself.
func (c *Client) release(id ID, mine *sending) {
	mine.again, mine.err = true, c.refuse("send", id, &Error{Kind: OutcomeUnknown, Why: "another call let go of this letter"})
	c.letGo(id, mine)
}

// together makes the one call. It returns the results of the letters that have
// one, and the letters that surely did not leave and may go by themselves.
func (c *Client) together(ctx context.Context, sender BatchSender, fresh []claimed) (ended []sized, again []*Letter) {
	if len(fresh) == 0 {
		return nil, nil
	}
	done := 0
	defer func() { // after a panic below nobody waits for ever
		for _, f := range fresh[done:] {
			c.release(f.letter.ID, f.mine)
		}
	}()
	tries, err := c.way.enter(ctx)
	if err != nil {
		for _, f := range fresh {
			r, failure := c.finish(ctx, f.letter.ID, f.mine, nil, c.giveBack(ctx, f.entry, f.before, c.refuse("send", f.letter.ID, err)))
			ended = append(ended, result(f.letter, r, failure))
			done++
		}
		return ended, nil
	}
	answers, err := c.call(ctx, sender, fresh, tries)
	for i, f := range fresh {
		r, failure := c.ofBatch(f.letter, answers, i, len(fresh), err)
		if err == nil || i == 0 { // a call that failed is one failure, however many letters it had
			c.report(ctx, f.letter.ID, tries, failure)
		}
		tries = false // told
		var bad error
		if failure != nil && failure.NotDelivered && ctx.Err() == nil && (failure.waits() || err != nil && failure.aboutLetters()) {
			// All were kept from leaving, or refused for the sake of one.
			if bad = c.giveBack(ctx, f.entry, f.before, failure); KindOf(bad) != StoreFailed {
				c.release(f.letter.ID, f.mine)
				again = append(again, f.letter)
				done++
				continue
			}
		} else {
			r, bad = c.outcome(ctx, f.letter, f.entry, f.before, r, failure)
		}
		receipt, failure := c.finish(ctx, f.letter.ID, f.mine, r, bad)
		ended = append(ended, result(f.letter, receipt, failure))
		done++
	}
	return ended, again
}

// call asks the adapter; a panic in it leaves the channel as it was.
func (c *Client) call(ctx context.Context, sender BatchSender, fresh []claimed, tries bool) ([]Result, error) {
	letters := make([]*Letter, len(fresh))
	for i, f := range fresh {
		letters[i] = f.letter
	}
	returned := false
	defer func() {
		if !returned {
			c.way.drop(tries)
		}
	}()
	answers, err := sender.SendBatch(ctx, letters)
	returned = true
	return answers, err
}

// ofBatch finds one letter's answer among those of a batch.
func (c *Client) ofBatch(l *Letter, answers []Result, i, want int, err error) (*Receipt, *Error) {
	switch {
	case err != nil:
		_, failure := c.judge(l, nil, err)
		if want > 1 && failure.aboutLetters() && !failure.NotDelivered {
			failure.Kind, failure.Reachability = OutcomeUnknown, ReachabilityUnknown // of which letter is not said
		}
		return nil, failure
	case len(answers) != want || answers[i].ID != l.ID:
		return nil, c.refuse("send", l.ID, &Error{Kind: OutcomeUnknown, Why: "the answers do not fit the letters", Alarm: true})
	default:
		return c.judge(l, answers[i].Receipt, answers[i].Err)
	}
}

// aboutLetters reports whether the error judges a letter and not the call.
func (e *Error) aboutLetters() bool {
	return e.Kind == Rejected || e.Kind == RecipientUnreachable || e.Kind == AlreadyAccepted
}

// waits reports whether Send offers a letter again after such an error.
func (e *Error) waits() bool { return e.Kind == Unavailable || e.Kind == Throttled }
