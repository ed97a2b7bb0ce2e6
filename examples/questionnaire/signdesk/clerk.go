package signdesk

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/signing"
)

// The times of a clerk. A lost answer to a new order needs ClaimLasts too: see signing.Client.PlaceAgain.
const (
	AskOrders   = 5 * time.Minute  // between two questions about an order, unless ClerkConfig says otherwise: webhooks come first
	ClaimLasts  = time.Minute      // nobody else takes an agreement for so long
	LongestWait = 15 * time.Minute // after many failures
	ParkedWait  = time.Hour        // where a person must look

	lookEvery = time.Second // between two looks at what is due
	workTime  = 50 * time.Second
	firstWait = 5 * time.Second // before the second attempt; each next one is twice that
	mostTries = 10              // doublings that matter
)

// ClerkConfig is what a clerk works with. All fields are required but Follows and Every.
type ClerkConfig struct {
	Store     *store.Store
	Desk      *Desk
	PublicURL string // where people reach the app
	// Follows says what a status leads to that an agreement takes a record to, such as the
	// letter that brings the link; if nil, nothing follows.
	Follows func(context.Context, store.Reached) (store.Follows, error)
	Zone    *time.Location
	Every   time.Duration // between two questions about an order; if zero, five minutes
	Logger  *slog.Logger
}

// Clerk has agreements signed: it writes them, places the orders, and brings the signed
// copies home. What it knows is in the store and nowhere else: another clerk, after this
// one was killed, goes on where it ended.
type Clerk struct {
	ClerkConfig
	wake chan struct{}
}

// NewClerk returns a clerk who does nothing yet: see Work.
func NewClerk(cfg ClerkConfig) *Clerk {
	if cfg.Every == 0 {
		cfg.Every = AskOrders
	}
	return &Clerk{ClerkConfig: cfg, wake: make(chan struct{}, 1)}
}

// Hurry says that there is something to do. It never waits.
func (c *Clerk) Hurry() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// Work goes on until ctx ends. What fails is tried again later.
func (c *Clerk) Work(ctx context.Context) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		c.Round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-c.wake:
		}
	}
}

// Round does what is due.
func (c *Clerk) Round(ctx context.Context) {
	due, err := c.Store.DueSignatures(ctx)
	if err != nil && ctx.Err() == nil {
		c.Logger.ErrorContext(ctx, "agreements not looked at", "error", err)
	}
	for i := range due {
		if ctx.Err() != nil {
			return
		}
		if err := c.attend(ctx, &due[i]); err != nil && !errors.Is(err, errTaken) && ctx.Err() == nil { // the others go on
			c.Logger.ErrorContext(ctx, "agreement waits", "id", due[i].ID, "error", err)
		}
	}
}

var errTaken = errors.New("somebody else is at it")

// attend takes an agreement one step on, or returns errTaken.
func (c *Clerk) attend(ctx context.Context, w *store.Work) error {
	p, err := c.Store.PaperOf(ctx, w.ID)
	if err != nil {
		return err
	}
	if p.PDF == nil {
		if p, err = c.write(ctx, w, p); err != nil {
			return err
		}
	}
	now := c.Store.Now()
	ok, err := c.Store.TakeSignature(ctx, w, now.Add(ClaimLasts))
	if err != nil {
		return err
	}
	if !ok {
		return errTaken
	}
	attempt, cancel := context.WithTimeout(ctx, workTime)
	defer cancel()
	err = c.step(attempt, w, p)
	// What came out is kept even when the program is ending.
	return c.settle(context.WithoutCancel(ctx), w, err)
}

// write makes the PDF, before anything leaves.
func (c *Clerk) write(ctx context.Context, w *store.Work, p *store.SignaturePaper) (*store.SignaturePaper, error) {
	pdf, err := post.RenderAgreement(p.Content, w.ID, c.Zone)
	if err != nil {
		return nil, err
	}
	if err := c.Store.WriteDocument(ctx, w.ID, pdf); err != nil {
		return nil, err
	}
	return c.Store.PaperOf(ctx, w.ID) // somebody else's PDF may have counted
}

