package main

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
)

const (
	sendEvery    = time.Second      // between two looks at what is due
	newsEvery    = time.Minute      // between two questions to the distributor, unless appConfig says otherwise
	sendTimeout  = 45 * time.Second // of one attempt
	claimLasts   = time.Minute      // nobody else takes a letter for so long
	firstWait    = 5 * time.Second  // before the second attempt; each next one is twice that
	longestWait  = 15 * time.Minute
	parkedWait   = time.Hour // a person must look; see eboks.Client.Release
	longestTries = 10        // doublings that matter
	askEvery     = time.Minute
	askFor       = 14 * 24 * time.Hour // nobody asks about a letter that is older
)

// postman brings letters to the distributor and news of them back. What it knows
// is in the store and nowhere else: another postman, after this one was killed,
// goes on where it ended.
type postman struct {
	store  *store
	client *eboks.Client
	render func(eboks.ID, letterContent, cpr.Number) ([]byte, error)
	log    *slog.Logger
	wake   chan struct{}
	every  time.Duration // between two questions for news
}

func newPostman(s *store, client *eboks.Client, render func(eboks.ID, letterContent, cpr.Number) ([]byte, error), log *slog.Logger) *postman {
	return &postman{store: s, client: client, render: render, log: log, wake: make(chan struct{}, 1), every: newsEvery}
}

// deliver lets the postman and the clerk work, if they are there, until ctx ends or
// stop is called. stop waits for them.
func (a *app) deliver(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	if a.postman != nil {
		working.Go(func() { a.postman.work(ctx) })
	}
	if a.clerk != nil {
		working.Go(func() { a.clerk.work(ctx) })
	}
	return func() { cancel(); working.Wait() }
}

// hurry says that there is a letter. It never waits.
func (p *postman) hurry() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// work sends and reads until ctx ends. What fails is tried again later.
func (p *postman) work(ctx context.Context) {
	send, news := time.NewTicker(sendEvery), time.NewTicker(p.every)
	defer send.Stop()
	defer news.Stop()
	p.round(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-send.C:
			p.sendDue(ctx)
		case <-p.wake:
			p.sendDue(ctx)
		case <-news.C:
			p.readNews(ctx)
		}
	}
}

// round sends what is due and reads what is new.
func (p *postman) round(ctx context.Context) {
	p.sendDue(ctx)
	p.readNews(ctx)
}

func (p *postman) sendDue(ctx context.Context) {
	if err := p.send(ctx); err != nil && ctx.Err() == nil {
		p.log.ErrorContext(ctx, "letters not sent", "error", err)
	}
}

func (p *postman) readNews(ctx context.Context) {
	if err := p.news(ctx); err != nil && ctx.Err() == nil {
		p.log.WarnContext(ctx, "no news of letters", "error", err)
	}
}

func (p *postman) send(ctx context.Context) error {
	letters, err := p.store.dueLetters(ctx)
	if err != nil {
		return err
	}
	for _, d := range letters {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.sendOne(ctx, d); err != nil { // the others are not its prisoners
			p.log.ErrorContext(ctx, "letter not sent", "id", d.ID.String(), "error", err)
			if err := p.store.postpone(context.WithoutCancel(ctx), d.ID, p.store.now().Add(claimLasts)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sendOne makes one attempt. The client's ledger, which is in the same store,
// knows what was done before: a letter whose outcome is unknown is asked for, and
// offered again only where the distributor recognises its ID.
func (p *postman) sendOne(ctx context.Context, d due) error {
	err := p.store.address(ctx, d, func(c letterContent, n cpr.Number) ([]byte, error) { return p.render(d.ID, c, n) })
	if err != nil {
		return err
	}
	l, ok, err := p.store.claim(ctx, d, p.store.now().Add(claimLasts))
	if err != nil || !ok {
		return err
	}
	if p.client.Capabilities().Limits.Attachments == 0 {
		l.Attachments = nil // the link leads to what would be attached
	}
	attempt, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	receipt, err := p.client.Send(attempt, l)
	// What came out is kept even when the program is ending.
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		return p.store.addEvents(ctx, eboks.Event{ID: l.ID, Status: receipt.Status, Code: receiptCode, At: receipt.At, Raw: receipt.Raw})
	}
	state, reason, wait := verdict(err, d.Attempts)
	return p.store.settle(ctx, l.ID, state, reason, p.store.now().Add(wait))
}

// verdict says what an error of Send means for the letter.
func verdict(err error, attempts int) (state letterState, reason string, wait time.Duration) {
	wait = min(firstWait<<min(attempts, longestTries), longestWait)
	if e, ok := errors.AsType[*eboks.Error](err); ok {
		wait = max(wait, e.RetryAfter)
	}
	kind := eboks.KindOf(err)
	switch kind {
	case eboks.Rejected, eboks.RecipientUnreachable, eboks.InputInvalid, eboks.Unsupported:
		return letterRefused, reasonOf(err), 0
	case eboks.Parked, eboks.Conflict, eboks.Duplicate:
		// A person must look. With the last two the ledger and the distributor do not
		// agree, as after a restored backup: the letter may well have arrived.
		return letterOffered, kind.String(), parkedWait
	}
	if !eboks.SafeToRetry(err) {
		return letterOffered, kind.String(), wait
	}
	return letterWaiting, kind.String(), wait
}

// news reads what became of letters, in the way the distributor has.
func (p *postman) news(ctx context.Context) error {
	can := p.client.Capabilities()
	switch {
	case can.Events:
		return p.readEvents(ctx, can.Name)
	case can.Status:
		return p.askForEach(ctx)
	}
	return nil
}

// readEvents goes on after the last event that was handled. The cursor is stored
// with what the event changes, so that a kill loses nothing; what comes again has
// no second effect.
func (p *postman) readEvents(ctx context.Context, sender string) error {
	after, err := p.store.cursor(ctx, sender)
	if err != nil {
		return err
	}
	for e, err := range p.client.Events(ctx, after) {
		if err != nil {
			return err
		}
		known, err := p.store.handle(ctx, sender, e)
		if err != nil {
			return err
		}
		if !known {
			p.log.WarnContext(ctx, "an event is about no letter of ours", "id", e.ID.String())
		}
	}
	return nil
}

// askForEach asks about every letter that has no end.
func (p *postman) askForEach(ctx context.Context) error {
	now := p.store.now()
	open, err := p.store.openLetters(ctx, now, now.Add(-askFor))
	if err != nil {
		return err
	}
	for _, id := range open {
		h, err := p.client.Status(ctx, id)
		if err != nil {
			return err
		}
		if err := p.store.asked(ctx, id, now.Add(askEvery), h.Events()); err != nil {
			return err
		}
	}
	return nil
}
