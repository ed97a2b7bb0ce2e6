package outbox

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// storePatience is how long Run goes on when the database fails at every try.
const storePatience = time.Minute

// Run sends what is due, asks what became of letters, and ends when ctx does. Any number
// of processes may run on one database. When ctx ends nothing more is taken in hand, and
// letters on their way have Config.Grace to end; after that they are cut off, and asked
// for when somebody runs again.
//
// It returns nil when ctx ended, and ErrStoreFailed when the database has failed for a
// minute at every try. Nothing leaves that could not be recorded before.
func (o *Outbox) Run(ctx context.Context) error {
	quit, cancel := context.WithCancel(ctx)
	round := make(chan struct{})
	go func() {
		defer close(round)
		o.receiveForever(quit)
	}()
	err := newRunner(o).run(ctx)
	cancel()
	select { // a question that does not end when it is told to is left behind
	case <-round:
	case <-time.After(storeGrace):
	}
	return err
}

// receiveForever calls Receive until ctx ends.
func (o *Outbox) receiveForever(ctx context.Context) {
	for {
		if err := o.Receive(ctx); err != nil && ctx.Err() == nil {
			o.cfg.Logger.WarnContext(ctx, "outbox: no news of letters", "error", err)
		}
		// Several processes share one time; who looks more often than that finds out sooner
		// that another one has died.
		if !pauseFor(ctx, o.cfg.ReceiptEvery/2) {
			return
		}
	}
}

