package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress tells at most once a second how far the command has come.
type progress struct {
	to  io.Writer
	now func() time.Time

	mu    sync.Mutex
	what  string // of which it told last
	marks []mark // of this what, one a second, the oldest first
	last  mark   // which was told
}

// mark is how many were done at a time.
type mark struct {
	at   time.Time
	done int
}

const (
	tellEvery = time.Second
	tellStill = 30 * time.Second // while nothing changes
	rateOver  = 10               // marks
)

// tell says that so many of all are done, with the rate of the last seconds and the time
// that is left at this rate.
func (p *progress) tell(what string, done, all int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := mark{p.now(), done}
	if p.what != what {
		p.what, p.marks, p.last = what, []mark{now}, now
		return
	}
	passed := now.at.Sub(p.last.at)
	if passed < tellEvery || done == p.last.done && passed < tellStill {
		return
	}
	p.last = now
	p.marks = append(p.marks, now)
	if len(p.marks) > rateOver {
		p.marks = p.marks[1:]
	}
	text := fmt.Sprintf("%s %d of %d", what, done, all)
	since := p.marks[0]
	if rate := float64(done-since.done) / now.at.Sub(since.at).Seconds(); rate > 0 {
		left := time.Duration(float64(all-done) / rate * float64(time.Second))
		text += fmt.Sprintf(", %.0f a second, %v left", rate, left.Round(time.Second))
	}
	fmt.Fprintln(p.to, text)
}
