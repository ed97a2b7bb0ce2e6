package crashsuite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// Findings are what is wrong when an application's rows, the journal and a distributor's
// books are compared: empty, all of them, if nothing is.
type Findings struct {
	Lost        []string // a case without a letter, or a letter that nobody works on and nobody got
	Doubled     []string // somebody got it twice
	Swapped     []string // somebody got another's letter
	Unexplained []string // in need of a person without a reason, or said to have arrived and did not
	Orphans     []string // a letter without a case
}

// Any reports whether anything is wrong.
func (f Findings) Any() bool {
	return len(f.Lost)+len(f.Doubled)+len(f.Swapped)+len(f.Unexplained)+len(f.Orphans) > 0
}

// Audit compares. ended says that everything was to have come to its end; parked, for
// which letters it is right that a person must look. If nil, for none.
func (s *Store) Audit(tb testing.TB, d *posttest.Distributor, journal *outbox.Outbox, ended bool, parked func(n int, r outbox.Record) bool) (f Findings) {
	tb.Helper()
	cases := s.Cases(tb)
	byID := map[eboks.ID]int{}
	for n, id := range cases {
		byID[id] = n
	}
	known := map[eboks.ID]outbox.Record{}
	for r, err := range journal.Letters(context.Background(), outbox.Filter{}) {
		require.NoError(tb, err)
		known[r.ID] = r
		if _, ok := byID[r.ID]; !ok {
			f.Orphans = append(f.Orphans, describe(-1, r, d))
		}
	}
	for n, id := range cases {
		r, ok := known[id]
		if !ok {
			f.Lost = append(f.Lost, fmt.Sprintf("case %d has no letter", n))
			continue
		}
		got, what := d.Count(id), describe(n, r, d)
		switch {
		case got > 1:
			f.Doubled = append(f.Doubled, what)
		case r.State == eboks.LetterAccepted && got == 0:
			f.Unexplained = append(f.Unexplained, what)
		case r.NeedsPerson() && (parked == nil || !parked(n, r)):
			f.Unexplained = append(f.Unexplained, what)
		case r.NeedsPerson(), r.State == eboks.LetterAccepted:
		case ended, r.Next.IsZero():
			f.Lost = append(f.Lost, what)
		}
	}
	for _, b := range d.Books() {
		n, ok := byID[b.ID]
		switch {
		case !ok:
			f.Orphans = append(f.Orphans, "the distributor has a letter that is nobody's: "+b.ID.String())
		case b.To != To(n) || b.SHA256 != sum(n) || b.Title != Letter(b.ID, n).Title:
			f.Swapped = append(f.Swapped, fmt.Sprintf("case %d", n))
		}
	}
	for _, list := range [][]string{f.Lost, f.Doubled, f.Swapped, f.Unexplained, f.Orphans} {
		slices.Sort(list)
	}
	return f
}

func describe(n int, r outbox.Record, d *posttest.Distributor) string {
	return fmt.Sprintf("case %d: %s after %d offers and %d doubts, in hand: %v, next %s; the recipient has %d", n, r.State, r.Offers, r.Doubts, r.Owner != "",
		r.Next.Format("15:04:05"), d.Count(r.ID))
}

// Cause is the error behind all others: what the database said. The outbox does not
// repeat it, because it may hold what was written.
func Cause(err error) error {
	for {
		below := errors.Unwrap(err)
		if below == nil {
			return err
		}
		err = below
	}
}
