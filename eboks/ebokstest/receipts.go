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
	InOrder       Receipts = iota
	Late                   // LateBy after it happened, with the right time in it
	Twice                  // each one twice
	Reordered              // a letter's receipts when its last has come, last first
	FromStrangers          // each one after one for a letter that nobody sent
	WithoutUUID            // each one after one for a letter whose id is no UUID
	UnknownState           // each one after one with a state that no table knows
	Malformed              // the answer is cut in the middle, with status 200
	Silent                 // none
	lastReceipts
)

// AllReceipts returns every way.
func AllReceipts() []Receipts {
	return []Receipts{InOrder, Late, Twice, Reordered, FromStrangers, WithoutUUID, UnknownState, Malformed, Silent}
}

// LateBy is how late Late is.
const LateBy = 24 * time.Hour

// String returns the way in words.
func (r Receipts) String() string {
	if r >= lastReceipts {
		return "unknown receipts"
	}
	return [...]string{"in order", "late", "twice", "reordered", "from strangers", "without UUID", "unknown state", "malformed", "silent"}[r]
}

// strangerID is the id of a letter that is none.
const strangerID = "PARTI-2024-Ø/0001"

// receipt is one entry of the log.
type receipt struct {
	mark     int
	letter   *letter // if nil, a stranger's
	stranger string  // the id that is told then
	at       time.Time
	code     string
	word     word
}

// id is what the log calls the letter.
func (r *receipt) id() string {
	if r.letter == nil {
		return r.stranger
	}
	return r.letter.ID.String()
}

// material is the letter's, and some material for a stranger.
func (r *receipt) material() eboks.Material {
	if r.letter == nil {
		return materialDecision
	}
	return r.letter.Material
}

// of reports whether the receipt belongs to a mass shipment; all do to "".
func (r *receipt) of(mass string) bool { return mass == "" || r.letter != nil && r.letter.Mass == mass }

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

func (d *Distributor) receipts() Receipts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.post.manner
}

// issue writes a receipt, in the way that is set.
func (d *Distributor) issue(l *letter, s step) {
	r := &receipt{letter: l, word: s.word, code: s.code, at: s.at}
	last := len(l.steps) == 0
	switch d.post.manner {
	case Late:
		d.post.late.push(s.at.Add(LateBy), l.number, func() { d.publish(r) })
		return
	case Twice:
		again := *r
		d.publish(r)
		d.publish(&again)
		return
	case Reordered:
		l.held = append(l.held, r)
		if !last {
			return
		}
		for i := len(l.held) - 1; i >= 0; i-- {
			d.publish(l.held[i])
		}
		l.held = nil
		return
	case FromStrangers:
		d.publish(&receipt{stranger: eboks.NewID().String(), word: s.word, at: s.at})
	case WithoutUUID:
		d.publish(&receipt{stranger: strangerID, word: s.word, at: s.at})
	case UnknownState:
		d.publish(&receipt{letter: l, word: wordStrange, at: s.at})
	}
	for _, h := range l.held { // left behind by Reordered
		d.publish(h)
	}
	l.held = nil
	d.publish(r)
}

// publish puts a receipt where the sender can read it.
func (d *Distributor) publish(r *receipt) {
	if d.post.manner == Silent {
		d.post.withheld = append(d.post.withheld, r)
		return
	}
	r.mark = len(d.post.log) + 1
	d.post.log = append(d.post.log, r)
	if r.letter != nil {
		r.letter.receipts = append(r.letter.receipts, r)
	}
}

// page returns at most count receipts after a mark, of a mass shipment or of
// all.
func (d *Distributor) page(after, count int, mass string) []*receipt {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	var page []*receipt
	for i := max(after, 0); i < len(d.post.log) && len(page) < count; i++ {
		if r := d.post.log[i]; r.of(mass) {
			page = append(page, r)
		}
	}
	return page
}

// history returns the receipts of one letter; known: there is such a letter.
func (d *Distributor) history(id eboks.ID) (rs []*receipt, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	l := d.post.letters[id]
	if l == nil {
		return nil, false
	}
	return append(rs, l.receipts...), true
}