// step does the one thing that an agreement in its state needs.
func (c *Clerk) step(ctx context.Context, w *store.Work, p *store.SignaturePaper) error {
	if w.State == store.SignatureEnded {
		return c.Desk.Client.Cleanup(ctx, p.Ticket)
	}
	o, err := orderOf(&p.Content, w.ID, p.PDF, c.PublicURL)
	if err != nil {
		return err
	}
	switch w.State {
	case store.SignatureNew:
		return c.place(ctx, w, o, c.Desk.Client.Place)
	case store.SignaturePlacing: // an earlier attempt may have placed it
		return c.place(ctx, w, o, c.Desk.Client.PlaceAgain)
	}
	result, err := c.Desk.Client.Complete(ctx, p.Ticket, o, func(ctx context.Context, r *signing.Result) error {
		to, _ := store.StatusAfter(r.End) // the store refuses others
		then, err := c.follows(ctx, w.ID, to)
		if err != nil {
			return err
		}
		return c.Store.EndSignature(ctx, w.ID, r, c.evidence(ctx, o, r), then)
	})
	if err != nil {
		return err
	}
	w.State = store.SignatureEnded
	return result.Cleanup
}

// place keeps the ticket of an order, with the letter about it. The links are not kept.
func (c *Clerk) place(ctx context.Context, w *store.Work, o *signing.Order, do func(context.Context, *signing.Order) (*signing.Placed, error)) error {
	placed, err := do(ctx, o)
	if err != nil {
		return err
	}
	w.State = store.SignaturePlaced
	ctx = context.WithoutCancel(ctx)
	then, err := c.follows(ctx, w.ID, survey.StatusToSign)
	if err != nil {
		return err
	}
	return c.Store.PlaceSignature(ctx, w.ID, placed.Ticket, c.Store.Now().Add(c.Every), then)
}

// follows finds out what a status leads to.
func (c *Clerk) follows(ctx context.Context, id string, to survey.Status) (store.Follows, error) {
	if c.Follows == nil {
		return store.Follows{}, nil
	}
	r, err := c.Store.ReachedBy(ctx, id, to)
	if err != nil {
		return store.Follows{}, err
	}
	return c.Follows(ctx, r)
}

// settle says when an agreement is looked at next, and what a person must know.
func (c *Clerk) settle(ctx context.Context, w *store.Work, err error) error {
	now := c.Store.Now()
	kind := signing.KindOf(err)
	switch {
	case err == nil && w.State == store.SignatureEnded:
		return c.Store.CleanedSignature(ctx, w.ID)
	case err == nil: // placed: PlaceSignature has said when
		return nil
	case kind == signing.Unsupported && w.State == store.SignatureEnded: // the service deletes by itself
		return c.Store.CleanedSignature(ctx, w.ID)
	case kind == signing.Pending:
		return c.Store.Rest(ctx, w, now.Add(c.Every), 0, "", store.Follows{})
	}
	wait := min(firstWait<<min(w.Fails, mostTries), LongestWait)
	if w.State == store.SignaturePlacing || w.State == store.SignatureNew {
		wait = max(wait, ClaimLasts) // the call may still be under way at the service
	}
	var e *signing.Error
	if errors.As(err, &e) {
		wait = max(wait, e.RetryAfter)
	}
	stuck := ""
	if then := kind.Then(); kind != 0 && w.State != store.SignatureEnded && (then == signing.Decide || then == signing.Stop) {
		stuck, wait = kind.String(), ParkedWait
	}
	var then store.Follows
	if stuck != "" {
		var failed error
		if then, failed = c.follows(ctx, w.ID, survey.StatusCheck); failed != nil {
			return errors.Join(err, failed) // the claim ends, and somebody tries again
		}
	}
	return errors.Join(err, c.Store.Rest(ctx, w, now.Add(wait), w.Fails+1, stuck, then))
}

// Busy asks the service about an agreement that is with the person, at once. It reports
// whether somebody else is doing that, and their answer is worth waiting for.
func (c *Clerk) Busy(ctx context.Context, account, id string) bool {
	all, err := c.Store.WorkOf(ctx, account, id)
	if err == nil && len(all) == 1 && all[0].State == store.SignaturePlaced {
		err = c.attend(ctx, &all[0])
	}
	if errors.Is(err, errTaken) {
		return ctx.Err() == nil
	}
	if err != nil {
		c.Logger.WarnContext(ctx, "agreement waits", "id", id, "error", err)
	}
	return false
}

// Cancel withdraws an agreement at the service. What becomes of it is read by the next
// round, which Cancel hurries.
func (c *Clerk) Cancel(ctx context.Context, s *store.Signature) error {
	if s.State != store.SignaturePlaced {
		return store.ErrClosed
	}
	if err := c.Desk.Client.Cancel(ctx, s.Ticket); err != nil && signing.KindOf(err) != signing.Conflict { // it has ended already
		return err
	}
	if err := c.Store.Nudge(ctx, s.Ticket.ID); err != nil {
		return err
	}
	c.Hurry()
	return nil
}
