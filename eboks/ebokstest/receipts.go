package ebokstest

import (
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// Receipts says how the distributor reports what became of letters.
type Receipts uint8

// The ways. They hold for what happens after they are set; Silent and Malformed
// for what is read.
const (
	InOrder        Receipts = iota
	Late                    // LateBy after it happened, with the right time in it
	Twice                   // each one twice
	Reordered               // a letter's receipts when its last has come, last first
	FromStrangers           // each one after one for a letter that nobody sent
	WithoutUUID             // each one after one for a letter whose id is no UUID
	UnknownState            // each one after one with a state that no table knows
	BadTime                 // each one after one whose time is none
	DoubledElement          // each one after one that has an element twice
	TwoErrors               // each one after one with two error details
	Malformed               // the answer is cut in the middle, with status 200
	Silent                  // none
	lastReceipts
)

// AllReceipts returns every way.
func AllReceipts() []Receipts {
	return []Receipts{InOrder, Late, Twice, Reordered, FromStrangers, WithoutUUID, UnknownState, BadTime, DoubledElement, TwoErrors, Malformed, Silent}
}

// LateBy is how late Late is.
const LateBy = 24 * time.Hour

// String returns the way in words.
func (r Receipts) String() string {
	if r >= lastReceipts {
		return "unknown receipts"
	}
	return [...]string{"in order", "late", "twice", "reordered", "from strangers", "without UUID", "unknown state",
		"bad time", "doubled element", "two errors", "malformed", "silent"}[r]
}

// Unreadable reports whether the way puts entries into the log that nobody can read.
func (r Receipts) Unreadable() bool { return r == BadTime || r == DoubledElement || r == TwoErrors }

// strangerID is the id of a letter that is none.
const strangerID = "PARTI-2024-Ø/0001"

// SetReceipts changes how the distributor reports.
func (d *Distributor) SetReceipts(how Receipts) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	d.post.manner = how
	if how == Silent {
		return
	}
	held := d.post.withheld
	d.post.withheld = nil
	for _, r := range held {
		d.publish(r)
	}
}

// Receipts returns how the distributor reports.
func (d *Distributor) Receipts() Receipts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.post.manner
}

// issue writes an entry, in the way that is set.
func (d *Distributor) issue(l *letter, s step) {
	e := d.entry(l, s)
	last := len(l.steps) == 0
	switch d.post.manner {
	case Late:
		d.post.late.push(s.at.Add(LateBy), l.number, func() { d.publish(e) })
		return
	case Twice:
		d.publish(d.entry(l, s))
	case Reordered:
		l.held = append(l.held, e)
		if !last {
			return
		}
		for i := len(l.held) - 1; i >= 0; i-- {
			d.publish(l.held[i])
		}
		l.held = nil
		return
	case FromStrangers:
		d.publish(stranger(eboks.NewID().String(), s))
	case WithoutUUID:
		d.publish(stranger(strangerID, s))
	case UnknownState:
		d.publish(d.entry(l, step{at: s.at, status: eboks.Unknown}))
	case BadTime, DoubledElement, TwoErrors:
		spoilt := d.entry(l, step{at: s.at, status: eboks.Failed, code: CodeInvalidNumber})
		spoilt.Spoilt = d.post.manner
		d.publish(spoilt)
	}
	for _, h := range l.held { // left behind by Reordered
		d.publish(h)
	}
	l.held = nil
	d.publish(e)
}
