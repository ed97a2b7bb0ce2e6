package ebokstest

import (
	"slices"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/fakehttp"
)

// State says what is the matter with a mailbox.
type State uint8

// The states. The zero value is an ordinary mailbox.
const (
	Open          State = iota
	NotRegistered       // there is no mailbox
	NotSubscribed       // a mailbox, but not for any material of this sender
	Exempt
	Minor
	Deceased
	Protected // an ordinary mailbox of somebody whose name and address nobody is told
	lastState
)

// String returns the state in words.
func (s State) String() string {
	if s >= lastState {
		return "unknown state"
	}
	return [...]string{"open", "not registered", "not subscribed", "exempt", "minor", "deceased", "protected"}[s]
}

// Mailbox is a fictitious person's or company's mailbox. It prints as a
// placeholder.
type Mailbox struct {
	guarded
	Owner eboks.Recipient
	Name  string // on the page; empty or Protected: not shown
	State State
	// Without are the materials that the owner does not receive.
	Without []eboks.Material
}

// People returns the ready-made mailboxes, which every fake has: one of each
// state, and a company. All are fictitious, with numbers of package cprtest.
func People() []Mailbox {
	person := func(i int, name string, s State) Mailbox {
		return Mailbox{Owner: eboks.Person(cprtest.Number(i)), Name: name, State: s}
	}
	return []Mailbox{
		person(9000, "Åse Ærlig Østergård", Open),
		person(9001, "Bjørn Sørensen", Open),
		{Owner: eboks.Company(claims.MustParseCVR("12345674")), Name: "Smørrebrød & Søn ApS"},
		person(9003, "Kåre Kjærgård", Protected),
		person(9004, "Mærsk Møller Håndværker", NotRegistered),
		person(9005, "Øjvind Grønbæk", NotSubscribed),
		person(9007, "Søs Ågård", Exempt),
		person(9008, "Lærke Barnløs", Minor),
		person(9009, "Gårdejer Dødsbo", Deceased),
	}
}

// boxes are the mailboxes of a fake.
type boxes struct {
	of      map[eboks.Recipient]*box
	handles map[string]*box
	order   []*box
}

func newBoxes() boxes {
	return boxes{of: make(map[eboks.Recipient]*box), handles: make(map[string]*box)}
}

// box is a mailbox with its letters.
type box struct {
	Mailbox
	handle  string // in addresses of the page
	letters []*letter
}

// Add adds mailboxes. One with an owner who has one already changes it, and its
// letters stay.
func (d *Distributor) Add(ms ...Mailbox) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.add(ms)
}

func (d *Distributor) add(ms []Mailbox) {
	for _, m := range ms {
		m.Without = slices.Clone(m.Without)
		if b := d.boxes.of[m.Owner]; b != nil {
			b.Mailbox = m
			continue
		}
		d.boxes.add(m)
	}
}

func (bs *boxes) add(m Mailbox) *box {
	b := &box{Mailbox: m, handle: fakehttp.RandomHex(16)}
	bs.of[m.Owner], bs.handles[b.handle] = b, b
	bs.order = append(bs.order, b)
	return b
}

// Mailboxes returns all mailboxes in the order in which they were added.
func (d *Distributor) Mailboxes() []Mailbox {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Mailbox, len(d.boxes.order))
	for i, b := range d.boxes.order {
		all[i] = b.Mailbox
		all[i].Without = slices.Clone(b.Without)
	}
	return all
}

// MailboxURL returns the address of an owner's mailbox on the page, or "" when
// there is none. The address names nobody.
func (d *Distributor) MailboxURL(owner eboks.Recipient) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.boxes.of[owner]
	if b == nil {
		return ""
	}
	return d.PageURL() + "/" + b.handle
}

// find returns the mailbox of a recipient, made where everybody has one.
func (d *Distributor) find(r eboks.Recipient) *box {
	b := d.boxes.of[r]
	if b == nil && d.set.AnyRecipient && !r.IsZero() {
		b = d.boxes.add(Mailbox{Owner: r})
	}
	return b
}

// Reach returns whether a recipient can receive a material.
func (d *Distributor) Reach(r eboks.Recipient, m eboks.Material) eboks.Reachability {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.reach(r, m)
}

// reach says whether a recipient can receive a material.
func (d *Distributor) reach(r eboks.Recipient, m eboks.Material) eboks.Reachability {
	b := d.find(r)
	if b == nil {
		return eboks.NotRegistered
	}
	switch b.State {
	case Open, Protected:
		if slices.Contains(b.Without, m) {
			return eboks.NotSubscribed
		}
		return eboks.Reachable
	case NotSubscribed:
		return eboks.NotSubscribed
	case Exempt:
		return eboks.Exempt
	case Minor:
		return eboks.Minor
	case Deceased:
		return eboks.Deceased
	default:
		return eboks.NotRegistered
	}
}
