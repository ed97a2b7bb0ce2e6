package signing_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

func keep(context.Context, *signing.Result) error { return nil }

func TestCompleteBringsTheSignedCopyHome(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	nobody := func(context.Context, *signing.Result) error { t.Error("the store was called"); return nil }

	r, err := c.Complete(t.Context(), ticket, o, nobody)
	require.Nil(t, r)
	require.Equal(t, signing.Retry, kindIs(t, err, signing.Pending).Then())
	m.sign(ticket.ID, 0)
	_, err = c.Complete(t.Context(), ticket, o, nobody)
	kindIs(t, err, signing.Pending)
	require.Equal(t, "order, order", m.steps())

	m.sign(ticket.ID, 1)
	var got *signing.Result
	r, err = c.Complete(t.Context(), ticket, o, func(_ context.Context, r *signing.Result) error {
		require.NotContains(t, m.log, "cleanup")
		got = r
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, "order, close, order, fetch Document:0, verify 0, fetch Document:1, verify 1, cleanup", m.steps())
	require.NoError(t, r.Cleanup)
	require.Equal(t, signing.EndSigned, r.End)
	require.Equal(t, got, r)
	require.Len(t, r.Documents, 2)
	require.Equal(t, string(content(o, 0))+"% signed by 0\n% signed by 1\n", string(r.Documents[0].Content))
	require.Equal(t, signing.Digest(sum(r.Documents[0].Content)), r.Documents[0].SHA256)
	require.Equal(t, "Lejekontrakt på dansk æøå", r.Documents[0].Title)
	require.Equal(t, uuid(1), r.Documents[1].Verdict.Signatures[1].Identity.UUID)
	require.Equal(t, 7, m.orders[ticket.ID].kept)
}

func TestCompleteKeepsAsLongAsTheConfigSays(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m, func(cfg *signing.Config) { cfg.Retain = 3 })
	m.sign(ticket.ID, 0, 1)
	_, err := c.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err)
	require.Equal(t, 3, m.orders[ticket.ID].kept)
}

// Other ends are typed, the store hears of them, and nothing is deleted before.
func TestCompleteOfOtherEnds(t *testing.T) {
	for _, c := range []struct {
		name  string
		end   signing.End
		make  func(*memory, signing.ID)
		steps string
	}{
		{"rejected", signing.EndRejected, func(m *memory, id signing.ID) { m.set(id, 0, signing.SignatoryRejected) }, "order, cancel, cleanup"},
		{"failed", signing.EndError, func(m *memory, id signing.ID) { m.set(id, 0, signing.SignatoryFailed) }, "order, cancel, cleanup"},
		{"expired", signing.EndExpired, func(m *memory, id signing.ID) { m.orders[id].progress.State = signing.OrderExpired }, "order, cleanup"},
		{"cancelled", signing.EndCancelled, func(m *memory, id signing.ID) { m.orders[id].progress.State = signing.OrderCancelled }, "order, cleanup"},
		{"closed with a signature missing", signing.EndError, func(m *memory, id signing.ID) {
			m.sign(id, 0)
			m.orders[id].progress.State = signing.OrderClosed
		}, "order, cleanup"},
		{"a signatory of the ticket was deleted", signing.EndError, func(m *memory, id signing.ID) {
			m.sign(id, 0)
			m.set(id, 1, signing.SignatoryDeleted)
		}, "order, cancel, cleanup"},
		{"all were deleted", signing.EndCancelled, func(m *memory, id signing.ID) {
			m.set(id, 0, signing.SignatoryDeleted)
			m.set(id, 1, signing.SignatoryDeleted)
		}, "order, cancel, cleanup"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMemory()
			client, o, ticket := placed(t, m)
			c.make(m, ticket.ID)
			_, err := client.Complete(t.Context(), ticket, o, func(_ context.Context, r *signing.Result) error { return errors.New("disk full at /æ") })
			kindIs(t, err, signing.StoreFailed)
			require.Equal(t, "order", m.steps())
			called := false
			r, err := client.Complete(t.Context(), ticket, o, func(_ context.Context, r *signing.Result) error {
				called = true
				require.Equal(t, c.end, r.End)
				return nil
			})
			require.NoError(t, err)
			require.True(t, called)
			require.Equal(t, c.end.String(), r.End.String())
			require.Empty(t, r.Documents)
			require.Len(t, r.Signatories, 2)
			require.NoError(t, r.Cleanup)
			require.Equal(t, c.steps, m.steps())
		})
	}
}

