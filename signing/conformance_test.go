package signing_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/internal/mutanttest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/signingtest/servicesuite"
)

// demands is everything that a service can do.
func demands() []servicesuite.Demand {
	return []servicesuite.Demand{
		servicesuite.Links, servicesuite.Find, servicesuite.Cancel, servicesuite.Cleanup, servicesuite.Retention, servicesuite.Roles,
		servicesuite.Sequence, servicesuite.Scoped, servicesuite.Expires, servicesuite.Rejection, servicesuite.Faults,
	}
}

func TestConformance(t *testing.T) {
	servicesuite.Test(t, func(*testing.T) servicesuite.Opened {
		m := newMemory()
		return servicesuite.Opened{Service: m, Verifier: m, Remote: remote{m}}
	}, demands()...)
}

// A service that can do little is held to that.
func TestConformanceOfAServiceThatCanDoLittle(t *testing.T) {
	servicesuite.Test(t, func(*testing.T) servicesuite.Opened {
		m := newMemory()
		m.can = signing.Capabilities{Name: "memory", UUID: true}
		bare := struct{ signing.Service }{m}
		return servicesuite.Opened{Service: bare, Verifier: m, Remote: remote{m}}
	})
}

// remote is the remote control of a service in memory.
type remote struct{ m *memory }

func (r remote) Now() time.Time          { return r.m.now }
func (r remote) Advance(d time.Duration) { r.m.now = r.m.now.Add(d) }
func (r remote) Orders() int             { return len(r.m.orders) }

func (r remote) Calls() int { return len(r.m.log) }

func (r remote) Person(n int) claims.Identity { return identity(n) }

func (r remote) Kept(id signing.ID) (n int) {
	_ = r.m.locked(func() error {
		for _, b := range r.m.orders[id].documents {
			if b != nil {
				n++
			}
		}
		return nil
	})
	return n
}

func (r remote) act(order, signatory signing.ID, n int, do func(h *held, i int)) error {
	return r.m.locked(func() error {
		h := r.m.orders[order]
		i := 0
		for h.progress.Signatories[i].ID != signatory {
			i++
		}
		who := h.order.Signatories[i]
		for j, other := range h.order.Signatories {
			if other.Sequence > 0 && other.Sequence < who.Sequence && h.progress.Signatories[j].State == signing.SignatoryOpen {
				return errors.New("it is not this person's turn")
			}
		}
		if h.progress.State != signing.OrderOpen || h.progress.Signatories[i].State != signing.SignatoryOpen {
			return errors.New("nothing can be signed any more")
		}
		if !who.Who.Anyone && who.Who.UUID != uuid(n) {
			return errors.New("somebody else")
		}
		do(h, i)
		return nil
	})
}

func (r remote) Sign(order, signatory signing.ID, n int) error {
	return r.act(order, signatory, n, func(h *held, i int) {
		if h.order.Signatories[i].Role == signing.Approver {
			h.progress.Signatories[i].State = signing.SignatoryApproved
			return
		}
		r.m.sign(order, i)
	})
}

func (r remote) Reject(order, signatory signing.ID, n int, reason string) error {
	return r.act(order, signatory, n, func(h *held, i int) {
		h.progress.Signatories[i].State, h.progress.Signatories[i].Reason = signing.SignatoryRejected, signing.NewRaw([]byte(reason))
	})
}

// Next answers as an adapter would classify it.
func (r remote) Next(op servicesuite.Op, f servicesuite.Fault) bool {
	reads := op == servicesuite.ReadOrder || op == servicesuite.Search || op == servicesuite.Fetch
	effect := f == servicesuite.Lost || f == servicesuite.Cut
	e := &signing.Error{Kind: signing.Unavailable}
	switch {
	case f == servicesuite.Throttled:
		e.Kind, e.RetryAfter = signing.Throttled, 2*time.Minute
	case op == servicesuite.Fetch && effect:
		e.Kind = signing.DocumentPending
	case f == servicesuite.Elsewhere && reads:
		e.Kind = signing.ResponseInvalid
	case effect && !reads:
		e.Kind = signing.OutcomeUnknown
	}
	r.m.step = func(name string, after bool) error {
		if !strings.HasPrefix(name, string(op)) || after != effect {
			return nil
		}
		r.m.step = nil
		return e
	}
	return true
}

