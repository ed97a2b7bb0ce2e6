package eboks

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"
)

// feed asks for the letters of a batch, one after the other, and hands each to
// whoever is free.
type feed struct {
	jobs   chan *Letter
	done   chan struct{}
	cancel context.CancelFunc

	mu       sync.Mutex
	inHand   *Letter // asked for, and nobody has it yet
	panicked any
}

func newFeed(cancel context.CancelFunc) *feed {
	return &feed{jobs: make(chan *Letter), done: make(chan struct{}), cancel: cancel}
}

// run asks for letters until there are none or ctx is done.
func (f *feed) run(ctx context.Context, letters iter.Seq[*Letter]) {
	defer close(f.done)
	defer close(f.jobs)
	defer f.recover()
	for l := range letters {
		own := copyOf(l)
		f.mu.Lock()
		f.inHand = own
		f.mu.Unlock()
		select {
		case f.jobs <- own:
		case <-ctx.Done():
			return // it stays in hand: end tells of it
		}
	}
}

// copyOf is the letter as it is now: the caller may use his anew.
func copyOf(l *Letter) *Letter {
	if l == nil {
		return new(Letter) // refused like any letter without an ID
	}
	own := *l
	own.Attachments = slices.Clone(l.Attachments)
	own.Address.Lines = slices.Clone(l.Address.Lines)
	return &own
}

// next returns a letter, unless end comes first, ctx is done, or there are none.
func (f *feed) next(ctx context.Context, end <-chan time.Time) (*Letter, bool) {
	select {
	case l, ok := <-f.jobs:
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.inHand == l {
			f.inHand = nil
		}
		return l, ok
	case <-end:
	case <-ctx.Done():
	}
	return nil, false
}

// end waits until no letter is asked for any more, and returns the one that was
// asked for and that nobody took, or nil.
func (f *feed) end() *Letter {
	<-f.done
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.inHand
	f.inHand = nil
	return l
}

// recover keeps a panic for the loop.
func (f *feed) recover() {
	v := recover()
	if v == nil {
		return
	}
	f.mu.Lock()
	f.panicked = v
	f.mu.Unlock()
	f.cancel()
}

// repanic goes on with it there.
func (f *feed) repanic() {
	f.mu.Lock()
	v := f.panicked
	f.mu.Unlock()
	if v != nil {
		panic(v)
	}
}
