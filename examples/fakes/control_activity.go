package main

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// item is one login, letter or signature with its newest state.
type item struct {
	Seq     int       `json:"seq"`
	ID      string    `json:"id"` // the fake, a colon, and its own id
	At      time.Time `json:"at"`
	Fake    string    `json:"fake"`
	Kind    string    `json:"kind"`
	Who     string    `json:"who"`
	State   string    `json:"state"`
	What    string    `json:"what"`
	Why     string    `json:"why"`
	Steps   []step    `json:"steps"`
	Actions []string  `json:"actions"`
}

type step struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// source is a fake whose items the activity shows.
type source struct {
	changes func() uint64 // grows with every change of items
	items   func() []item
}

// activity numbers what changes at the sources, so that a caller can ask for what is new.
type activity struct {
	sources []source
	waiting chan struct{} // a place for each caller that waits

	mu     sync.Mutex // guards all below
	epoch  int64      // another one after each reset, and each start of the command
	seq    int
	counts []uint64 // the sources' changes when they were read; 0 to read again
	known  map[string]item
}

// The limits of the activity.
const (
	maxWait    = 30 * time.Second
	maxItems   = 500 // in an answer
	maxWaiting = 64  // callers that wait; others are answered at once
	lookEvery  = 200 * time.Millisecond
)

func newActivity(sources []source) *activity {
	return &activity{
		sources: sources, waiting: make(chan struct{}, maxWaiting), epoch: time.Now().UnixMilli(),
		counts: make([]uint64, len(sources)), known: make(map[string]item),
	}
}

// news is what changed.
type news struct {
	Next  int    `json:"next"`
	Epoch int64  `json:"epoch"`
	Items []item `json:"items"`
}

// listActivity waits until there is something new, if the caller wants it.
func (c *control) listActivity(r *http.Request) (any, error) {
	after, err := queryNumber(r, "after", 1<<53)
	if err != nil {
		return nil, err
	}
	epoch, err := queryNumber(r, "epoch", 1<<53)
	if err != nil {
		return nil, err
	}
	seconds, err := queryNumber(r, "wait", int(maxWait/time.Second))
	if err != nil {
		return nil, err
	}
	return c.activity.wait(r.Context(), after, int64(epoch), time.Duration(seconds)*time.Second), nil
}

// wait returns what has changed after a number, and waits for it until the time is over or
// ctx is done. If epoch is not that of now, or becomes another one, it returns all items at once; 0
// is that of now.
func (a *activity) wait(ctx context.Context, after int, epoch int64, atMost time.Duration) news {
	found := a.since(after, epoch)
	if epoch == 0 {
		epoch = found.Epoch
	}
	if atMost == 0 {
		return found
	}
	select {
	case a.waiting <- struct{}{}:
		defer func() { <-a.waiting }()
	default:
		return found
	}
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for ; len(found.Items) == 0 && found.Epoch == epoch; found = a.since(after, epoch) {
		select {
		case <-ctx.Done():
			return found
		case <-look.C:
		}
	}
	return found
}

// since returns the items that changed after a number, the oldest change first, and all if
// epoch is not that of now.
func (a *activity) since(after int, epoch int64) news {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.read()
	if epoch != 0 && epoch != a.epoch || after > a.seq { // before a reset, or of another run of the command
		after = 0
	}
	found := news{Next: after, Epoch: a.epoch, Items: []item{}}
	for _, it := range a.known {
		if it.Seq > after {
			found.Items = append(found.Items, it)
		}
	}
	slices.SortFunc(found.Items, func(x, y item) int { return x.Seq - y.Seq })
	found.Items = found.Items[:min(len(found.Items), maxItems)]
	if n := len(found.Items); n > 0 {
		found.Next = found.Items[n-1].Seq
	}
	return found
}

// read numbers what has changed at the sources. The caller holds the lock.
func (a *activity) read() {
	counts := make([]uint64, len(a.sources))
	for i, s := range a.sources {
		counts[i] = s.changes() + 1
	}
	if slices.Equal(counts, a.counts) {
		return
	}
	a.counts = counts
	var changed []item
	now := make(map[string]item, len(a.known))
	for _, s := range a.sources {
		for _, it := range s.items() {
			it.star()
			before, there := a.known[it.ID]
			if it.Seq = before.Seq; there && reflect.DeepEqual(before, it) {
				now[it.ID] = it
				continue
			}
			changed = append(changed, it)
		}
	}
	slices.SortStableFunc(changed, func(x, y item) int { return x.At.Compare(y.At) })
	for _, it := range changed {
		a.seq++
		it.Seq = a.seq
		now[it.ID] = it
	}
	a.known = now
}

// star hides the texts that look like a CPR number: an app may write one where none belongs, and
// a person may type one.
func (it *item) star() {
	for _, text := range []*string{&it.Who, &it.What, &it.Why} {
		*text = textOf(*text, false)
	}
	for i := range it.Steps {
		it.Steps[i].Text = textOf(it.Steps[i].Text, false)
	}
}

// again makes every item new, after a reset.
func (a *activity) again() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.epoch++
	clear(a.counts)
	clear(a.known)
}

// find returns the item of an id as it is now.
func (a *activity) find(id string) (item, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.read()
	it, ok := a.known[id]
	return it, ok
}

// stale makes the sources be read again when nothing but the time has changed.
func (a *activity) stale() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.counts)
}

// own returns the id of an item that its fake knows.
func (it item) own() string {
	_, id, _ := strings.Cut(it.ID, ":")
	return id
}
