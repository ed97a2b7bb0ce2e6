package eboks

import "context"

// claimed is a letter that is new to the ledger and may travel with others.
type claimed struct {
	letter *Letter
	mine   *sending
	entry  Entry
}

// group sends several letters in one call. What is not new goes by itself.
func (c *Client) group(ctx context.Context, together BatchSender, letters []*Letter, results chan<- sized) {
	var fresh []claimed
	var others []*Letter
	for _, l := range letters {
		if f, ok := c.reserve(ctx, l); ok {
			fresh = append(fresh, f)
		} else {
			others = append(others, l)
		}
	}
	c.together(ctx, together, fresh, results)
	for _, l := range others {
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
	c.mu.Lock()
	if _, busy := c.inFlight[ready.ID]; busy {
		c.mu.Unlock()
		return claimed{}, false
	}
	c.inFlight[ready.ID] = mine
	c.mu.Unlock()
	entry, before, err := c.claim(ctx, ready, digest)
	if err != nil || before.State != 0 && before.State != LetterWaiting {
		c.mu.Lock()
		delete(c.inFlight, ready.ID)
		c.mu.Unlock()
		// Who waits for it tries for himself.
		mine.err = &Error{Kind: Unavailable, NotDelivered: true, Err: context.Canceled}
		close(mine.done)
		return claimed{}, false
	}
	return claimed{ready, mine, entry}, true
}

func (c *Client) together(ctx context.Context, sender BatchSender, fresh []claimed, results chan<- sized) {
	if len(fresh) == 0 {
		return
	}
	end := func(f claimed, r *Receipt, err error) {
		receipt, failure := c.finish(ctx, f.letter.ID, f.mine, r, err)
		results <- result(f.letter, receipt, failure)
	}
	tries, err := c.way.enter(ctx)
	if err != nil {
		for _, f := range fresh {
			end(f, nil, c.giveBack(ctx, f.entry, false, c.refuse("send", f.letter.ID, err)))
		}
		return
	}
	letters := make([]*Letter, len(fresh))
	for i, f := range fresh {
		letters[i] = f.letter
	}
	answers, err := sender.SendBatch(ctx, letters)
	for i, f := range fresh {
		r, failure := c.ofBatch(ctx, f.letter, answers, i, len(fresh), err)
		if err == nil || i == 0 { // a call that failed is one failure, however many letters it had
			c.report(ctx, f.letter.ID, tries, failure)
		}
		tries = false
		if failure != nil && failure.NotDelivered && ctx.Err() == nil && (failure.Kind == Unavailable || err != nil && failure.aboutLetters()) {
			// It did not leave with the others, or all were refused for the sake of
			// one: now by itself.
			r, err := c.offer(ctx, f.letter, f.entry, false)
			end(f, r, err)
			continue
		}
		r, err := c.outcome(ctx, f.letter, f.entry, false, r, failure)
		end(f, r, err)
	}
}

// ofBatch finds one letter's answer among those of a batch.
func (c *Client) ofBatch(ctx context.Context, l *Letter, answers []Result, i, want int, err error) (*Receipt, *Error) {
	switch {
	case err != nil:
		_, failure := c.judge(ctx, l, nil, err)
		if want > 1 && failure.aboutLetters() && !failure.NotDelivered {
			failure.Kind, failure.Reachability = OutcomeUnknown, ReachabilityUnknown // of which letter is not said
		}
		return nil, failure
	case len(answers) != want || answers[i].ID != l.ID:
		return nil, c.refuse("send", l.ID, &Error{Kind: OutcomeUnknown, Why: "the answers do not fit the letters"})
	default:
		return c.judge(ctx, l, answers[i].Receipt, answers[i].Err)
	}
}

// aboutLetters reports whether the error judges a letter and not the call.
func (e *Error) aboutLetters() bool {
	return e.Kind == Rejected || e.Kind == RecipientUnreachable || e.Kind == AlreadyAccepted
}
