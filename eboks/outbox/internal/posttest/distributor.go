// Package posttest is a distributor for the tests of durable sending. It is no fake of a
// real one: it keeps books of what it took in, from whom it was asked what, and it fails
// as a test tells it to.
package posttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashtest"
)

// Config says what a Distributor can do, and how it fails. Now is required.
type Config struct {
	Now func() time.Time
	// Dedupes: a repeated ID never becomes a second letter.
	Dedupes bool
	// Status: it can be asked about a letter. Events: it has a feed.
	Status, Events bool
	// LogLag is how much later than it was taken in a letter is in the log, and in the feed.
	LogLag time.Duration
	// Delivers is how much later than it was taken in a letter is delivered.
	Delivers time.Duration
	// Fault says how the nth offer of a letter ends, counted from 1. If nil, it is taken in.
	Fault func(l *eboks.Letter, n int) Fault
	// Ask says how a question ends. If nil, it is answered.
	Ask func() error
}

// Fault is how an offer ends. The zero Fault takes the letter in and says so.
type Fault struct {
	Err *eboks.Error
	// Kept means that the letter is taken in, whatever Err says.
	Kept bool
	// Late is how much later than the answer it is taken in, with Kept.
	Late time.Duration
	// Hold is waited for before the answer, if it is not nil.
	Hold <-chan struct{}
}

// Distributor is safe for concurrent use.
type Distributor struct {
	cfg Config

	mu    sync.Mutex
	books map[eboks.ID]*Book
	order []*Book // as they were taken in
	calls Calls
}

// Book is what the distributor knows of one letter.
type Book struct {
	ID     eboks.ID
	To     eboks.Recipient
	Title  string
	SHA256 [sha256.Size]byte // of the main document and the attachments, one after the other
	Offers int
	Taken  []time.Time // each time that it became a letter in somebody's mailbox
}

// Calls counts what the distributor was asked.
type Calls struct{ Offers, Questions, Pages int }

// New returns a distributor with empty books.
func New(cfg Config) *Distributor {
	return &Distributor{cfg: cfg, books: map[eboks.ID]*Book{}}
}

// Change changes how it fails from now on.
func (d *Distributor) Change(change func(*Config)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change(&d.cfg)
}

// Count is how many letters the recipient has under an ID.
func (d *Distributor) Count(id eboks.ID) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if b := d.books[id]; b != nil {
		return len(b.Taken)
	}
	return 0
}

// Books returns what it has taken in, in order; letters that it knows of and refused are
// not part of it.
func (d *Distributor) Books() []Book {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := make([]Book, 0, len(d.order))
	for _, b := range d.order {
		all = append(all, *b)
	}
	return all
}

// Calls returns how often it was called so far.
func (d *Distributor) Calls() Calls {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls
}

// Of is the distributor as one process reaches it: its calls are steps of that process.
// If p is nil, they are nobody's.
func (d *Distributor) Of(p *crashtest.Process) eboks.Sender {
	s := &sender{d: d, p: p}
	switch {
	case d.cfg.Status && d.cfg.Events:
		return struct {
			*sender
			asked
			feed
		}{s, asked{s}, feed{s}}
	case d.cfg.Status:
		return struct {
			*sender
			asked
		}{s, asked{s}}
	case d.cfg.Events:
		return struct {
			*sender
			feed
		}{s, feed{s}}
	}
	return s
}

// sender offers letters to the distributor.
type sender struct {
	d *Distributor
	p *crashtest.Process
}

// The steps of a sender.
const (
	Offer = "offer"
	Ask   = "ask"
	Page  = "page"
)

func (s *sender) step(what string, do func() error) error {
	if s.p == nil {
		return do()
	}
	return s.p.Step(what, do)
}

func (s *sender) Capabilities() eboks.Capabilities {
	c := &s.d.cfg
	return eboks.Capabilities{Name: "posttest", Dedupes: c.Dedupes, Status: c.Status, Events: c.Events, NotBefore: true, Reply: true, Print: true,
		Limits: eboks.Limits{Attachments: 5}}
}

func (s *sender) Send(ctx context.Context, l *eboks.Letter) (r *eboks.Receipt, err error) {
	sum, err := read(l)
	if err != nil {
		return nil, err
	}
	gone := s.step(Offer, func() error {
		r, err = s.d.take(ctx, l, sum)
		return nil
	})
	if gone != nil {
		return nil, &eboks.Error{Kind: eboks.OutcomeUnknown, Err: gone}
	}
	return r, err
}

// read reads the documents of a letter to their end.
func read(l *eboks.Letter) (sum [sha256.Size]byte, err error) {
	var all [][]byte
	for _, d := range append([]eboks.Document{l.Document}, l.Attachments...) {
		text, err := whole(d)
		if err != nil {
			return sum, err
		}
		all = append(all, text)
	}
	return sumOf(all), nil
}

func sumOf(documents [][]byte) [sha256.Size]byte { return sha256.Sum256(bytes.Join(documents, nil)) }

// take is one offer.
func (d *Distributor) take(ctx context.Context, l *eboks.Letter, sum [sha256.Size]byte) (*eboks.Receipt, error) {
	d.mu.Lock()
	b := d.books[l.ID]
	if b == nil {
		b = &Book{ID: l.ID}
		d.books[l.ID] = b
	}
	b.Offers++
	d.calls.Offers++
	var f Fault
	if d.cfg.Fault != nil {
		f = d.cfg.Fault(l, b.Offers)
	}
	d.mu.Unlock()
	if f.Hold != nil {
		select {
		case <-f.Hold:
		case <-ctx.Done():
			return nil, &eboks.Error{Kind: eboks.OutcomeUnknown, Err: ctx.Err()}
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if f.Err != nil && !f.Kept {
		return nil, f.Err
	}
	now := d.cfg.Now()
	switch {
	case len(b.Taken) > 0 && d.cfg.Dedupes && (b.SHA256 != sum || b.To != l.To):
		return nil, &eboks.Error{Kind: eboks.Conflict, Then: eboks.Decide, Why: "another letter has this ID"}
	case len(b.Taken) > 0 && d.cfg.Dedupes && f.Err == nil:
		return nil, &eboks.Error{Kind: eboks.AlreadyAccepted, Status: 400}
	case len(b.Taken) > 0 && d.cfg.Dedupes:
	default:
		b.To, b.Title, b.SHA256 = l.To, l.Title, sum
		b.Taken = append(b.Taken, now.Add(f.Late))
		d.order = append(d.order, b)
	}
	if f.Err != nil {
		return nil, f.Err
	}
	return &eboks.Receipt{ID: l.ID, Reference: "ref-" + l.ID.String()[:8], At: now}, nil
}
