package outbox

import (
	"context"
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// Step makes one step with a letter: it takes the letter in hand, asks the distributor for
// it or offers it, and stores what came of it. next is when the letter is due again, and
// zero if nothing more happens by itself.
//
// Anybody may call it, at any time, however often and for several letters at once: a
// scheduler, a queue, a test. The journal alone decides what happens. A letter that is not
// due, or that somebody else has in hand, is left alone. While the channel is paused every
// letter is, and next is not before the end of the pause.
//
// If ctx ends, an attempt under way ends soon after, and its outcome is stored. The error
// is ErrInputInvalid if there is no such letter, ErrStoreFailed, or ctx's.
func (o *Outbox) Step(ctx context.Context, id eboks.ID) (next time.Time, err error) {
	const op = "step"
	if err := ctx.Err(); err != nil {
		return time.Time{}, err
	}
	p, err := o.permit(ctx, o.cfg.DB, 1)
	if err != nil {
		return time.Time{}, storeFailed(op, id, err, "the letter is as it was")
	}
	if p.letters == 0 {
		return p.until, nil
	}
	began := o.now()
	owner := o.newOwner()
	c, err := o.claims.do(ctx, wanted{id, owner, p.alone})
	switch {
	case err != nil:
		_ = o.giveBack(ctx, owner, id) // its lease ends otherwise
		return time.Time{}, storeFailed(op, id, err, "the letter was not offered")
	case c.entry.State == 0:
		return time.Time{}, fail(op, id, &eboks.Error{Kind: eboks.InputInvalid, Then: eboks.Stop, Why: "the journal has no such letter"})
	case !c.mine && !c.next.IsZero() && !slices.Contains(o.keys, c.key): // a process with a newer key sends it
		return began.Add(o.cfg.Retry.Pause), nil
	case !c.mine:
		return c.next, nil
	}
	won := false
	if !p.row.IsZero() {
		ctx, cancel := storing(ctx)
		won, err = o.probe(ctx, o.cfg.DB, p.row)
		cancel()
		if err != nil || !won { // another process tries the channel: the letter goes back as it was
			return o.keep(ctx, worked{result: result{entry: back(c.entry), next: began.Add(o.cfg.Retry.Base)}})
		}
		o.tries()
	}
	return o.keep(ctx, worked{o.work(ctx, c), p.alone, won})
}

// keep stores what an attempt of Step made of a letter. It tries more than once: what is
// not stored has to be found out again.
func (o *Outbox) keep(ctx context.Context, w worked) (time.Time, error) {
	const op, tries = "step", 3
	for n := 1; ; n++ {
		stored, err := o.ends.do(ctx, w)
		if err == nil {
			w = stored
			break
		}
		if n == tries || !pauseFor(context.WithoutCancel(ctx), shortWait) {
			return time.Time{}, storeFailed(op, w.entry.ID, err, "what became of the letter is not stored: when its lease ends, it is asked for")
		}
	}
	if w.probed || w.err != nil || o.wasMarked() {
		ctx, cancel := storing(ctx)
		defer cancel()
		if err := o.learn(ctx, o.cfg.DB, w.result, w.probed); err != nil {
			return w.next, storeFailed(op, w.entry.ID, err, "the letter is stored, and what was found out about the channel is not")
		}
	}
	o.tell(ctx, w)
	return w.next, nil
}