// Somebody who was deleted on purpose is taken out of ticket and order.
func TestCompleteWithoutSomebodyWhoWasDeleted(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0)
	m.set(ticket.ID, 1, signing.SignatoryDeleted)
	o.Signatories, ticket.Signatories = o.Signatories[:1], ticket.Signatories[:1]
	r, err := c.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err)
	require.Equal(t, signing.EndSigned, r.End)
}

func TestCompleteWithASignatoryWhomNobodyKnows(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	o.Signatories, ticket.Signatories = o.Signatories[:1], ticket.Signatories[:1]
	_, err := c.Complete(t.Context(), ticket, o, keep)
	kindIs(t, err, signing.Conflict)
	require.Equal(t, "order", m.steps())
}

// Ticket, order and documents are compared before any call.
func TestCompleteOfWhatDoesNotBelongTogether(t *testing.T) {
	for name, c := range map[string]struct {
		kind   signing.Kind
		change func(*signing.Ticket, *signing.Order)
	}{
		"another document": {signing.Conflict, func(_ *signing.Ticket, o *signing.Order) {
			o.Documents[1] = signing.Bytes("Husorden", pdf("en anden æ"))
		}},
		"documents in other order": {signing.Conflict, func(_ *signing.Ticket, o *signing.Order) {
			o.Documents[0], o.Documents[1] = o.Documents[1], o.Documents[0]
		}},
		"another reference":       {signing.Conflict, func(_ *signing.Ticket, o *signing.Order) { o.Reference = "anden" }},
		"another signatory":       {signing.Conflict, func(_ *signing.Ticket, o *signing.Order) { o.Signatories[0].Reference = "nabo" }},
		"signatories too few":     {signing.Conflict, func(t *signing.Ticket, _ *signing.Order) { t.Signatories = t.Signatories[:1] }},
		"another service":         {signing.Conflict, func(t *signing.Ticket, _ *signing.Order) { t.Service = "neb" }},
		"no ticket":               {signing.InputInvalid, func(t *signing.Ticket, _ *signing.Order) { *t = signing.Ticket{} }},
		"a ticket without a time": {signing.InputInvalid, func(t *signing.Ticket, _ *signing.Order) { t.PlacedAt = time.Time{} }},
		"a ticket with an id twice": {signing.InputInvalid, func(t *signing.Ticket, _ *signing.Order) {
			t.Signatories[1].ID = t.Signatories[0].ID
		}},
		"an order that is wrong": {signing.InputInvalid, func(_ *signing.Ticket, o *signing.Order) { o.Title = "" }},
		"a document that went away": {signing.InputInvalid, func(_ *signing.Ticket, o *signing.Order) {
			o.Documents[0].Open = func() (io.ReadCloser, error) { return nil, errors.New("gone") }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			client, o, ticket := placed(t, m)
			m.sign(ticket.ID, 0, 1)
			c.change(&ticket, o)
			_, err := client.Complete(t.Context(), ticket, o, keep)
			kindIs(t, err, c.kind)
			require.Empty(t, m.log)
		})
	}
	m := newMemory()
	c, o, ticket := placed(t, m)
	_, err := c.Complete(t.Context(), ticket, o, nil)
	kindIs(t, err, signing.InputInvalid)
	_, err = c.Complete(t.Context(), ticket, nil, keep)
	kindIs(t, err, signing.InputInvalid)
}

// Answers that are not about the order of the ticket decide nothing.
func TestCompleteOfAnswersThatMakeNoSense(t *testing.T) {
	for name, tell := range map[string]func(*signing.Progress) *signing.Progress{
		"none":                   func(*signing.Progress) *signing.Progress { return nil },
		"another order":          func(p *signing.Progress) *signing.Progress { p.ID = "Order:2"; return p },
		"a signatory is missing": func(p *signing.Progress) *signing.Progress { p.Signatories = p.Signatories[1:]; return p },
		"a signatory twice": func(p *signing.Progress) *signing.Progress {
			p.Signatories = append(p.Signatories, p.Signatories[0])
			return p
		},
		"a signatory without an id": func(p *signing.Progress) *signing.Progress {
			p.Signatories = append(p.Signatories, signing.SignatoryProgress{})
			return p
		},
		"another reference":       func(p *signing.Progress) *signing.Progress { p.Signatories[0].Reference = "udlejer"; return p },
		"a signer who only looks": func(p *signing.Progress) *signing.Progress { p.Signatories[1].Role = signing.Viewer; return p },
		"a role of the future":    func(p *signing.Progress) *signing.Progress { p.Signatories[1].Role = 3; return p },
	} {
		m := newMemory()
		c, o, ticket := placed(t, m)
		m.sign(ticket.ID, 0)
		m.tell = tell
		_, err := c.Complete(t.Context(), ticket, o, keep)
		require.Equal(t, signing.Decide, kindIs(t, err, signing.ResponseInvalid).Then(), name)
		require.Equal(t, "order", m.steps())
	}
}