func pauseFor(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// runner is one Run. Its loop alone writes: what has ended and what is taken in hand next
// go into one transaction.
type runner struct {
	o       *Outbox
	owner   string
	results chan worked
	tells   chan []worked     // what is stored, for Config.Changed and Config.Alarm
	flying  map[eboks.ID]bool // letters on their way
	open    []worked          // what is not stored yet
	probing bool              // one letter tries the channel
	most    int               // of open that go into one transaction; if zero, all
	lost    bool              // nobody knows whether the last transaction was committed
	failed  error             // of the database, until it works again
}

// maxUntold is how many transactions Config.Changed may lag behind before Run waits for it.
const maxUntold = 1000

// worked is what became of a letter that was on its way.
type worked struct {
	result
	alone, probed bool // as in flight
}

func newRunner(o *Outbox) *runner {
	return &runner{o: o, owner: o.newOwner(), results: make(chan worked, o.cfg.InFlight), tells: make(chan []worked, maxUntold), flying: map[eboks.ID]bool{}}
}

func (r *runner) run(ctx context.Context) error {
	// Attempts and the database outlast ctx by a little: Grace is for letters on their way,
	// and storing is what became of them.
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	store, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	patience := newTimer() // with a database that fails
	timer := newTimer()
	defer patience.Stop()
	defer timer.Stop()
	stopping := ctx.Done()
	told := make(chan struct{})
	go func() { // beside the loop: whoever is told may take his time
		defer close(told)
		for stored := range r.tells {
			r.o.tell(ctx, stored...)
		}
	}()
	defer func() {
		close(r.tells)
		time.AfterFunc(r.o.cfg.Grace, end)
		select {
		case <-told:
		case <-store.Done():
		}
	}()
	for {
		if ctx.Err() != nil && len(r.flying) == 0 && len(r.open) == 0 && !r.lost {
			return nil
		}
		taken, until, err := r.cycle(ctx, store)
		idle := r.o.cfg.LookEvery
		if err != nil {
			if r.failed == nil {
				patience.Reset(storePatience)
			}
			r.failed = storeFailed("run", eboks.ID{}, err, "what has become of letters cannot be stored, and none is sent")
			r.o.cfg.Logger.WarnContext(ctx, "outbox: the database failed; it is tried again", "error", r.failed)
		} else {
			r.failed = nil
			patience.Stop()
			for _, c := range taken {
				r.fly(work, c)
			}
			if !until.IsZero() {
				idle = min(idle, max(until.Sub(r.o.now()), time.Millisecond))
			}
			if len(r.open) > 0 || len(taken) > 0 && len(r.flying) < r.o.cfg.InFlight && !r.probing {
				idle = 0 // there is more
			}
		}
		timer.Reset(idle)
		select {
		case done := <-r.results:
			r.landed(done)
			r.drain()
		case <-r.o.wake:
		case <-timer.C:
		case <-patience.C:
			return r.failed
		case <-stopping:
			stopping = nil
			time.AfterFunc(r.o.cfg.Grace, cut)
			time.AfterFunc(r.o.cfg.Grace+storeGrace, end)
		case <-store.Done(): // the database fails, or an attempt does not end when it is told to
			if r.failed != nil {
				return r.failed
			}
			return nil
		}
	}
}

// storeGrace is how long storing may take after the last attempt was cut off.
const storeGrace = 1500 * time.Millisecond

// newTimer returns a timer that is not running.
func newTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// fly makes attempts with a letter, beside the loop.
func (r *runner) fly(ctx context.Context, c flight) {
	r.flying[c.entry.ID] = true
	r.probing = c.alone
	go func() { r.results <- worked{r.o.work(ctx, c.claimed), c.alone, c.probe} }()
}

func (r *runner) landed(w worked) {
	delete(r.flying, w.entry.ID)
	if w.alone {
		r.probing = false
	}
	r.open = append(r.open, w)
}

// drain takes what else has ended meanwhile.
func (r *runner) drain() {
	for {
		select {
		case done := <-r.results:
			r.landed(done)
		default:
			return
		}
	}
}

// flight is a letter that is taken in hand.
type flight struct {
	claimed
	alone bool // no other is taken in hand before it has landed
	probe bool // it tries the channel for all processes
}

// cycle stores what has ended and takes in hand what is due, in one transaction. until is
// when the channel is tried again, if it is paused.
func (r *runner) cycle(ctx, store context.Context) (taken []flight, until time.Time, err error) {
	free := r.o.cfg.InFlight - len(r.flying)
	if ctx.Err() != nil || r.probing {
		free = 0
	}
	storeCtx, cancel := context.WithTimeout(store, storeTimeout)
	defer cancel()
	if r.lost {
		known := slices.Collect(maps.Keys(r.flying))
		for _, w := range r.open {
			known = append(known, w.entry.ID)
		}
		if err := r.o.giveBack(storeCtx, r.owner, eboks.ID{}, known...); err != nil {
			return nil, time.Time{}, err
		}
		r.lost = false
	}
	if len(r.open) == 0 {
		if free == 0 {
			return nil, time.Time{}, nil
		}
		if due, until, err := r.o.anyDue(storeCtx); err != nil || !due { // a process with nothing to do writes nothing
			return nil, until, err
		}
	}
	ended := r.open
	if r.most > 0 {
		ended = r.open[:min(r.most, len(r.open))]
	}
	stored := slices.Clone(ended)
	err = r.o.write(storeCtx, func(tx *sql.Tx) error {
		copy(stored, ended)
		if err := r.o.settleAll(storeCtx, tx, stored); err != nil {
			return err
		}
		for _, w := range stored {
			if err := r.o.learn(storeCtx, tx, w.result, w.probed); err != nil {
				return err
			}
		}
		taken = nil
		if free == 0 {
			return nil
		}
		p, err := r.o.permit(storeCtx, tx, free)
		if err != nil || p.letters == 0 {
			until = p.until
			return err
		}
		claimed, won, err := r.o.claimPermitted(storeCtx, tx, p, r.owner)
		for _, c := range claimed {
			taken = append(taken, flight{c, p.alone, won})
		}
		return err
	})
	if r.lost = err != nil; r.lost {
		// One of them may be what the database refuses: it is found by halves, and the others
		// go on.
		if r.most = max(1, len(ended)/2); len(ended) == 1 {
			r.open = append(r.open[1:], ended[0])
		}
		return nil, time.Time{}, err
	}
	r.open = r.open[len(ended):]
	if r.most *= 2; r.most > maxGroup {
		r.most = 0
	}
	if len(stored) > 0 {
		r.tells <- stored
	}
	return taken, until, nil
}
