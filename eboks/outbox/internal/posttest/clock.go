package posttest

import (
	"sync"
	"time"
)

// Clock is a clock that a test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at an hour of working life.
func NewClock() *Clock { return &Clock{now: time.Date(2026, time.November, 30, 9, 0, 0, 0, time.UTC)} }

// Now returns the time of the clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Move moves the clock, backwards too, and returns its time then.
func (c *Clock) Move(by time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
	return c.now
}

// Ahead is the same clock as somebody sees it whose own is wrong by that much.
func (c *Clock) Ahead(by time.Duration) func() time.Time {
	return func() time.Time { return c.Now().Add(by) }
}
