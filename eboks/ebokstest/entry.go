package ebokstest

import (
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// Entry is one entry of the log: what happened to a letter, as the sender is told.
type Entry struct {
	Mark      int      // its number, from 1
	Letter    eboks.ID // zero: of a letter that nobody sent
	Name      string   // what the log calls the letter
	Reference string   // the distributor's own id of the letter; "" if nobody sent it
	Material  eboks.Material
	Status    eboks.Status // Unknown: a state that no table knows
	At        time.Time
	Code      string // why it failed
	Carrier   string // with CarrierUpdate: the carrier's number for its news
	// Spoilt says how the entry is to be made unreadable: BadTime, DoubledElement or
	// TwoErrors. InOrder leaves it alone.
	Spoilt Receipts

	of *letter
}

func (d *Distributor) entry(l *letter, s step) *Entry {
	return &Entry{of: l, Letter: l.ID, Name: l.ID.String(), Reference: l.reference(), Material: l.Material, Status: s.status, At: s.at, Code: s.code}
}

func stranger(name string, s step) *Entry {
	return &Entry{Name: name, Material: materialDecision, Status: s.status, At: s.at}
}

// Tell adds news of the carrier to the log of a letter. It does nothing if there is no
// such letter.
func (d *Distributor) Tell(id eboks.ID, carrier string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	l := d.post.letters[id]
	if l == nil {
		return
	}
	e := d.entry(l, step{at: d.now(), status: eboks.CarrierUpdate})
	e.Carrier = carrier
	d.happened(id, e.At, "news of the carrier: "+carrier)
	d.publish(e)
}

// publish puts an entry where the sender can read it.
func (d *Distributor) publish(e *Entry) {
	if d.post.manner == Silent {
		d.post.withheld = append(d.post.withheld, e)
		return
	}
	e.Mark = len(d.post.log) + 1
	d.post.log = append(d.post.log, e)
	if e.of != nil {
		e.of.entries = append(e.of.entries, e)
	}
}

// Log returns at most count entries after a mark.
func (d *Distributor) Log(after, count int) []Entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	from := min(max(after, 0), len(d.post.log))
	return copies(d.post.log[from:min(from+max(count, 0), len(d.post.log))])
}

// History returns the entries of one letter. known: there is such a letter.
func (d *Distributor) History(id eboks.ID) (es []Entry, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.settle()
	l := d.post.letters[id]
	if l == nil {
		return nil, false
	}
	return copies(l.entries), true
}

func copies(es []*Entry) []Entry {
	out := make([]Entry, len(es))
	for i, e := range es {
		out[i] = *e
	}
	return out
}
