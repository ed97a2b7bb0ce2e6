package outbox

import (
	"context"
	"sync"
)

// maxGroup is how many letters one transaction claims or settles.
const maxGroup = 64

// group lets several callers share one transaction: while one runs, those who come
// gather, and the next run takes them together. A synced write costs the same for one
// letter and for sixty.
type group[In, Out any] struct {
	run func(ctx context.Context, all []In) ([]Out, error)
	max int

	mu      sync.Mutex
	waiting []*member[In, Out]
	busy    bool
}

type member[In, Out any] struct {
	in   In
	out  Out
	err  error
	turn chan bool // true: done; false: it leads the next run
}

func newGroup[In, Out any](run func(context.Context, []In) ([]Out, error), size int) *group[In, Out] {
	return &group[In, Out]{run: run, max: size}
}

// do runs in, with others, and returns what came of it. It does not end with ctx: what
// is written is bounded by a time of its own.
func (g *group[In, Out]) do(ctx context.Context, in In) (Out, error) {
	m := &member[In, Out]{in: in, turn: make(chan bool, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, m)
	if g.busy {
		g.mu.Unlock()
		if <-m.turn {
			return m.out, m.err
		}
		g.mu.Lock()
	}
	g.busy = true
	n := min(len(g.waiting), g.max)
	mine := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	g.mu.Unlock()

	defer func() { // after a panic too
		g.mu.Lock()
		if len(g.waiting) > 0 {
			g.waiting[0].turn <- false
		} else {
			g.busy = false
		}
		g.mu.Unlock()
		for _, o := range mine {
			if o != m {
				o.turn <- true
			}
		}
	}()
	ins := make([]In, n)
	for i, o := range mine {
		ins[i] = o.in
		o.err = errUnfinished
	}
	ctx, cancel := storing(ctx)
	defer cancel()
	outs, err := g.run(ctx, ins)
	if err != nil && n > 1 { // one of them may be what the database refuses
		for i, o := range mine {
			if alone, err := g.run(ctx, ins[i:i+1]); err != nil {
				o.err = err
			} else {
				o.out, o.err = alone[0], nil
			}
		}
		return m.out, m.err
	}
	for i, o := range mine {
		if o.err = err; err == nil {
			o.out = outs[i]
		}
	}
	return m.out, m.err
}
