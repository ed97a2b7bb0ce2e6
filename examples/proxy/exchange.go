package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// errSessionEnded is why an exchange was cut.
var errSessionEnded = errors.New("the session has ended")

// sweepEvery is how often open exchanges are held against their sessions.
const sweepEvery = 5 * time.Second

// exchanges are the requests of people who are logged in that are under way: WebSockets,
// streams, uploads, downloads. They end with the session.
type exchanges struct {
	gate *mitidhttp.Gate

	mu   sync.Mutex
	open map[*exchange]struct{}
}

// An exchange is one request that is under way.
type exchange struct {
	probe  *http.Request // with the cookies alone, to ask for the session again
	cookie string
	end    context.CancelCauseFunc
}

func newExchanges(gate *mitidhttp.Gate) *exchanges {
	return &exchanges{gate: gate, open: map[*exchange]struct{}{}}
}

// begin returns a context that ends with the session of r, and a function that is to be
// called when the exchange is over.
func (x *exchanges) begin(r *http.Request) (ctx context.Context, over func()) {
	ctx, end := context.WithCancelCause(r.Context())
	e := &exchange{probe: &http.Request{Method: http.MethodGet, Header: http.Header{"Cookie": r.Header["Cookie"]}}, cookie: x.cookieOf(r), end: end}
	x.mu.Lock()
	x.open[e] = struct{}{}
	x.mu.Unlock()
	return ctx, func() {
		x.mu.Lock()
		delete(x.open, e)
		x.mu.Unlock()
		end(nil)
	}
}

func (x *exchanges) cookieOf(r *http.Request) string {
	if sent := r.CookiesNamed(x.gate.CookieName()); len(sent) == 1 {
		return sent[0].Value
	}
	return ""
}

// sweep ends the exchanges whose session has ended: because its time is over, or by a
// logout.
func (x *exchanges) sweep() {
	x.endIf(func(e *exchange) bool {
		_, alive := x.gate.Session(e.probe)
		return !alive
	})
}

// endOf ends the exchanges of one session cookie.
func (x *exchanges) endOf(cookie string) {
	x.endIf(func(e *exchange) bool { return e.cookie == cookie })
}

func (x *exchanges) endIf(over func(*exchange) bool) {
	x.mu.Lock()
	var all []*exchange
	for e := range x.open {
		all = append(all, e)
	}
	x.mu.Unlock()
	for _, e := range all { // without the lock: a store may take its time
		if over(e) {
			e.end(errSessionEnded)
		}
	}
}

// run sweeps until ctx ends.
func (x *exchanges) run(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			x.sweep()
		case <-ctx.Done():
			return
		}
	}
}
