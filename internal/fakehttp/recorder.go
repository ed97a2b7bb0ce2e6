package fakehttp

import (
	"net/http"
	"slices"
	"sync"
)

// MostRecords is how many requests a Recorder keeps.
const MostRecords = 4096

// Recorder keeps the latest requests of a fake, each as an R. The zero value is
// ready, and its methods may be called by several goroutines.
type Recorder[R any] struct {
	mu    sync.Mutex
	kept  []R // oldest first, until it is full; then the one numbered n stands at n % MostRecords
	first int // the number of the oldest
	next  int // the number of the next one
}

// Add keeps a request and returns its number. If there are MostRecords already,
// the oldest goes.
func (c *Recorder[R]) Add(r R) (number int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	number = c.next
	c.next++
	if len(c.kept) < MostRecords {
		c.kept = append(c.kept, r)
		return number
	}
	c.first++
	*c.at(number) = r
	return number
}

// Change changes the request of a number, if it is still kept.
func (c *Recorder[R]) Change(number int, change func(*R)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if number >= c.first && number < c.next {
		change(c.at(number))
	}
}

// All returns the kept requests, oldest first, each as clone returns it.
func (c *Recorder[R]) All(clone func(R) R) []R {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]R, 0, len(c.kept))
	for number := c.first; number < c.next; number++ {
		all = append(all, clone(*c.at(number)))
	}
	return all
}

// Reset forgets the kept requests.
func (c *Recorder[R]) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept, c.first, c.next = nil, 0, 0
}

func (c *Recorder[R]) at(number int) *R { return &c.kept[number%MostRecords] }

// PickHeaders returns copies of the named headers of r, those that it has.
func PickHeaders(r *http.Request, names ...string) http.Header {
	picked := make(http.Header)
	for _, name := range names {
		if values := r.Header.Values(name); len(values) > 0 {
			picked[http.CanonicalHeaderKey(name)] = slices.Clone(values)
		}
	}
	return picked
}
