package post

import (
	"context"
	"log/slog"
	"time"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// Inviter writes the letters of lists that administrators sent, one by one. What it has
// done is in the store alone: another one, after this one was killed, goes on.
type Inviter struct {
	Store          *store.Store
	Office         *Office
	Questionnaires []survey.Questionnaire
	Logger         *slog.Logger
	wake           chan struct{}
}

// NewInviter returns an inviter who does nothing yet: see Work.
func NewInviter(s *store.Store, o *Office, qs []survey.Questionnaire, log *slog.Logger) *Inviter {
	return &Inviter{Store: s, Office: o, Questionnaires: qs, Logger: log, wake: make(chan struct{}, 1)}
}

const (
	inviteEvery = 2 * time.Second // between two looks for lists that another process was told to send
	inviteAtOne = 50              // invitations that are read at once
)

// Hurry says that a list was sent. It never waits.
func (i *Inviter) Hurry() {
	select {
	case i.wake <- struct{}{}:
	default:
	}
}

// Work goes on until ctx ends.
func (i *Inviter) Work(ctx context.Context) {
	look := time.NewTicker(inviteEvery)
	defer look.Stop()
	for {
		if err := i.Round(ctx); err != nil && ctx.Err() == nil {
			i.Logger.ErrorContext(ctx, "invitations wait", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-i.wake:
		}
	}
}

// Round queues what is due. What fails stays due and holds up nobody else; the first error is
// returned.
func (i *Inviter) Round(ctx context.Context) error {
	failed := i.Store.ForgetBatches(ctx)
	for failures := 0; ; {
		due, err := i.Store.DueInvitations(ctx, inviteAtOne, failures)
		if err != nil || len(due) == 0 {
			if failed == nil {
				failed = err
			}
			return failed
		}
		for n := range due {
			if err := i.invite(ctx, &due[n]); err != nil {
				if failures++; failed == nil {
					failed = err
				}
			}
		}
		i.Office.Wake()
	}
}

func (i *Inviter) invite(ctx context.Context, one *store.Invitation) error {
	b, err := i.Store.Batch(ctx, one.Batch)
	if err != nil {
		return err
	}
	t, err := i.Store.TemplateVersion(ctx, b.Template, b.Version)
	if err != nil {
		return err
	}
	q, ok := survey.Find(i.Questionnaires, b.Questionnaire)
	if !ok {
		return store.ErrNotFound
	}
	letter := t.Letter(b.Lang, survey.Facts{At: i.Store.Now(), Q: q})
	return i.Store.Invite(ctx, one, TemplateRef(t), &letter, i.Office)
}
