package eboks

import (
	"context"
	"iter"
	"sync"
	"time"
)

// Batch says how SendBatch works. The zero Batch is sound.
type Batch struct {
	InFlight int            // letters at once; if zero, Config.InFlight
	Progress func(Progress) // called from the caller's own loop; if nil, not
	Every    time.Duration  // the least time between two calls of Progress; if zero, 1 s
}

// Progress counts the letters of a batch so far.
type Progress struct {
	Done        int // all that have a result
	Accepted    int // taken in, repeats included
	Unknown     int // with an unknown outcome
	Failed      int // all others
	Octets      int64
	Elapsed     time.Duration
	Rate        float64 // letters with a result in a second
	OctetsASec  float64 // bytes of main documents in a second
	LastOfBatch bool    // the batch has ended
}

// SendBatch sends every letter, several at once, and yields one Result for each,
// in the order in which they end. Letters are asked for as they are needed and
// not kept, so a batch may be of any size; their documents are streamed. A Letter
// may be used anew when yield has returned, but what its documents' Open reads may
// not change before the letter has its result.
//
// Each letter is treated as by [Client.Send]: the same batch may be run again
// after a crash. Where the distributor takes several letters in one call they
// travel so, and still each has its own result.
//
// When ctx ends or the loop is left, no further letter is asked for; letters on
// their way end first. letters runs on another goroutine than the loop, and the
// loop ends when letters has returned: what waits for letters should end with
// ctx. A panic in it, or while a letter is sent, comes out of the loop.
func (c *Client) SendBatch(ctx context.Context, letters iter.Seq[*Letter], b Batch) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		workers := b.InFlight
		if workers <= 0 {
			workers = c.cfg.InFlight
		}
		f := newFeed(cancel)
		p := progressOf(b, c.cfg.Now)
		results := make(chan sized)
		go f.run(ctx, letters)
		var running sync.WaitGroup
		for range workers {
			running.Go(func() {
				defer f.recover()
				c.work(ctx, f, results)
			})
		}
		go func() {
			running.Wait()
			close(results)
		}()
		defer func() { // if the loop panics the letters on their way end all the same
			cancel()
			for range results {
			}
			f.end()
		}()
		wanted := true
		tell := func(r sized) {
			p.count(r)
			if wanted && !yield(r.Result) {
				wanted = false
				cancel()
			}
		}
		for r := range results {
			tell(r)
		}
		if l := f.end(); l != nil {
			tell(sized{Result: Result{ID: l.ID, Err: c.refuse("send", l.ID, &Error{Kind: Unavailable, NotDelivered: true, Err: context.Canceled})}})
		}
		f.repanic()
		p.end()
	}
}

// sized is a Result and how large its document was.
type sized struct {
	Result
	octets int64
}

// linger is how long a group of letters waits for the next one.
const linger = 20 * time.Millisecond

// work sends what comes, until nothing more does or ctx is done.
func (c *Client) work(ctx context.Context, f *feed, results chan<- sized) {
	together, ok := c.sender.(BatchSender)
	ok = ok && c.can.Batch > 1
	for {
		l, more := f.next(ctx, nil)
		switch {
		case !more:
			return
		case !ok:
			results <- c.single(ctx, l)
			continue
		}
		group := []*Letter{l}
		patience := time.NewTimer(linger)
		for len(group) < c.can.Batch {
			l, more := f.next(ctx, patience.C)
			if !more {
				break
			}
			group = append(group, l)
		}
		patience.Stop()
		c.group(ctx, together, group, results)
	}
}

// single sends one letter.
func (c *Client) single(ctx context.Context, l *Letter) sized {
	ready, digest, err := c.prepare(ctx, l)
	if err != nil {
		e := c.unready(ctx, l, err)
		return sized{Result: Result{ID: e.ID, Err: e}}
	}
	r, failure := c.once(ctx, ready, digest)
	return result(ready, r, failure)
}

func result(l *Letter, r *Receipt, failure *Error) sized {
	s := sized{Result{ID: l.ID, Receipt: r}, l.Document.Size()}
	if failure != nil {
		s.Err = failure // not a nil *Error in an interface
	}
	return s
}
