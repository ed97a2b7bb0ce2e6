package mitidtest

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// Login walks a whole login without a browser: Begin, the person at the broker,
// Complete. It returns what the client returns. as says what the person does;
// without it the queue of [Broker.Next] decides, and an empty queue approves the
// first citizen.
//
// Login carries out the tamperings of the [WalkerSide] too.
func Login(tb TB, c *mitid.Client, fake Fake, r mitid.Request, as ...Outcome) (*mitid.Login, error) {
	tb.Helper()
	ctx := tb.Context()
	redirect, err := c.Begin(ctx, r)
	if err != nil {
		return nil, err
	}
	cb, err := Walk(ctx, fake, redirect, as...)
	if err != nil {
		tb.Errorf("mitidtest: %v", err)
		return nil, err
	}
	return Complete(ctx, c, fake, redirect, cb, r)
}

// Complete delivers cb, the answer to a login that r began, to the client, in the way that
// a tampering prescribes. Login calls it.
func Complete(ctx context.Context, c *mitid.Client, fake Fake, redirect *mitid.Redirect, cb mitid.Callback, r mitid.Request) (*mitid.Login, error) {
	b := fake.Engine()
	state := redirect.State
	switch b.takeDelivery() {
	case DeliverInOtherBrowser:
		foreign, err := c.Begin(ctx, r)
		if err != nil {
			return nil, err
		}
		state = foreign.State
	case DeliverTwice:
		if _, err := c.Complete(ctx, state, cb); err != nil {
			return nil, err
		}
	case DeliverLate:
		b.Advance(redirect.Expires.Sub(b.Now()) + time.Minute)
	}
	return c.Complete(ctx, state, cb)
}
