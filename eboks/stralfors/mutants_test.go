package stralfors_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest/sendersuite"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/internal/mutanttest"
)

// fault makes a mutant of an adapter. part is the part of the suite that must find it;
// empty means the whole suite.
type fault struct {
	part   string
	change func(mutant) mutant
}

// mutants are adapters with one fault each that people have made.
var mutants = map[string]fault{
	mutanttest.Right: {change: func(m mutant) mutant { return m }},
	"resends blindly": {change: func(m mutant) mutant {
		m.send = func(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
			r, err := m.Sender.Send(ctx, l)
			if errors.Is(err, eboks.ErrOutcomeUnknown) {
				return m.Sender.Send(ctx, l)
			}
			return r, err
		}
		return m
	}},
	"a repeated id is a success": {change: func(m mutant) mutant {
		m.send = func(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
			r, err := m.Sender.Send(ctx, l)
			if errors.Is(err, eboks.ErrAlreadyAccepted) {
				return &eboks.Receipt{ID: l.ID, Status: eboks.Accepted}, nil
			}
			return r, err
		}
		return m
	}},
	"says that nothing was delivered": {change: func(m mutant) mutant {
		m.send = func(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
			r, err := m.Sender.Send(ctx, l)
			if e, ok := errors.AsType[*eboks.Error](err); ok {
				sure := *e
				sure.Then = eboks.Retry
				return r, &sure
			}
			return r, err
		}
		return m
	}},
	"accepted is delivered": {change: func(m mutant) mutant {
		m.send = func(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
			r, err := m.Sender.Send(ctx, l)
			if err == nil {
				r.Status = eboks.DeliveredDigital
			}
			return r, err
		}
		return m
	}},
	"the first letter's document for everybody": {change: func(m mutant) mutant {
		var first *eboks.Document
		m.send = func(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
			swapped := *l
			m.lock <- struct{}{}
			if first == nil {
				first = &l.Document
			}
			swapped.Document = *first
			<-m.lock
			return m.Sender.Send(ctx, &swapped)
		}
		return m
	}},
	"errors hold the number": {change: func(m mutant) mutant {
		m.send = func(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
			r, err := m.Sender.Send(ctx, l)
			if e, ok := errors.AsType[*eboks.Error](err); ok {
				open := *e
				open.Why = "not sent to " + l.To.CPR().Reveal()
				return r, &open
			}
			return r, err
		}
		return m
	}},
	"unknown states are failures": {part: "^status$", change: func(m mutant) mutant {
		m.status = func(ctx context.Context, id eboks.ID) ([]eboks.Event, error) {
			events, err := m.Sender.ReadStatus(ctx, id)
			for i := range events {
				if events[i].Status == eboks.Unknown {
					events[i].Status = eboks.Failed
				}
			}
			return events, err
		}
		return m
	}},
}

// mutant is the adapter with a fault.
type mutant struct {
	*stralfors.Sender
	lock   chan struct{}
	send   func(context.Context, *eboks.Letter) (*eboks.Receipt, error)
	status func(context.Context, eboks.ID) ([]eboks.Event, error)
}

func (m mutant) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	return m.send(ctx, l)
}

func (m mutant) ReadStatus(ctx context.Context, id eboks.ID) ([]eboks.Event, error) {
	return m.status(ctx, id)
}

// The suite is worth what it finds: it must not pass an adapter that is wrong.
func TestTheSuiteFindsMutants(t *testing.T) {
	mutanttest.FindAll(t, mutants, func(f fault) string { return f.part })
}

// TestMutant is what the child process runs; on its own it does nothing.
func TestMutant(t *testing.T) {
	wrong, ok := mutanttest.Chosen(mutants)
	if !ok {
		return
	}
	sendersuite.Test(t, stralforstest.Start, func(tb testing.TB, fake *stralforstest.Distributor) eboks.Sender {
		s, err := stralfors.New(atFake(fake))
		require.NoError(tb, err)
		m := mutant{Sender: s, lock: make(chan struct{}, 1), send: s.Send, status: s.ReadStatus}
		return wrong.change(m)
	})
}
