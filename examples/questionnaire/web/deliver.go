package web

import (
	"context"
	"sync"
)

// Deliver lets the postman and the clerk work, if they are there, until ctx ends or
// stop is called. stop waits for them.
func (a *App) Deliver(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var working sync.WaitGroup
	if a.Postman != nil {
		working.Go(func() { a.Postman.Work(ctx) })
	}
	if a.Clerk != nil {
		working.Go(func() { a.Clerk.Work(ctx) })
	}
	return func() { cancel(); working.Wait() }
}

// hurry sends the postman and the clerk off, if they are there.
func (a *App) hurry() {
	if a.Postman != nil {
		a.Postman.Hurry()
	}
	if a.Clerk != nil {
		a.Clerk.Hurry()
	}
}
