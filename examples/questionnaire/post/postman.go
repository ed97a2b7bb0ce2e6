package post

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// ClaimLasts is how long nobody else takes a letter that somebody has taken.
const ClaimLasts = time.Minute

const (
	sendEvery    = time.Second      // between two looks at what is due
	newsEvery    = time.Minute      // between two questions to the distributor, unless Every says otherwise
	sendTimeout  = 45 * time.Second // of one attempt
	firstWait    = 5 * time.Second  // before the second attempt; each next one is twice that
	longestWait  = 15 * time.Minute
	parkedWait   = time.Hour // a person must look; see eboks.Client.Release
	longestTries = 10        // doublings that matter
)

// Postman brings letters to the distributor and news of them back. What it knows
// is in the store and nowhere else: another postman, after this one was killed,
// goes on where it ended. Several may work at once.
type Postman struct {
	store  *store.Store
	client *eboks.Client
	render func(eboks.ID, survey.LetterContent, cpr.Number) ([]byte, error)
	log    *slog.Logger
	wake   chan struct{}
	Every  time.Duration // between two questions for news
}

// NewPostman returns a postman of the letters of s. render writes the PDF of a letter to the person with the
// number.
func NewPostman(s *store.Store, client *eboks.Client, render func(eboks.ID, survey.LetterContent, cpr.Number) ([]byte, error), log *slog.Logger) *Postman {
	return &Postman{store: s, client: client, render: render, log: log, wake: make(chan struct{}, 1), Every: newsEvery}
}

// Hurry says that there is a letter. It never waits.
func (p *Postman) Hurry() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Work sends and reads until ctx ends. What fails is tried again later.
func (p *Postman) Work(ctx context.Context) {
	send, news := time.NewTicker(sendEvery), time.NewTicker(p.Every)
	defer send.Stop()
	defer news.Stop()
	p.Round(ctx)
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

// Round sends what is due and reads what is new.
func (p *Postman) Round(ctx context.Context) {
	p.sendDue(ctx)
	p.readNews(ctx)
}

func (p *Postman) sendDue(ctx context.Context) {
	if err := p.send(ctx); err != nil && ctx.Err() == nil {
		p.log.ErrorContext(ctx, "letters not sent", "error", err)
	}
}

func (p *Postman) readNews(ctx context.Context) {
	if err := p.news(ctx); err != nil && ctx.Err() == nil {
		p.log.WarnContext(ctx, "no news of letters", "error", err)
	}
}

func (p *Postman) send(ctx context.Context) error {
	letters, err := p.store.DueLetters(ctx)
	if err != nil {
		return err
	}
	for _, d := range letters {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.sendOne(ctx, d); err != nil { // the others go on
			p.log.ErrorContext(ctx, "letter not sent", "id", d.ID.String(), "error", err)
			if err := p.store.Postpone(context.WithoutCancel(ctx), d.ID, p.store.Now().Add(ClaimLasts)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sendOne makes one attempt. The client's ledger, which is in the same store,
// knows what was done before: a letter whose outcome is unknown is asked for, and
// offered again only where the distributor recognises its ID.
func (p *Postman) sendOne(ctx context.Context, d store.Due) error {
	err := p.store.Address(ctx, d, func(c survey.LetterContent, n cpr.Number) ([]byte, error) { return p.render(d.ID, c, n) })
	if err != nil {
		return err
	}
	l, ok, err := p.store.Claim(ctx, d, p.store.Now().Add(ClaimLasts))
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
		return p.store.AddEvents(ctx, eboks.Event{ID: l.ID, Status: receipt.Status, Code: ReceiptCode, At: receipt.At, Raw: receipt.Raw})
	}
	state, reason, wait := verdict(err, d.Attempts)
	return p.store.Settle(ctx, l.ID, state, reason, p.store.Now().Add(wait))
}

// verdict says what an error of Send means for the letter.
func verdict(err error, attempts int) (state store.LetterState, reason string, wait time.Duration) {
	wait = min(firstWait<<min(attempts, longestTries), longestWait)
	e, ok := errors.AsType[*eboks.Error](err)
	if !ok {
		return store.LetterOffered, "", wait
	}
	switch {
	case e.Then == eboks.Stop:
		return store.LetterRefused, reasonOf(e), 0
	case e.Then == eboks.Decide && e.Kind == eboks.RecipientUnreachable:
		// Some distributors print what no mailbox takes. Nothing is sent another way here,
		// so that the person need only know why there is no letter in their mailbox.
		return store.LetterRefused, reasonOf(e), 0
	case e.Then == eboks.Decide: // a person must look: the letter may well have arrived
		return store.LetterOffered, e.Kind.String(), parkedWait
	case e.Then == eboks.Retry:
		return store.LetterWaiting, e.Kind.String(), max(wait, e.RetryAfter)
	}
	return store.LetterOffered, e.Kind.String(), max(wait, e.RetryAfter)
}

// ReasonReplacement is why no letter goes to a replacement number.
const ReasonReplacement = "replacement number"

// reasonOf is the word for why a letter was refused.
func reasonOf(e *eboks.Error) string {
	if e.Reachability != eboks.ReachabilityUnknown {
		return e.Reachability.String()
	}
	if n, ok := errors.AsType[*cpr.Error](e); ok && n.Reason == cpr.ReasonReplacement {
		return ReasonReplacement
	}
	return e.Kind.String()
}
