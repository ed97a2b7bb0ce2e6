package signingtest

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// SignatoryRecord is what became of one signatory. It prints as id and status, because names
// and titles are personal.
type SignatoryRecord struct {
	ID    string
	Order string    // the order's id
	Begun time.Time // when the signatory was added, by the fake's clock
	// Who is the name in the evidence. Until somebody has signed it is the text that the
	// application gave the signatory, or "".
	Who         string
	Title       string // the order's
	Role        string // SIGNER, APPROVER or VIEWER
	Status      string // the signatory's, as the schema spells it
	OrderStatus string
	// Why says in plain words why the signatory rejected or could not sign. It is "" if all
	// is well.
	Why string
	// Steps are what happened, oldest first, at most the first 100.
	Steps []SignatoryStep
	// MayAct says that it is the signatory's turn to sign or to approve, and MayReject that
	// they can reject.
	MayAct, MayReject bool
}

// SignatoryStep is one thing that happened to a signatory.
type SignatoryStep struct {
	At   time.Time
	Text string
}

// Format writes id and status under every verb.
func (r SignatoryRecord) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(r.ID + " " + r.Status)) }

// LogValue returns id and status.
func (r SignatoryRecord) LogValue() slog.Value { return slog.StringValue(r.ID + " " + r.Status) }

const (
	maxSignatoryRecords = 1024
	maxSteps            = 100
)

// history is what happened to a signatory.
type history struct {
	steps []SignatoryStep
	why   string
}

// Signatories returns what became of the latest 1,024 signatories, in the order of their
// orders, oldest first.
func (s *Service) Signatories() []SignatoryRecord {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	now := s.Now()
	var all []SignatoryRecord
	for i := len(s.orders.all) - 1; i >= 0 && len(all) < maxSignatoryRecords; i-- {
		for _, g := range slices.Backward(s.orders.all[i].signatories) {
			if len(all) < maxSignatoryRecords {
				all = append(all, g.record(now))
			}
		}
	}
	slices.Reverse(all)
	return all
}

func (g *signatory) record(now time.Time) SignatoryRecord {
	r := SignatoryRecord{
		ID: g.id, Order: g.order.id, Who: g.signedBy.get("name"), Role: g.kind, Status: g.status,
		OrderStatus: g.order.status, Why: g.history.why, Steps: slices.Clone(g.history.steps),
	}
	if g.order.title != nil {
		r.Title = *g.order.title
	}
	for _, t := range []*string{g.signingAs, g.role, g.reference} {
		if r.Who == "" && t != nil {
			r.Who = *t
		}
	}
	if len(r.Steps) > 0 {
		r.Begun = r.Steps[0].At
	}
	waits := g.order.status == statusOpen && g.status == statusOpen && g.kind != roleViewer
	r.MayAct = waits && g.turn() && (g.cooldown == nil || !now.Before(*g.cooldown))
	r.MayReject = waits && !g.party.looks().noRejection
	return r
}

// Changes returns a number that grows with everything that changes what Signatories returns.
func (s *Service) Changes() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return s.changes
}

// happened adds a step to the history of a signatory, or of all signatories of o if g is
// nil. The caller holds the lock.
func (s *Service) happened(o *order, g *signatory, text string) {
	s.changes++
	gs := o.signatories
	if g != nil {
		gs = []*signatory{g}
	}
	for _, g := range gs {
		if len(g.history.steps) < maxSteps {
			g.history.steps = append(g.history.steps, SignatoryStep{s.Now(), text})
		}
	}
}

// noteEvent adds an event to the history of whom it is about.
func (s *Service) noteEvent(o *order, g *signatory, e event) {
	text := words(e.name)
	if e.name == "SIGNATORY_SIGNED" || e.name == "SIGNATORY_APPROVED" {
		g.history.why = ""
	}
	switch {
	case e.err != "":
		text += ": " + e.err
		g.history.why = e.err
	case e.name == "SIGNATORY_REJECTED":
		g.history.why = "the person rejected"
		if e.reason != nil {
			g.history.why += ": " + *e.reason
		}
	case e.status != "":
		text += ": " + words(e.status)
	}
	s.happened(o, g, text)
}

// words turns a name of the schema into words.
func words(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", " ")) }
