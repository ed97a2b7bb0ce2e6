package ebokstest

import (
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// post is what a distributor has taken in.
type post struct {
	letters   map[eboks.ID]*letter
	offered   map[eboks.ID]int
	conflicts []eboks.ID
	due       queue // letters by their next step
	late      queue // entries that wait for their hour
	withheld  []*Entry
	log       []*Entry // what the sender can read, oldest first
	manner    Receipts
}

func newPost() post {
	return post{letters: make(map[eboks.ID]*letter), offered: make(map[eboks.ID]int)}
}

// Acceptance is what became of a letter that arrived whole.
type Acceptance uint8

// What can become of it.
const (
	TakenIn  Acceptance = iota
	Repeated            // there is a letter under this id
	Refused             // it cannot reach its recipient: Stored.Reachability
)

// Handling is what a dialect decides about a letter that arrives.
type Handling struct {
	// RefuseUnreachable refuses a digital letter that cannot reach its recipient.
	// Otherwise it is accepted, and fails later.
	RefuseUnreachable bool
	// PrintUnregistered prints a digital letter to somebody who has no mailbox.
	PrintUnregistered bool
}

// Stored is a letter that the distributor has.
type Stored struct {
	Letter
	Reference    string             // the distributor's own id of it
	Reachability eboks.Reachability // of its recipient, when it arrived
	OnPaper      bool               // it is printed, or will be
	Changed      time.Time          // when its Status began, as far as the sender is told
}

// Accept takes a letter in, or not. If it is Repeated, Accept returns the first one.
func (d *Distributor) Accept(in Letter, h Handling) (Stored, Acceptance) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	print := fingerprint(&in)
	history := d.trace(in.ID)
	if old := d.post.letters[in.ID]; old != nil {
		text := "offered again: there is a letter of this id"
		if old.print != print {
			text = "another letter was offered under this id"
			if !slices.Contains(d.post.conflicts, in.ID) {
				d.post.conflicts = append(d.post.conflicts, in.ID)
			}
		}
		d.happened(in.ID, d.now(), text)
		history.letter = old
		return old.stored(), Repeated
	}
	in.At = d.now()
	l := &letter{Letter: in, print: print, number: len(d.post.letters), handle: fakehttp.RandomHex(8), handling: h}
	if in.Channel != eboks.PrintOnly {
		l.verdict = d.reach(in.To, in.Material)
	}
	d.identify(history, l)
	if h.RefuseUnreachable && l.verdict != eboks.Reachable && in.Channel == eboks.DigitalOnly {
		return l.stored(), Refused
	}
	history.letter, history.why = l, ""
	if l.verdict == eboks.Reachable {
		l.box = d.find(in.To)
	}
	d.post.letters[in.ID] = l
	l.steps = d.course(l)
	d.await(l)
	d.settle()
	return l.stored(), TakenIn
}

// Stored returns the letter that the distributor has under an id.
func (d *Distributor) Stored(id eboks.ID) (s Stored, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	l := d.post.letters[id]
	if l == nil {
		return s, false
	}
	return l.stored(), true
}

func (l *letter) stored() Stored {
	s := Stored{Letter: l.snapshot(), Reference: l.reference(), Reachability: l.verdict, Changed: l.At}
	s.OnPaper = l.Status == eboks.HandedToCarrier || slices.ContainsFunc(l.steps, func(s step) bool { return s.status == eboks.HandedToCarrier })
	if n := len(l.entries); n > 0 {
		s.Changed = l.entries[n-1].At
	}
	return s
}

// offer counts an attempt, whatever becomes of it.
func (d *Distributor) offer(id eboks.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.post.offered[id]++
	d.trace(id)
	d.happened(id, d.now(), "offered")
}

// Offered returns how often a request brought, or began to bring, a letter of
// this id.
func (d *Distributor) Offered(id eboks.ID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.post.offered[id]
}

// Count returns how many letters the distributor has under this id: 0 or 1, and
// anything else is a fault of the fake.
func (d *Distributor) Count(id eboks.ID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.post.letters[id] == nil {
		return 0
	}
	return 1
}

// Total returns how many letters the distributor has.
func (d *Distributor) Total() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.post.letters)
}

// Delivered returns how often the letter of this id was put into a mailbox: 0 or
// 1, and anything else is a fault of the fake.
func (d *Distributor) Delivered(id eboks.ID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	if l := d.post.letters[id]; l != nil {
		return l.went
	}
	return 0
}

// Conflicts returns the ids under which different letters were offered.
func (d *Distributor) Conflicts() []eboks.ID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.post.conflicts)
}

// Letter returns the letter that the distributor has under an id.
func (d *Distributor) Letter(id eboks.ID) (Letter, bool) {
	s, known := d.Stored(id)
	return s.Letter, known
}

// Letters returns the letters in a recipient's mailbox, oldest first.
func (d *Distributor) Letters(r eboks.Recipient) []Letter {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	var all []Letter
	if b := d.boxes.of[r]; b != nil {
		for _, l := range b.letters {
			all = append(all, l.snapshot())
		}
	}
	return all
}

func (l *letter) snapshot() Letter {
	s := l.Letter
	s.Documents = slices.Clone(s.Documents)
	s.Address.Lines = slices.Clone(s.Address.Lines)
	return s
}

// settle lets everything happen whose time has come.
func (d *Distributor) settle() {
	now := d.now()
	d.post.due.run(now)
	d.post.late.run(now)
}
