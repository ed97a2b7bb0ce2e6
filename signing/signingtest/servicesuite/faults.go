package servicesuite

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

// certain are the kinds that say that a call had no effect.
func certain() []signing.Kind {
	return []signing.Kind{signing.Unavailable, signing.Throttled, signing.Refused, signing.AuthFailed, signing.InputInvalid, signing.Unsupported, signing.NotFound}
}

// faults lets each call go wrong in each way.
func (s *suite) faults(t *testing.T, all bool) {
	for _, op := range ops() {
		for _, f := range allFaults() {
			name := "a call to " + string(op) + " that " + strings.ReplaceAll(string(f), ",", "")
			t.Run(name, func(t *testing.T) { s.fault(t, op, f, all) })
		}
	}
}

func (s *suite) fault(t *testing.T, op Op, f Fault, all bool) {
	r := s.rig(t)
	if !r.does(op) {
		return
	}
	o := r.order("faults", 1, 1)
	var ticket signing.Ticket
	if op != Create {
		ticket = r.place(o)
		if op != CancelIt {
			r.sign(ticket, 0)
		}
		if op == Fetch || op == CleanUp {
			require.NoError(t, r.Service.Close(t.Context(), ticket.ID, 7))
		}
	}
	call := func() error {
		switch op {
		case Create:
			_, err := r.Service.CreateOrder(t.Context(), o, digestsOf(t, o))
			return err
		case ReadOrder:
			_, err := r.Service.Order(t.Context(), ticket.ID)
			return err
		case CloseOrder:
			return r.Service.Close(t.Context(), ticket.ID, 7)
		case Fetch:
			return r.Service.Fetch(t.Context(), ticket.ID, ticket.Documents[0].ID, new(bytes.Buffer))
		case CancelIt:
			return r.Service.Cancel(t.Context(), ticket.ID)
		case CleanUp:
			return r.Service.Cleanup(t.Context(), ticket.ID)
		default:
			_, err := r.Service.(signing.Finder).Find(t.Context(), o)
			return err
		}
	}
	if !r.Remote.Next(op, f) {
		require.False(t, all)
		t.Logf("the other side cannot play it: not tested")
		return
	}
	err := call()
	k := r.checkError(err)
	had := r.had(op, ticket)
	if had {
		assert.False(t, slices.Contains(certain(), k), "the call had its effect, and the error is %s", k)
	}
	if f == Throttled {
		assert.Equal(t, signing.Throttled, k)
		var e *signing.Error
		require.ErrorAs(t, err, &e)
		assert.Positive(t, e.RetryAfter, "Retry-After is passed on")
	}
	if changes := slices.Contains([]Op{Create, CloseOrder, CancelIt, CleanUp}, op); changes && (f == Lost || f == Cut) {
		require.True(t, had, "the other side played %q without the effect", f)
		assert.Equal(t, signing.OutcomeUnknown, k)
	}
	if op == Fetch && f == Cut {
		assert.Equal(t, signing.DocumentPending, k)
	}
	if !had {
		assert.NoError(t, call(), "the next call is as if nothing had been")
	}
}

// had reports whether a call had its effect at the other side.
func (r *rig) had(op Op, t signing.Ticket) bool {
	switch op {
	case Create:
		return r.Remote.Orders() > 0
	case CloseOrder:
		return r.read(t).State == signing.OrderClosed
	case CancelIt:
		return r.read(t).State == signing.OrderCancelled
	case CleanUp:
		return r.Remote.Kept(t.ID) == 0
	default:
		return false
	}
}
