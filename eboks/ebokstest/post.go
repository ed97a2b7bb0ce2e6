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
	late      queue // receipts that wait for their hour
	withheld  []*receipt
	log       []*receipt // what the sender can read, oldest first
	manner    Receipts
}

// acceptance is what became of a letter that arrived whole.
type acceptance uint8

const (
	accepted acceptance = iota
	repeated            // there is a letter under this id
	refused             // letter.verdict says why
)

// accept takes a letter in, or not.
func (d *Distributor) accept(in Letter) (*letter, acceptance) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	print := fingerprint(&in)
	if old := d.post.letters[in.ID]; old != nil {
		if old.print != print && !slices.Contains(d.post.conflicts, in.ID) {
			d.post.conflicts = append(d.post.conflicts, in.ID)
		}
		return old, repeated
	}
	in.At = d.now()
	l := &letter{Letter: in, print: print, number: len(d.post.letters), handle: fakehttp.RandomHex(8)}
	if in.Channel != eboks.PrintOnly {
		l.verdict = d.reach(in.To, in.Material)
	}
	unreachable := l.verdict != eboks.Reachable && in.Channel == eboks.DigitalOnly
	if d.dialect == Stralfors && d.set.RefuseAtOnce && unreachable {
		return l, refused
	}
	if l.verdict == eboks.Reachable {
		l.box = d.find(in.To)
	}
	d.post.letters[in.ID] = l
	l.steps = d.course(l)
	d.post.due.push(l.steps[0].at, l.number, func() { d.take(l) })
	d.settle()
	return l, accepted
}

// offer counts an attempt, whatever becomes of it.
func (d *Distributor) offer(id eboks.ID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.post.offered[id]++
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
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	l := d.post.letters[id]
	if l == nil {
		return Letter{}, false
	}
	return l.snapshot(), true
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

// queue is what is to happen, by time and then by number.
type queue struct{ items []item }

type item struct {
	at     time.Time
	number int
	do     func()
}

func (a item) before(b item) bool {
	if !a.at.Equal(b.at) {
		return a.at.Before(b.at)
	}
	return a.number < b.number
}

func (q *queue) push(at time.Time, number int, do func()) {
	q.items = append(q.items, item{at, number, do})
	for i := len(q.items) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.items[i].before(q.items[up]) {
			break
		}
		q.items[i], q.items[up] = q.items[up], q.items[i]
		i = up
	}
}

func (q *queue) pop() item {
	top := q.items[0]
	last := len(q.items) - 1
	q.items[0] = q.items[last]
	q.items[last] = item{}
	q.items = q.items[:last]
	for i := 0; ; {
		least := i
		for _, down := range []int{2*i + 1, 2*i + 2} {
			if down < last && q.items[down].before(q.items[least]) {
				least = down
			}
		}
		if least == i {
			return top
		}
		q.items[i], q.items[least] = q.items[least], q.items[i]
		i = least
	}
}

// run does what is due at now, and what that makes due.
func (q *queue) run(now time.Time) {
	for len(q.items) > 0 && !q.items[0].at.After(now) {
		q.pop().do()
	}
}
