package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// status is what the report says of a letter.
type status uint8

// The statuses. Zero is a row that was not queued yet.
const (
	unqueued status = iota
	waiting
	accepted
	delivered
	refused
	conflict
	needsPerson
)

// String returns the word of the report.
func (s status) String() string {
	return [...]string{"waiting", "waiting", "accepted", "delivered", "refused", "conflict", "needs a person"}[s]
}

// finished reports whether the distributor has the letter.
func (s status) finished() bool { return s == accepted || s == delivered }

// open reports whether the letter may come further by itself.
func (s status) open() bool { return s == unqueued || s == waiting }

// outcome is what is known of one row.
type outcome struct {
	at     int64 // in seconds, because a list is long
	detail string
	status status
}

// outcomeOf says what a record of the journal means. trail is what happened to the letter,
// if somebody has looked it up.
func outcomeOf(r outbox.Record, trail []outbox.Happening) outcome {
	o := outcome{at: r.At.Unix(), detail: words(r.Kind, r.Code)}
	switch {
	case r.State == eboks.LetterAccepted:
		o.status, o.detail = reached(r.Reached)
	case surelyRefused(r, trail), r.State == eboks.LetterRefused && !r.NeedsPerson():
		o.status = refused
	case r.NeedsPerson():
		o.status = needsPerson
	case r.State == eboks.LetterUnknown:
		o.status, o.at, o.detail = waiting, r.Queued.Unix(), "it is not known whether it arrived; the distributor is asked"
	default:
		o.status, o.at, o.detail = waiting, r.Queued.Unix(), "queued"
	}
	return o
}

// mayBeRefused reports whether a letter that needs a person is only refused: its trail tells.
func mayBeRefused(r outbox.Record) bool {
	verdict := r.Kind == eboks.Rejected || r.Kind == eboks.RecipientUnreachable
	return r.State == eboks.LetterRefused && r.NeedsPerson() && verdict && r.Offers <= 1 && r.Doubts == 0
}

// surelyRefused reports whether the distributor refused a letter that it cannot have. Its
// refusal may mean that it has a letter under this ID already, and it has none of ours if
// this was the first offer.
func surelyRefused(r outbox.Record, trail []outbox.Happening) bool {
	return mayBeRefused(r) && len(trail) > 0 && trail[len(trail)-1].HTTP >= http.StatusBadRequest
}

// reached is how far a letter has come that the distributor took in. What failed on the
// way to its recipient is no letter that arrived.
func reached(s eboks.Status) (status, string) {
	switch s {
	case eboks.DeliveredDigital, eboks.Opened, eboks.OpenedViaLink, eboks.HandedToCarrier, eboks.CarrierUpdate:
		return delivered, s.String()
	case eboks.Failed, eboks.Returned, eboks.Recalled:
		return refused, s.String() + " after it was accepted"
	case eboks.Unknown, eboks.Accepted:
		return accepted, ""
	}
	return accepted, s.String()
}

// words are an error in words that say nothing of the letter.
func words(k eboks.Kind, code string) string {
	switch {
	case k == 0:
		return code
	case code == "":
		return k.String()
	}
	return k.String() + " " + code
}

// report writes the report: one line for each row, in the order of the list.
func report(to io.Writer, l *list, outcomes []outcome) error {
	buffered := bufio.NewWriter(to)
	w := csv.NewWriter(buffered)
	_ = w.Write([]string{"reference", "status", "time", "detail"})
	for i, o := range outcomes {
		_ = w.Write([]string{l.rows[i].reference, o.status.String(), time.Unix(o.at, 0).UTC().Format(time.RFC3339), o.detail})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}

// sum tells how many letters there are of each status, and reports whether all are finished.
func sum(tell io.Writer, outcomes []outcome) (all bool) {
	counts := map[string]int{}
	all = true
	for _, o := range outcomes {
		counts[o.status.String()]++
		all = all && o.status.finished()
	}
	text := fmt.Sprintf("%d letters:", len(outcomes))
	for s := waiting; s <= needsPerson; s++ {
		if n := counts[s.String()]; n > 0 {
			text += fmt.Sprintf(" %d %v", n, s)
		}
	}
	fmt.Fprintln(tell, text)
	return all
}
