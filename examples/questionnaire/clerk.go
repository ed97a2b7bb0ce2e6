package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/signing"
)

const (
	lookEvery   = time.Second     // between two looks at what is due
	askOrders   = 5 * time.Minute // between two questions about an order, unless appConfig says otherwise: webhooks come first
	clerkWorks  = 50 * time.Second
	clerkWaits  = time.Minute // nobody else takes an agreement for so long. A lost answer needs it too: see signing.Client.PlaceAgain
	visitorWait = 15 * time.Second
)

// clerk has agreements signed: it writes them, places the orders, and brings the signed
// copies home. What it knows is in the store and nowhere else: another clerk, after this
// one was killed, goes on where it ended.
type clerk struct {
	store     *store
	desk      *desk
	publicURL string
	letters   bool // a letter brings the link
	zone      *time.Location
	log       *slog.Logger
	wake      chan struct{}
	every     time.Duration // between two questions about an order
}

// hurry says that there is something to do. It never waits.
func (c *clerk) hurry() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// work goes on until ctx ends. What fails is tried again later.
func (c *clerk) work(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		c.round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-c.wake:
		}
	}
}

// round does what is due.
func (c *clerk) round(ctx context.Context) {
	due, err := c.store.dueSignatures(ctx)
	if err != nil && ctx.Err() == nil {
		c.log.ErrorContext(ctx, "agreements not looked at", "error", err)
	}
	for i := range due {
		if ctx.Err() != nil {
			return
		}
		if err := c.attend(ctx, &due[i]); err != nil && !errors.Is(err, errTaken) && ctx.Err() == nil { // the others are not its prisoners
			c.log.ErrorContext(ctx, "agreement waits", "id", due[i].ID, "error", err)
		}
	}
}

var errTaken = errors.New("somebody else is at it")

// attend takes an agreement one step on, or returns errTaken.
func (c *clerk) attend(ctx context.Context, w *work) error {
	p, err := c.store.paperOf(ctx, w.ID)
	if err != nil {
		return err
	}
	if p.PDF == nil {
		if p, err = c.write(ctx, w, p); err != nil {
			return err
		}
	}
	now := c.store.now()
	ok, err := c.store.takeSignature(ctx, w, now.Add(clerkWaits))
	if err != nil {
		return err
	}
	if !ok {
		return errTaken
	}
	attempt, cancel := context.WithTimeout(ctx, clerkWorks)
	defer cancel()
	err = c.step(attempt, w, p)
	// What came out is kept even when the program is ending.
	return c.settle(context.WithoutCancel(ctx), w, err)
}

// write makes the PDF, before anything leaves.
func (c *clerk) write(ctx context.Context, w *work, p *signaturePaper) (*signaturePaper, error) {
	pdf, err := renderAgreement(p.Content, w.ID, c.zone)
	if err != nil {
		return nil, err
	}
	if err := c.store.writeDocument(ctx, w.ID, pdf); err != nil {
		return nil, err
	}
	return c.store.paperOf(ctx, w.ID) // somebody else's PDF may have counted
}

// step does the one thing that an agreement in its state needs.
func (c *clerk) step(ctx context.Context, w *work, p *signaturePaper) error {
	if w.State == signatureEnded {
		return c.desk.client.Cleanup(ctx, p.Ticket)
	}
	o, err := p.Content.order(w.ID, p.PDF, c.publicURL)
	if err != nil {
		return err
	}
	switch w.State {
	case signatureNew:
		return c.place(ctx, w, o, c.desk.client.Place)
	case signaturePlacing: // an earlier attempt may have placed it
		return c.place(ctx, w, o, c.desk.client.PlaceAgain)
	}
	result, err := c.desk.client.Complete(ctx, p.Ticket, o, func(ctx context.Context, r *signing.Result) error {
		return c.store.endSignature(ctx, w.ID, r, c.evidence(ctx, o, r))
	})
	if err != nil {
		return err
	}
	w.State = signatureEnded
	return result.Cleanup
}

// place keeps the ticket of an order, with the letter about it. The links are not kept.
func (c *clerk) place(ctx context.Context, w *work, o *signing.Order, do func(context.Context, *signing.Order) (*signing.Placed, error)) error {
	placed, err := do(ctx, o)
	if err != nil {
		return err
	}
	w.State = signaturePlaced
	return c.store.placeSignature(context.WithoutCancel(ctx), w.ID, placed.Ticket, c.store.now().Add(c.every), c.letters)
}

// settle says when an agreement is looked at next, and what a person must know.
func (c *clerk) settle(ctx context.Context, w *work, err error) error {
	now := c.store.now()
	kind := signing.KindOf(err)
	switch {
	case err == nil && w.State == signatureEnded:
		return c.store.cleanedSignature(ctx, w.ID)
	case err == nil: // placed: placeSignature has said when
		return nil
	case kind == signing.Unsupported && w.State == signatureEnded: // the service deletes by itself
		return c.store.cleanedSignature(ctx, w.ID)
	case kind == signing.Pending:
		return c.store.rest(ctx, w, now.Add(c.every), 0, "")
	}
	wait := min(firstWait<<min(w.Fails, longestTries), longestWait)
	if w.State == signaturePlacing || w.State == signatureNew {
		wait = max(wait, clerkWaits) // the call may still be under way at the service
	}
	var e *signing.Error
	if errors.As(err, &e) {
		wait = max(wait, e.RetryAfter)
	}
	stuck := ""
	if then := kind.Then(); kind != 0 && w.State != signatureEnded && (then == signing.Decide || then == signing.Stop) {
		stuck, wait = kind.String(), parkedWait
	}
	return errors.Join(err, c.store.rest(ctx, w, now.Add(wait), w.Fails+1, stuck))
}

// busy asks the service about an agreement that is with the person, at once. It reports
// whether somebody else is doing that, and their answer is worth waiting for.
func (c *clerk) busy(ctx context.Context, account, id string) bool {
	all, err := c.store.workOf(ctx, account, id)
	if err == nil && len(all) == 1 && all[0].State == signaturePlaced {
		err = c.attend(ctx, &all[0])
	}
	if errors.Is(err, errTaken) {
		return ctx.Err() == nil
	}
	if err != nil {
		c.log.WarnContext(ctx, "agreement waits", "id", id, "error", err)
	}
	return false
}