// States of a future version end nothing; at an order that is closed a person must look.
func TestCompleteWithStatesOfTheFuture(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0)
	m.set(ticket.ID, 1, 99)
	_, err := c.Complete(t.Context(), ticket, o, keep)
	kindIs(t, err, signing.Pending)
	m.orders[ticket.ID].progress.State = signing.OrderClosed
	_, err = c.Complete(t.Context(), ticket, o, keep)
	kindIs(t, err, signing.ResponseInvalid)
	m.sign(ticket.ID, 1)
	m.orders[ticket.ID].progress.State = 77
	_, err = c.Complete(t.Context(), ticket, o, keep)
	kindIs(t, err, signing.Pending)
	require.Equal(t, "order, order, order", m.steps())
}

func TestNothingIsStoredThatTheVerifierRefuses(t *testing.T) {
	for _, k := range []signing.Kind{
		signing.SignatureInvalid, signing.TokenInvalid, signing.IssuerMismatch, signing.AssuranceTooLow, signing.SignerMismatch,
		signing.EvidenceIncomplete, signing.DocumentMismatch, signing.DocumentModified, signing.Unavailable,
	} {
		m := newMemory()
		c, o, ticket := placed(t, m)
		m.sign(ticket.ID, 0, 1)
		m.judged = func(x *signing.Exhibit) error {
			if x.Document == 1 {
				return &signing.Error{Kind: k}
			}
			return nil
		}
		_, err := c.Complete(t.Context(), ticket, o, func(context.Context, *signing.Result) error { t.Error("stored"); return nil })
		e := kindIs(t, err, k)
		require.Equal(t, "complete", e.Op)
		require.Equal(t, ticket.ID, e.Order)
		require.Equal(t, k == signing.Unavailable, e.Temporary())
		require.Equal(t, "order, close, order, fetch Document:0, verify 0, fetch Document:1, verify 1", m.steps())
	}
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	m.judged = func(*signing.Exhibit) error { return errors.New("Åse, 0101500000") }
	_, err := c.Complete(t.Context(), ticket, o, keep)
	kindIs(t, err, signing.EvidenceIncomplete)
	require.NotContains(t, err.Error(), "0101500000")
}

func TestExhibitHasWhatTheVerifierNeeds(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	m.now = noon.Add(time.Hour)
	seen := 0
	m.judged = func(x *signing.Exhibit) error {
		require.Equal(t, ticket, x.Ticket)
		require.Same(t, o, x.Order)
		require.Equal(t, seen, x.Document)
		require.Equal(t, ticket.Documents[x.Document].SHA256, signing.Digest(sum(x.Original)))
		require.Equal(t, noon.Add(time.Hour), x.Now)
		require.Len(t, x.Signatories, 2)
		require.Contains(t, string(x.Signed), "signed by 1")
		seen++
		return nil
	}
	_, err := c.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err)
	require.Equal(t, 2, seen)
}

func TestCompleteWithAServiceThatCanDoLittle(t *testing.T) {
	m := newMemory()
	m.can.Cleanup, m.can.Cancel, m.can.Retention = false, false, 0
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	r, err := c.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err)
	require.Len(t, r.Documents, 2)
	kindIs(t, r.Cleanup, signing.Unsupported)
	require.NotContains(t, m.steps(), "cleanup")
}

func TestCancel(t *testing.T) {
	m := newMemory()
	c, _, ticket := placed(t, m)
	m.sign(ticket.ID, 0)
	kindIs(t, c.Cleanup(t.Context(), ticket), signing.Conflict)
	m.sign(ticket.ID, 1)
	kindIs(t, c.Cancel(t.Context(), ticket), signing.Conflict)
	m.set(ticket.ID, 1, signing.SignatoryOpen)
	m.log = nil
	require.NoError(t, c.Cancel(t.Context(), ticket))
	require.NoError(t, c.Cancel(t.Context(), ticket), "again is no error")
	require.Equal(t, "order, cancel, order", m.steps())
	p, err := c.Order(t.Context(), ticket)
	require.NoError(t, err)
	require.Equal(t, signing.EndCancelled, p.Ended())
	require.NoError(t, c.Cleanup(t.Context(), ticket))
	m.orders[ticket.ID].progress.State = signing.OrderClosed
	kindIs(t, c.Cancel(t.Context(), ticket), signing.Conflict)
	kindIs(t, c.Cancel(t.Context(), signing.Ticket{}), signing.InputInvalid)
}
