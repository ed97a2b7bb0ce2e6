package posttest

import (
	"context"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// asked is a sender that can be asked about a letter.
type asked struct{ s *sender }

// ReadStatus says what is in the log of a letter: what is older than Config.LogLag.
func (a asked) ReadStatus(_ context.Context, id eboks.ID) (found []eboks.Event, err error) {
	gone := a.s.step(Ask, func() error {
		found, err = a.s.d.ask(id)
		return nil
	})
	if gone != nil {
		return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry, Err: gone}
	}
	return found, err
}

func (d *Distributor) ask(id eboks.ID) ([]eboks.Event, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls.Questions++
	if d.cfg.Ask != nil {
		if err := d.cfg.Ask(); err != nil {
			return nil, err
		}
	}
	b := d.books[id]
	if b == nil || len(b.Taken) == 0 {
		return nil, nil
	}
	return d.visible(b), nil
}

// visible is what the log has of a letter now.
func (d *Distributor) visible(b *Book) (found []eboks.Event) {
	now, taken := d.cfg.Now(), b.Taken[0]
	for _, e := range []eboks.Event{
		{ID: b.ID, Status: eboks.Accepted, At: taken, Code: "modtaget"},
		{ID: b.ID, Status: eboks.DeliveredDigital, At: taken.Add(d.cfg.Delivers), Code: "afleveret"},
	} {
		if !now.Before(e.At.Add(d.cfg.LogLag)) {
			found = append(found, e)
		}
	}
	return found
}

// feed is a sender whose events can be read one after the other.
type feed struct{ s *sender }

// page is how many events there are on one page.
const page = 50

// ReadEvents tells of deliveries, in the order in which letters were taken in.
func (f feed) ReadEvents(_ context.Context, after eboks.Cursor) (found []eboks.Event, err error) {
	gone := f.s.step(Page, func() error {
		found, err = f.s.d.events(after)
		return nil
	})
	if gone != nil {
		return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry, Err: gone}
	}
	return found, err
}

func (d *Distributor) events(after eboks.Cursor) (found []eboks.Event, err error) {
	from := 0
	if after != "" {
		if from, err = strconv.Atoi(string(after)); err != nil {
			return nil, &eboks.Error{Kind: eboks.ConfigInvalid, Then: eboks.Retry, Why: "no such cursor"}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls.Pages++
	if d.cfg.Ask != nil {
		if err := d.cfg.Ask(); err != nil {
			return nil, err
		}
	}
	for i := from; i < len(d.order) && len(found) < page; i++ {
		all := d.visible(d.order[i])
		if len(all) < 2 {
			break
		}
		e := all[1]
		e.Cursor = eboks.Cursor(strconv.Itoa(i + 1))
		found = append(found, e)
	}
	return found, nil
}

// The ways in which an offer ends badly.

// NeverLeft is a distributor that cannot be reached.
func NeverLeft() Fault { return Fault{Err: &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry}} }

// Later is one that is busy.
func Later(wait time.Duration) Fault {
	return Fault{Err: &eboks.Error{Kind: eboks.Throttled, Then: eboks.Retry, Status: 429, RetryAfter: wait}}
}

// Refused is one that does not accept our certificate.
func Refused() Fault {
	return Fault{Err: &eboks.Error{Kind: eboks.AuthFailed, Then: eboks.Retry, Status: 403}}
}

// Broken is one that answers 500 and has nothing.
func Broken() Fault { return Fault{Err: &eboks.Error{Kind: eboks.OutcomeUnknown, Status: 500}} }

// Silent is one whose answer is lost; kept says whether it has the letter.
func Silent(kept bool) Fault {
	return Fault{Err: &eboks.Error{Kind: eboks.OutcomeUnknown}, Kept: kept}
}

// Rejected is one that refuses this letter for good.
func Rejected() Fault {
	return Fault{Err: &eboks.Error{Kind: eboks.Rejected, Then: eboks.Stop, Status: 400, Code: "1003"}}
}
