package servicesuite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

// killed is what ends a program in the middle.
type killed struct{}

// troubles are the ways in which a step of Complete ends early.
func troubles() map[string]func(before bool, cancel func()) error {
	return map[string]func(bool, func()) error{
		"the program ends before":               func(before bool, _ func()) error { return kill(before) },
		"the program ends after":                func(before bool, _ func()) error { return kill(!before) },
		"the context ends after":                func(before bool, cancel func()) error { return stop(!before, cancel) },
		"the answer is lost":                    func(before bool, _ func()) error { return lose(!before) },
		"the context ends, and the answer came": func(before bool, cancel func()) error { _ = stop(!before, cancel); return nil },
	}
}

func kill(now bool) error {
	if now {
		panic(killed{})
	}
	return nil
}

func stop(now bool, cancel func()) error {
	if !now {
		return nil
	}
	cancel()
	return context.Canceled
}

func lose(now bool) error {
	if now {
		return &signing.Error{Kind: signing.OutcomeUnknown}
	}
	return nil
}

// stepping stands before an adapter and its verifier, and lets one call go wrong.
type stepping struct {
	signing.Service
	signing.Verifier
	r       *rig
	ticket  signing.Ticket
	calls   int
	bad     int // the call that goes wrong, counted from 1
	trouble func(before bool, cancel func()) error
	cancel  func()

	said  bool   // the store has said yes
	first []byte // what it got first
	asked bool   // an answer said that the order is open, since the last Close
}

func (s *stepping) around(do func() error) error {
	s.calls++
	bad := s.calls == s.bad
	if bad {
		if err := s.trouble(true, s.cancel); err != nil {
			return err
		}
	}
	if err := do(); err != nil {
		return err
	}
	if bad {
		return s.trouble(false, s.cancel)
	}
	return nil
}

func (s *stepping) Order(ctx context.Context, id signing.ID) (p *signing.Progress, err error) {
	err = s.around(func() error { p, err = s.Service.Order(ctx, id); return err })
	if err != nil {
		return nil, err
	}
	s.asked = s.asked || p.State == signing.OrderOpen
	return p, nil
}

func (s *stepping) Close(ctx context.Context, id signing.ID, days int) error {
	return s.around(func() error {
		require.True(s.r, s.asked, "closed again without asking")
		s.asked = false
		return s.Service.Close(ctx, id, days)
	})
}

func (s *stepping) Fetch(ctx context.Context, id, document signing.ID, w io.Writer) error {
	return s.around(func() error { return s.Service.Fetch(ctx, id, document, w) })
}

func (s *stepping) Cleanup(ctx context.Context, id signing.ID) error {
	return s.around(func() error {
		require.True(s.r, s.said, "cleaned up before the store has said yes")
		return s.Service.Cleanup(ctx, id)
	})
}

func (s *stepping) Verify(ctx context.Context, x *signing.Exhibit) (v *signing.Verdict, err error) {
	err = s.around(func() error { v, err = s.Verifier.Verify(ctx, x); return err })
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (s *stepping) store(_ context.Context, got *signing.Result) error {
	err := s.around(func() error {
		if s.first == nil {
			s.first = got.Documents[0].Content
		}
		require.True(s.r, bytes.Equal(s.first, got.Documents[0].Content), "the store got other bytes than before")
		return nil
	})
	s.said = s.said || err == nil
	return err
}

// run is one life of a program.
func (s *stepping) run(o *signing.Order) (result *signing.Result, err error) {
	ctx, cancel := context.WithCancel(s.r.Context())
	defer cancel()
	s.cancel = cancel
	defer func() {
		if x := recover(); x != nil {
			if _, ours := x.(killed); !ours {
				panic(x)
			}
			result, err = nil, errors.New("the program ended")
		}
	}()
	return s.r.newClient(s, s).Complete(ctx, s.ticket, o, s.store)
}

// crash ends the program, or its context, or loses an answer, at each step of Complete.
func (s *suite) crash(t *testing.T) {
	for name, trouble := range troubles() {
		t.Run(name, func(t *testing.T) {
			r := s.rig(t)
			for bad := 1; ; bad++ {
				o := r.order(fmt.Sprintf("crash-%d", bad), 1, 1)
				ticket := r.place(o)
				r.sign(ticket, 0)
				step := &stepping{Service: r.Service, Verifier: r.Verifier, r: r, ticket: ticket, bad: bad, trouble: trouble}
				step.live(o)
				if step.calls < bad {
					require.Greater(t, bad, 4, "there were calls that could go wrong")
					return
				}
			}
		})
	}
}

// live restarts the program until the signed copy is stored.
func (s *stepping) live(o *signing.Order) {
	for range 5 {
		result, err := s.run(o)
		switch {
		case err == nil:
			require.Equal(s.r, signing.EndSigned, result.End)
			require.True(s.r, s.said)
			return
		case s.said && s.r.can.Cleanup && s.r.Remote.Kept(s.ticket.ID) == 0:
			return // it ended while it was cleaning up
		}
	}
	require.Fail(s.r, "the signed copy was never stored", "call %d", s.bad)
}
