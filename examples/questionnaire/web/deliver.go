package web

import (
	"context"
	"sync"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
)

// Deliver sends letters and has agreements signed, where there are any, until ctx ends or stop is called. stop waits
// for what is under way.
func (a *App) Deliver(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	if a.office != nil {
		working.Go(func() { a.send(ctx) })
		working.Go(func() { a.Inviter.Work(ctx) })
	}
	if a.Clerk != nil {
		working.Go(func() { a.Clerk.Work(ctx) })
	}
	return func() { cancel(); working.Wait() }
}

// send runs the outbox. When the database fails for long, Run gives up, and begins anew.
func (a *App) send(ctx context.Context) {
	if err := a.cfg.Store.EnqueueWaiting(ctx, a.post()); err != nil && ctx.Err() == nil {
		a.cfg.Logger.ErrorContext(ctx, "letters of an earlier version wait", "error", err)
	}
	for ctx.Err() == nil {
		if err := a.cfg.Post.Run(ctx); err != nil {
			a.cfg.Logger.ErrorContext(ctx, "letters not sent", "error", err)
		}
	}
}

// post is where letters go; nil if none are sent.
func (a *App) post() store.Post {
	if a.office == nil {
		return nil
	}
	return a.office
}

// hurry says that there are letters to send and agreements to place.
func (a *App) hurry() {
	if a.office != nil {
		a.cfg.Post.Wake()
		a.Inviter.Hurry()
	}
	if a.Clerk != nil {
		a.Clerk.Hurry()
	}
}
