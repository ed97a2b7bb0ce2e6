package ebokstest

import (
	"errors"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

var (
	errNotUnderWay   = errors.New("ebokstest: the letter is not on its way: there is none of this id, or it has ended")
	errUndeliverable = errors.New("ebokstest: the letter will fail, because its recipient cannot be reached; it cannot be delivered")
)

// Deliver brings a letter that is on its way to its end now: into the mailbox, or to the
// carrier. One that is going to fail cannot be delivered.
func (d *Distributor) Deliver(id eboks.ID) error {
	return d.decide(id, func(l *letter, now time.Time) ([]step, error) {
		if l.steps[len(l.steps)-1].status == eboks.Failed {
			return nil, errUndeliverable
		}
		plan := append([]step(nil), l.steps...)
		for i := range plan {
			plan[i].at = now
		}
		return plan, nil
	})
}

// Bounce makes a letter that is on its way fail now, as if its recipient could not be
// reached.
func (d *Distributor) Bounce(id eboks.ID, why eboks.Reachability) error {
	if why <= eboks.Reachable || why > eboks.InvalidNumber {
		return errors.New("ebokstest: why the recipient cannot be reached must be one of NotRegistered to InvalidNumber")
	}
	return d.decide(id, func(l *letter, now time.Time) ([]step, error) {
		l.verdict = why
		return []step{{at: now, status: eboks.Failed, code: CodeOf(why)}}, nil
	})
}

// Delay makes what is still to come for a letter happen later.
func (d *Distributor) Delay(id eboks.ID, by time.Duration) error {
	if by <= 0 {
		return errors.New("ebokstest: a delay must be positive")
	}
	return d.decide(id, func(l *letter, now time.Time) ([]step, error) {
		plan := append([]step(nil), l.steps...)
		for i := range plan {
			plan[i].at = plan[i].at.Add(by)
		}
		d.happened(id, now, "delayed by "+by.String())
		return plan, nil
	})
}

// decide gives a letter that is on its way another course.
func (d *Distributor) decide(id eboks.ID, plan func(l *letter, now time.Time) ([]step, error)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	l := d.post.letters[id]
	if l == nil || len(l.steps) == 0 {
		return errNotUnderWay
	}
	steps, err := plan(l, d.now())
	if err != nil {
		return err
	}
	l.steps = steps
	d.await(l)
	d.settle()
	return nil
}
