package ebokstest

import (
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// LetterRecord is what became of one letter that was offered. It prints as a placeholder.
type LetterRecord struct {
	guarded
	ID    eboks.ID
	Begun time.Time // when it was first offered, by the fake's clock
	Who   string    // the name of the mailbox; "" if it is protected or not known
	Title string    // "" if it was not read
	// Taken says that the distributor has the letter, and Status is where it is. Otherwise
	// every attempt failed so far.
	Taken  bool
	Status eboks.Status
	// Why says in plain words why the letter was not taken in, failed or was recalled. It is
	// "" if all is well.
	Why string
	// Steps are what happened, oldest first, at most the first 100.
	Steps []LetterStep
	// OnItsWay says that Bounce and Delay can still change what becomes of it, and
	// Deliverable that Deliver can.
	OnItsWay, Deliverable bool
}

// LetterStep is one thing that happened to a letter.
type LetterStep struct {
	At   time.Time
	Text string
}

// The limits of what is kept of letters' histories. The letters themselves are kept all.
const (
	maxTraces = 1024
	maxSteps  = 100
)

// trace is the history of one letter.
type trace struct {
	begun  time.Time
	letter *letter // nil if it was not taken in
	who    string
	title  string
	why    string
	steps  []LetterStep
}

// traces are the histories of the latest letters.
type traces struct {
	of      map[eboks.ID]*trace
	order   []eboks.ID // oldest first
	changes uint64
}

// Offers returns what became of the latest 1,024 letters that were offered, oldest first.
func (d *Distributor) Offers() []LetterRecord {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	all := make([]LetterRecord, len(d.traces.order))
	for i, id := range d.traces.order {
		all[i] = d.traces.of[id].record(id)
	}
	return all
}

func (t *trace) record(id eboks.ID) LetterRecord {
	r := LetterRecord{ID: id, Begun: t.begun, Who: t.who, Title: t.title, Why: t.why, Steps: append([]LetterStep(nil), t.steps...)}
	if l := t.letter; l != nil {
		r.Taken, r.Status = true, l.Status
		r.OnItsWay = len(l.steps) > 0
		r.Deliverable = r.OnItsWay && l.steps[len(l.steps)-1].status != eboks.Failed
	}
	return r
}

// Changes returns a number that grows with everything that changes what Offers returns.
func (d *Distributor) Changes() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	return d.traces.changes
}

// trace returns the history of a letter, which begins now if there is none yet.
func (d *Distributor) trace(id eboks.ID) *trace {
	if t := d.traces.of[id]; t != nil {
		return t
	}
	if len(d.traces.order) == maxTraces {
		delete(d.traces.of, d.traces.order[0])
		d.traces.order = d.traces.order[1:]
	}
	t := &trace{begun: d.now()}
	d.traces.of[id] = t
	d.traces.order = append(d.traces.order, id)
	return t
}

// happened adds a step to the history of a letter. If that is no longer kept, it returns one
// that nobody reads.
func (d *Distributor) happened(id eboks.ID, at time.Time, text string) *trace {
	t := d.traces.of[id]
	if t == nil {
		return new(trace)
	}
	if len(t.steps) < maxSteps {
		t.steps = append(t.steps, LetterStep{at, text})
	}
	d.traces.changes++
	return t
}

// identify notes whose a letter is.
func (d *Distributor) identify(t *trace, l *letter) {
	t.title, t.who = l.Title, ""
	if b := d.boxes.of[l.To]; b != nil && b.State != Protected {
		t.who = b.Name
	}
}

// answered notes how an attempt to hand in a letter ended.
func (x *exchange) answered(status int) {
	d, id := x.d, x.op.Letter
	if !x.op.Bears || id.IsZero() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	text := "the connection ended without an answer"
	if status > 0 {
		text = "answered with status " + strconv.Itoa(status)
	}
	if x.why != "" {
		text += ": " + x.why
	}
	t := d.happened(id, d.now(), text)
	if t.letter == nil {
		t.why = text
	}
}