// A mutant is a service with a mistake, and the part of the suite that must find it.
type mutant struct {
	part string
	make func(*memory) (signing.Service, signing.Verifier)
}

// mistaken is a service in front of the right one, with some methods replaced.
type mistaken struct {
	*memory
	create  func(context.Context, *signing.Order, []signing.Digest) (*signing.Placed, error)
	find    func(context.Context, *signing.Order) ([]*signing.Placed, error)
	order   func(context.Context, signing.ID) (*signing.Progress, error)
	close   func(context.Context, signing.ID, int) error
	fetch   func(context.Context, signing.ID, signing.ID, io.Writer) error
	cleanup func(context.Context, signing.ID) error
	cancel  func(context.Context, signing.ID) error
	verify  func(context.Context, *signing.Exhibit) (*signing.Verdict, error)
	caps    func() signing.Capabilities
}

func (m *mistaken) CreateOrder(ctx context.Context, o *signing.Order, d []signing.Digest) (*signing.Placed, error) {
	return m.create(ctx, o, d)
}
func (m *mistaken) Find(ctx context.Context, o *signing.Order) ([]*signing.Placed, error) {
	return m.find(ctx, o)
}
func (m *mistaken) Order(ctx context.Context, id signing.ID) (*signing.Progress, error) {
	return m.order(ctx, id)
}
func (m *mistaken) Close(ctx context.Context, id signing.ID, days int) error {
	return m.close(ctx, id, days)
}
func (m *mistaken) Fetch(ctx context.Context, id, d signing.ID, w io.Writer) error {
	return m.fetch(ctx, id, d, w)
}
func (m *mistaken) Cleanup(ctx context.Context, id signing.ID) error { return m.cleanup(ctx, id) }
func (m *mistaken) Cancel(ctx context.Context, id signing.ID) error  { return m.cancel(ctx, id) }
func (m *mistaken) Verify(ctx context.Context, x *signing.Exhibit) (*signing.Verdict, error) {
	return m.verify(ctx, x)
}
func (m *mistaken) Capabilities() signing.Capabilities { return m.caps() }

// wrong makes a mutant.
func wrong(part string, change func(*mistaken)) mutant {
	return mutant{part, func(m *memory) (signing.Service, signing.Verifier) {
		x := &mistaken{
			memory: m, create: m.CreateOrder, find: m.Find, order: m.Order, close: m.Close, fetch: m.Fetch, cleanup: m.Cleanup,
			cancel: m.Cancel, verify: m.Verify, caps: m.Capabilities,
		}
		change(x)
		return x, x
	}}
}

