package eboks

import (
	"context"
	"iter"
	"slices"
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
	Done     int   // all that have a result
	Accepted int   // taken in, repeats included
	Unknown  int   // perhaps taken in: Error.Then is Ask
	Failed   int   // all others
	Bytes    int64 // of their documents
	Last     bool  // the batch has ended
}

// SendBatch sends every letter, several at once, and yields one Result for each, in
// the order in which they end. Letters are asked for as they are needed and not
// kept, so a batch may be of any size; their documents are streamed. A Letter may be
// used anew when letters has been asked for the next one, but what its documents'
// Open reads may not change before the letter has its result.
//
// Each letter is treated as by [Client.Send], except that it waits up to
// Retry.Patience for every pause of the channel. If the channel is still paused then,
// no further letter is asked for: the last Result has no ID, and its Err says why and
// until when. Run the same batch again then, or after a crash: what was sent is not
// sent twice.
//
// When ctx ends or the loop is left, no further letter is asked for; letters on their
// way end first. letters runs on other goroutines than the loop, one at a time. What
// it waits for should end with ctx. A panic in it, or while a letter is sent, comes
// out of the loop.
func (c *Client) SendBatch(ctx context.Context, letters iter.Seq[*Letter], b Batch) iter.Seq[Result] {
	return func(yield func(Result) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		r := &batchRun{client: c, cancel: cancel, results: make(chan sized), asking: make(chan struct{}, 1)}
		next, stop := iter.Pull(letters)
		r.next = next
		var running sync.WaitGroup
		workers := b.InFlight
		if workers <= 0 {
			workers = c.cfg.InFlight
		}
		for range workers {
			running.Go(func() { r.work(ctx) })
		}
		go func() {
			running.Wait()
			close(r.results)
		}()
		defer func() { // if the loop panics, the letters on their way end all the same
			cancel()
			for range r.results {
			}
			stop()
		}()
		p := progress{Batch: b, now: c.cfg.Now, told: c.cfg.Now()}
		wanted := true
		for s := range r.results {
			p.count(s)
			if wanted && !yield(s.Result) {
				wanted = false
				cancel()
			}
		}
		if r.panicked != nil {
			panic(r.panicked)
		}
		if r.paused != nil && wanted {
			yield(Result{Err: r.paused})
		}
		p.end()
	}
}

// batchRun is one run of SendBatch.
type batchRun struct {
	client  *Client
	cancel  context.CancelFunc
	results chan sized

	asking chan struct{} // has room for the one that asks for a letter
	next   func() (*Letter, bool)

	mu       sync.Mutex // guards all below
	over     bool
	paused   *Error // why no further letter is asked for
	panicked any
}

// sized is a Result and how large its documents were.
type sized struct {
	Result
	bytes int64
}

// work sends letters until there are no more.
func (r *batchRun) work(ctx context.Context) {
	defer func() {
		if v := recover(); v != nil {
			r.mu.Lock()
			r.panicked = v
			r.mu.Unlock()
			r.end()
			r.cancel()
		}
	}()
	for {
		l, ok := r.ask(ctx)
		if !ok {
			return
		}
		r.results <- r.one(ctx, l)
	}
}

// ask asks for the next letter.
func (r *batchRun) ask(ctx context.Context) (*Letter, bool) {
	select {
	case r.asking <- struct{}{}:
	case <-ctx.Done():
		return nil, false
	}
	defer func() { <-r.asking }()
	if r.ended() || ctx.Err() != nil {
		return nil, false
	}
	l, ok := r.next()
	if !ok {
		r.end()
		return nil, false
	}
	return copyOf(l), true
}

// end says that no further letter is asked for.
func (r *batchRun) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
}

func (r *batchRun) ended() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.over
}

// one sends a letter.
func (r *batchRun) one(ctx context.Context, l *Letter) sized {
	c := r.client
	p, err := c.prepare(ctx, l)
	if err != nil {
		return sized{Result: Result{ID: l.ID, Err: c.unready(ctx, l, err)}}
	}
	o := c.send(ctx, p, true)
	s := sized{Result{ID: l.ID, Receipt: o.Receipt}, p.bytes}
	if o.Err != nil { // not a nil *Error in an interface
		s.Err = o.Err
	}
	if e := o.answer.err; e != nil && e.AboutChannel() && !o.answer.offered && !o.answer.looked && ctx.Err() == nil {
		r.mu.Lock()
		if until, why := c.Channel(); !r.over && !until.IsZero() {
			r.over = true
			why.Why = why.because("the channel is paused, and no further letter was asked for")
			why.RetryAfter = max(until.Sub(c.now()), 0)
			r.paused = why
		}
		r.mu.Unlock()
	}
	return s
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

// progress counts and tells.
type progress struct {
	Batch
	sum  Progress
	now  func() time.Time
	told time.Time
}

func (p *progress) count(s sized) {
	p.sum.Done++
	p.sum.Bytes += s.bytes
	e, failed := asError(s.Err)
	switch {
	case !failed:
		p.sum.Accepted++
	case e.Then == Ask:
		p.sum.Unknown++
	default:
		p.sum.Failed++
	}
	every := p.Every
	setTime(&every, time.Second)
	if now := p.now(); p.Progress != nil && now.Sub(p.told) >= every {
		p.told = now
		p.Progress(p.sum)
	}
}

func (p *progress) end() {
	if p.Progress != nil {
		p.sum.Last = true
		p.Progress(p.sum)
	}
}
