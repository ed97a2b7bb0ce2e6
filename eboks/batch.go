package eboks

import (
	"context"
	"iter"
	"sync"
	"time"
)

// Batch says how SendBatch works. The zero Batch is sound.
type Batch struct {
	InFlight int            // letters at once; zero: Config.InFlight
	Progress func(Progress) // called from the caller's own loop; nil: not
	Every    time.Duration  // the least time between two calls of Progress; zero: 1 s
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
	OctetsASec  float64 // octets of main documents in a second
	LastOfBatch bool    // the batch has ended
}

// SendBatch sends every letter, several at once, and yields one Result for each,
// in the order in which they end. Letters are asked for as they are needed and
// not kept, so a batch may be of any size; their documents are streamed.
//
// Each letter is treated as by [Client.Send]: the same batch may be run again
// after a crash. Where the distributor takes several letters in one call they
// travel so, and still each has its own result.
//
// When ctx ends or the loop is left, no further letter is asked for; letters on
// their way end first. letters runs on another goroutine than the loop.
func (c *Client) SendBatch(ctx context.Context, letters iter.Seq[*Letter], b Batch) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		workers := b.InFlight
		if workers <= 0 {
			workers = c.cfg.InFlight
		}
		p := progressOf(b, c.cfg.Now)
		jobs, results := make(chan *Letter), make(chan sized)
		go feed(ctx, letters, jobs)
		var running sync.WaitGroup
		for range workers {
			running.Go(func() { c.work(ctx, jobs, results) })
		}
		go func() {
			running.Wait()
			close(results)
		}()
		wanted := true
		for r := range results {
			p.count(r)
			if wanted && !yield(r.Result) {
				wanted = false
				cancel()
			}
		}
		p.end()
	}
}

func feed(ctx context.Context, letters iter.Seq[*Letter], jobs chan<- *Letter) {
	defer close(jobs)
	for l := range letters {
		select {
		case jobs <- l:
		case <-ctx.Done():
			return
		}
	}
}

// sized is a Result and how large its document was.
type sized struct {
	Result
	octets int64
}

// work sends what comes, until nothing more does.
func (c *Client) work(ctx context.Context, jobs <-chan *Letter, results chan<- sized) {
	together, ok := c.sender.(BatchSender)
	if !ok || c.can.Batch < 2 {
		for l := range jobs {
			results <- c.single(ctx, l)
		}
		return
	}
	for l := range jobs {
		group := []*Letter{l}
		for len(group) < c.can.Batch {
			more, ok := <-jobs
			if !ok {
				break
			}
			group = append(group, more)
		}
		c.group(ctx, together, group, results)
	}
}

// single sends one letter of a batch.
func (c *Client) single(ctx context.Context, l *Letter) sized {
	var id ID
	if l != nil {
		id = l.ID
	}
	ready, digest, err := c.prepare(ctx, l)
	if err != nil {
		return sized{Result: Result{ID: id, Err: c.refuse("send", id, err)}}
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