func mutants() map[string]mutant {
	told := func(change func(*signing.Progress)) func(*mistaken) {
		return func(x *mistaken) {
			x.order = func(ctx context.Context, id signing.ID) (*signing.Progress, error) {
				p, err := x.memory.Order(ctx, id)
				if err == nil {
					change(p)
				}
				return p, err
			}
		}
	}
	created := func(change func(*signing.Placed, error) (*signing.Placed, error)) func(*mistaken) {
		return func(x *mistaken) {
			x.create = func(ctx context.Context, o *signing.Order, d []signing.Digest) (*signing.Placed, error) {
				return change(x.memory.CreateOrder(ctx, o, d))
			}
		}
	}
	found := func(change func([]*signing.Placed) []*signing.Placed) func(*mistaken) {
		return func(x *mistaken) {
			x.find = func(ctx context.Context, o *signing.Order) ([]*signing.Placed, error) {
				all, err := x.memory.Find(ctx, o)
				return change(all), err
			}
		}
	}
	return map[string]mutant{
		mutanttest.Right: wrong("", func(*mistaken) {}),
		"makes calls for its Capabilities": wrong("capabilities", func(x *mistaken) {
			x.caps = func() signing.Capabilities { _, _ = x.memory.Order(context.Background(), "x"); return x.can }
		}),
		"promises to search and cannot": wrong("capabilities", func(x *mistaken) {
			x.caps = func() signing.Capabilities { can := x.can; can.Find = false; return can }
		}),
		"places each order twice": wrong("placing", func(x *mistaken) {
			x.create = func(ctx context.Context, o *signing.Order, d []signing.Digest) (*signing.Placed, error) {
				_, _ = x.memory.CreateOrder(ctx, o, d)
				return x.memory.CreateOrder(ctx, o, d)
			}
		}),
		"sends whatever the documents are": wrong("placing", func(x *mistaken) {
			x.create = func(ctx context.Context, o *signing.Order, _ []signing.Digest) (*signing.Placed, error) {
				var d []signing.Digest
				frozen := *o
				frozen.Documents = nil
				for i := range o.Documents {
					b := content(o, i)
					d = append(d, sum(b))
					frozen.Documents = append(frozen.Documents, signing.Bytes(o.Documents[i].Title, b))
				}
				return x.memory.CreateOrder(ctx, &frozen, d)
			}
		}),
		"gives everybody one link": wrong("placing", created(func(p *signing.Placed, err error) (*signing.Placed, error) {
			if err == nil && len(p.Links) > 1 {
				p.Links[1] = p.Links[0]
			}
			return p, err
		})),
		"mixes signatories up": wrong("people", created(func(p *signing.Placed, err error) (*signing.Placed, error) {
			if err == nil && len(p.Ticket.Signatories) > 1 {
				s := p.Ticket.Signatories
				s[0].ID, s[1].ID = s[1].ID, s[0].ID
				s[0].Reference, s[1].Reference = "", ""
			}
			return p, err
		})),
		"knows orders that nobody placed": wrong("placing", func(x *mistaken) {
			x.order = func(ctx context.Context, id signing.ID) (*signing.Progress, error) {
				p, err := x.memory.Order(ctx, id)
				if signing.KindOf(err) == signing.NotFound {
					return &signing.Progress{ID: id}, nil
				}
				return p, err
			}
		}),
		"does not say when an order was made": wrong("placing", told(func(p *signing.Progress) { p.Created = time.Time{} })),
		"says that everybody has signed":      wrong("people", told(func(p *signing.Progress) { p.Signatories[0].State = signing.SignatorySigned })),
		"takes approvers for signers":         wrong("roles", told(func(p *signing.Progress) { p.Signatories[len(p.Signatories)-1].Role = signing.Signer })),
		"forgets why somebody rejected": wrong("rejecting", told(func(p *signing.Progress) {
			for i := range p.Signatories {
				p.Signatories[i].Reason = signing.Raw{}
			}
		})),
		"does not say when an order was closed": wrong("keeping", told(func(p *signing.Progress) { p.Closed = time.Time{} })),
		"finds nothing":                         wrong("searching", found(func([]*signing.Placed) []*signing.Placed { return nil })),
		"finds one of several":                  wrong("searching", found(func(all []*signing.Placed) []*signing.Placed { return all[:min(1, len(all))] })),
		"does not tell the references that it found": wrong("searching", found(func(all []*signing.Placed) []*signing.Placed {
			for _, p := range all {
				p.Ticket.Reference = ""
			}
			return all
		})),
		"finds signatories in any order": wrong("searching", found(swapSignatories)),
		"closes without keeping": wrong("ending|keeping", func(x *mistaken) {
			x.close = func(ctx context.Context, id signing.ID, _ int) error {
				err := x.memory.Close(ctx, id, 7)
				x.forget(id)
				return err
			}
		}),
		"keeps as long as it likes": wrong("keeping", func(x *mistaken) {
			x.close = func(ctx context.Context, id signing.ID, _ int) error { return x.memory.Close(ctx, id, 7) }
		}),
		"says that it has closed, and has not": wrong("ending", func(x *mistaken) { x.close = func(context.Context, signing.ID, int) error { return nil } }),
		"fetches nothing and says that it did": wrong("ending", func(x *mistaken) {
			x.fetch = func(context.Context, signing.ID, signing.ID, io.Writer) error { return nil }
		}),
		"fetches whatever is there": wrong("ending", func(x *mistaken) {
			x.fetch = func(ctx context.Context, id, _ signing.ID, w io.Writer) error {
				return x.memory.Fetch(ctx, id, "Document:0", w)
			}
		}),
		"does not notice that nobody takes the bytes": wrong("ending", func(x *mistaken) {
			x.fetch = func(ctx context.Context, id, d signing.ID, w io.Writer) error {
				var b bytes.Buffer
				err := x.memory.Fetch(ctx, id, d, &b)
				_, _ = w.Write(b.Bytes())
				return err
			}
		}),
		"cleans nothing up": wrong("cleaning", func(x *mistaken) { x.cleanup = func(context.Context, signing.ID) error { return nil } }),
		"cancels nothing":   wrong("cancelling", func(x *mistaken) { x.cancel = func(context.Context, signing.ID) error { return nil } }),
		"does not look at the context": wrong("contexts", func(x *mistaken) {
			x.close = func(ctx context.Context, id signing.ID, days int) error {
				return x.memory.Close(context.WithoutCancel(ctx), id, days)
			}
		}),
		"calls a lost order not placed": wrong("faults", created(func(p *signing.Placed, err error) (*signing.Placed, error) { return p, asUnavailable(err) })),
		"calls a lost answer to closing not sent": wrong("faults", func(x *mistaken) {
			x.close = func(ctx context.Context, id signing.ID, days int) error {
				return asUnavailable(x.memory.Close(ctx, id, days))
			}
		}),
		"has errors without a kind": wrong("faults", func(x *mistaken) {
			x.order = func(ctx context.Context, id signing.ID) (*signing.Progress, error) {
				p, err := x.memory.Order(ctx, id)
				if err != nil {
					err = errors.New("500")
				}
				return p, err
			}
		}),
		"does not pass Retry-After on": wrong("faults", func(x *mistaken) {
			x.fetch = func(ctx context.Context, id, d signing.ID, w io.Writer) error {
				err := x.memory.Fetch(ctx, id, d, w)
				if signing.KindOf(err) == signing.Throttled {
					return &signing.Error{Kind: signing.Throttled}
				}
				return err
			}
		}),
		"puts the title into its errors": wrong("faults", func(x *mistaken) {
			x.create = func(ctx context.Context, o *signing.Order, d []signing.Digest) (*signing.Placed, error) {
				p, err := x.memory.CreateOrder(ctx, o, d)
				if err != nil {
					err = &signing.Error{Kind: signing.KindOf(err), RetryAfter: 2 * time.Minute, Why: o.Title}
				}
				return p, err
			}
		}),
		"takes any copy for the right one": wrong("ending", func(x *mistaken) {
			x.verify = func(ctx context.Context, e *signing.Exhibit) (*signing.Verdict, error) {
				copied := *e
				copied.Signed = append(bytes.Clone(e.Original), "% signed by 0\n"...)
				return x.memory.Verify(ctx, &copied)
			}
		}),
		"names the wrong person": wrong("people", func(x *mistaken) {
			x.verify = func(ctx context.Context, e *signing.Exhibit) (*signing.Verdict, error) {
				v, err := x.memory.Verify(ctx, e)
				if err == nil {
					v.Signatures[0].Identity = identity(2)
				}
				return v, err
			}
		}),
		"keeps the tokens to itself": wrong("people", func(x *mistaken) {
			x.verify = func(ctx context.Context, e *signing.Exhibit) (*signing.Verdict, error) {
				v, err := x.memory.Verify(ctx, e)
				if err == nil {
					v.Signatures[0].Evidence = nil
				}
				return v, err
			}
		}),
	}
}

func swapSignatories(all []*signing.Placed) []*signing.Placed {
	for _, p := range all {
		if s := p.Ticket.Signatories; len(s) > 1 {
			s[0], s[1] = s[1], s[0]
		}
	}
	return all
}

func asUnavailable(err error) error {
	if signing.KindOf(err) == signing.OutcomeUnknown {
		return &signing.Error{Kind: signing.Unavailable}
	}
	return err
}

// TestMutant is the suite over one mutant, in a process of its own.
func TestMutant(t *testing.T) {
	x, chosen := mutanttest.Chosen(mutants())
	if !chosen {
		return
	}
	servicesuite.Test(t, func(*testing.T) servicesuite.Opened {
		m := newMemory()
		s, v := x.make(m)
		return servicesuite.Opened{Service: s, Verifier: v, Remote: remote{m}}
	}, demands()...)
}

// TestTheSuiteFindsMistakes proves that the conformance suite bites.
func TestTheSuiteFindsMistakes(t *testing.T) {
	require.Greater(t, len(mutants()), 30)
	mutanttest.FindAll(t, mutants(), func(x mutant) string { return x.part })
}
