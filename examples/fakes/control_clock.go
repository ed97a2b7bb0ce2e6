package main

import (
	"net/http"
	"slices"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The limits of the clock: of one move, and of all together.
const (
	maxMove  = 10 * 365 * 24 * time.Hour
	maxAhead = 100 * 365 * 24 * time.Hour
)

// clockView is the clock as JSON has it.
type clockView struct {
	Now   time.Time `json:"now"`
	Ahead int       `json:"ahead"` // seconds
}

// readDuration returns the duration in a body.
func readDuration(r *http.Request) (time.Duration, error) {
	in, err := read[struct {
		Seconds int `json:"seconds"`
	}](r)
	if err != nil {
		return 0, err
	}
	if in.Seconds < 1 || in.Seconds > int(maxMove/time.Second) {
		return 0, refuse(http.StatusBadRequest, "seconds is from 1 to %d", int(maxMove/time.Second))
	}
	return time.Duration(in.Seconds) * time.Second, nil
}

// clock waits for nobody: a webhook may ask it while the clock moves.
func (c *control) clock(*http.Request) (any, error) {
	return clockView{c.s.now().UTC().Truncate(time.Second), int(time.Duration(c.ahead.Load()) / time.Second)}, nil
}

// advance moves the clock of all fakes, step by step, as the signing service needs it.
func (c *control) advance(r *http.Request) (any, error) {
	by, err := readDuration(r)
	if err != nil {
		return nil, err
	}
	c.moving.Lock()
	defer c.moving.Unlock()
	if ahead := time.Duration(c.ahead.Load()); ahead+by > maxAhead {
		return nil, refuse(http.StatusConflict, "the clock is %s ahead already; POST /control/v1/reset", ahead)
	}
	c.s.signing.Advance(by)
	c.ahead.Add(int64(by))
	c.activity.stale()
	return c.clock(r)
}

// reset brings everything back to its start.
func (c *control) reset(r *http.Request) (any, error) {
	if _, err := read[nothing](r); err != nil {
		return nil, err
	}
	c.moving.Lock()
	defer c.moving.Unlock()
	c.adding.Lock()
	defer c.adding.Unlock()
	for _, d := range c.s.distributors {
		d.fake.Reset()
	}
	for _, b := range c.s.brokers {
		b.fake.Reset()
	}
	c.s.signing.Reset()
	c.s.portal.again()
	c.ahead.Store(0)
	c.activity.again()
	return nil, nil
}

// resetFake brings one fake back to its start. What is of all fakes stays: the clock, citizens
// and mailboxes.
func (c *control) resetFake(r *http.Request) (any, error) {
	name := r.PathValue("fake")
	if !slices.Contains(fakeNames(), name) {
		return nil, wrongKind(name, "")
	}
	if _, err := read[nothing](r); err != nil {
		return nil, err
	}
	c.moving.Lock()
	defer c.moving.Unlock()
	c.adding.Lock()
	defer c.adding.Unlock()
	for _, d := range c.s.distributors {
		if d.name == name {
			boxes := d.fake.Mailboxes()
			d.fake.Reset()
			d.fake.Add(boxes...)
		}
	}
	if name == signaturesName {
		c.s.signing.Reset()
	}
	if i := slices.IndexFunc(c.s.brokers, func(b named[*mitidtest.Broker]) bool { return b.name == name }); i >= 0 {
		b := c.s.brokers[i].fake
		people := b.Citizens()
		if b.Reset(); b == c.s.tenant.Broker { // it keeps the clock
			b.Advance(time.Duration(c.ahead.Load()))
		}
		b.Add(people[len(b.Citizens()):]...) // those of the start are the first ones
		c.s.portal.again()
	}
	c.activity.again()
	return nil, nil
}
