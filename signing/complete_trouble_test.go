package signing_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/signing"
)

// What cannot be fetched is asked for again, and never cleaned up.
func TestDocumentThatCannotBeFetchedIsNeverCleanedUp(t *testing.T) {
	for name, c := range map[string]struct {
		kind  signing.Kind
		spoil func(*memory)
	}{
		"cut": {signing.DocumentPending, func(m *memory) {
			m.step = atStep("fetch Document:1", true, &signing.Error{Kind: signing.DocumentPending})
		}},
		"away":    {signing.DocumentPending, func(m *memory) { m.step = atStep("fetch Document:1", false, &signing.Error{Kind: signing.Unavailable}) }},
		"no kind": {signing.DocumentPending, func(m *memory) { m.step = atStep("fetch Document:0", false, io.ErrUnexpectedEOF) }},
		"throttled": {signing.Throttled, func(m *memory) {
			m.step = atStep("fetch Document:0", false, &signing.Error{Kind: signing.Throttled, RetryAfter: time.Minute})
		}},
		"empty": {signing.DocumentPending, func(m *memory) { m.spoil = func([]byte) []byte { return nil } }},
		"endless": {signing.ResponseInvalid, func(m *memory) {
			m.spoil = func([]byte) []byte { return make([]byte, 2*100_000+16<<20+1) }
		}},
		"half, and called whole": {signing.DocumentModified, func(m *memory) { m.spoil = func(b []byte) []byte { return b[:len(b)/2] } }},
		"another document":       {signing.DocumentModified, func(m *memory) { m.spoil = func([]byte) []byte { return pdf("andet æ") } }},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			var log bytes.Buffer
			client, o, ticket := placed(t, m, func(cfg *signing.Config) {
				cfg.MaxDocument = 100_000
				cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
			})
			m.sign(ticket.ID, 0, 1)
			c.spoil(m)
			for range 2 {
				_, err := client.Complete(t.Context(), ticket, o, func(context.Context, *signing.Result) error { t.Error("stored"); return nil })
				e := kindIs(t, err, c.kind)
				require.Equal(t, noon.AddDate(0, 0, 7), e.KeptUntil)
				require.Contains(t, e.Error(), "keeps the documents until 2026-12-07 12:00 UTC")
				require.NotContains(t, m.steps(), "cleanup")
				require.Contains(t, log.String(), "level=ERROR")
				require.Contains(t, log.String(), "kept_until=2026-12-07")
			}
			m.step, m.spoil = nil, nil
			r, err := client.Complete(t.Context(), ticket, o, keep)
			require.NoError(t, err)
			require.Len(t, r.Documents, 2)
			require.NotContains(t, m.steps(), "close", "it is closed already")
		})
	}
}

// atStep fails one call, always.
func atStep(name string, after bool, err error) func(string, bool) error {
	return func(n string, a bool) error {
		if n == name && a == after {
			return err
		}
		return nil
	}
}

// A document that changes while the signed copy is under way is not what was signed.
func TestDocumentThatChangesInBetween(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	original, opened := content(o, 1), 0
	o.Documents[1].Open = func() (io.ReadCloser, error) {
		if opened++; opened == 1 {
			return io.NopCloser(bytes.NewReader(original)), nil
		}
		return io.NopCloser(bytes.NewReader(pdf("noget andet æ"))), nil
	}
	_, err := c.Complete(t.Context(), ticket, o, func(context.Context, *signing.Result) error { t.Error("stored"); return nil })
	kindIs(t, err, signing.Conflict)
	require.Equal(t, 2, opened)
	require.NotContains(t, m.log, "verify 1")
}

// A context that ends while the copy is verified ends it before the store.
func TestContextThatEndsBeforeTheStore(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	ctx, cancel := context.WithCancel(t.Context())
	m.judged = func(x *signing.Exhibit) error {
		if x.Document == 1 {
			cancel()
		}
		return nil
	}
	_, err := c.Complete(ctx, ticket, o, func(context.Context, *signing.Result) error { t.Error("stored"); return nil })
	kindIs(t, err, signing.Unavailable)
	require.ErrorIs(t, err, context.Canceled)
	require.NotContains(t, m.steps(), "cleanup")
}

// The answer to closing was lost. The order says whether it is closed.
func TestLostAnswerToClosing(t *testing.T) {
	for _, k := range []signing.Kind{signing.OutcomeUnknown, signing.Refused, signing.Unavailable, signing.ResponseInvalid} {
		m := newMemory()
		c, o, ticket := placed(t, m)
		m.sign(ticket.ID, 0, 1)
		m.step = atStep("close", false, &signing.Error{Kind: k, Trace: "trace-1"})
		_, err := c.Complete(t.Context(), ticket, o, keep)
		require.Equal(t, "trace-1", kindIs(t, err, k).Trace, "it is open: the error is that of closing")
		require.Equal(t, "order, close, order", m.steps())

		m.step = atStep("close", true, &signing.Error{Kind: k})
		r, err := c.Complete(t.Context(), ticket, o, keep)
		require.NoError(t, err, "it is closed: Complete goes on")
		require.Equal(t, signing.EndSigned, r.End)
		require.Equal(t, "order, close, order, fetch Document:0, verify 0, fetch Document:1, verify 1, cleanup", m.steps())
	}
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	m.step = atStep("close", false, &signing.Error{Kind: signing.AuthFailed})
	_, err := c.Complete(t.Context(), ticket, o, keep)
	kindIs(t, err, signing.AuthFailed)
	require.Equal(t, "order, close", m.steps(), "nothing was closed, that is certain")
}

// A service that names a time is not asked before it, not even whether it has closed.
func TestClosingThatMustWait(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	m.step = atStep("close", true, &signing.Error{Kind: signing.OutcomeUnknown, RetryAfter: 7 * time.Second})
	_, err := c.Complete(t.Context(), ticket, o, keep)
	require.Equal(t, 7*time.Second, kindIs(t, err, signing.OutcomeUnknown).RetryAfter)
	require.Equal(t, "order, close", m.steps())
	m.step = nil
	r, err := c.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err)
	require.Equal(t, signing.EndSigned, r.End)
	require.NotContains(t, m.steps(), "close", "no second blind close")
}

// Some services do not list what they have deleted.
func TestDocumentThatIsNoLongerListed(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	_, err := c.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err)
	m.tell = func(p *signing.Progress) *signing.Progress { p.Documents = nil; return p }
	_, err = c.Complete(t.Context(), ticket, o, keep)
	kindIs(t, err, signing.NotFound)
}

// Somebody who was added or deleted while the order was being closed is not passed over.
func TestOrderThatChangesWhileItIsClosed(t *testing.T) {
	for name, c := range map[string]struct {
		kind   signing.Kind
		change func(*signing.Progress)
	}{
		"a signer more": {signing.Conflict, func(p *signing.Progress) {
			p.Signatories = append(p.Signatories, signing.SignatoryProgress{ID: "Signatory:9", State: signing.SignatorySigned})
		}},
		"a signer less":         {signing.Conflict, func(p *signing.Progress) { p.Signatories[1].State = signing.SignatoryDeleted }},
		"a state of the future": {signing.ResponseInvalid, func(p *signing.Progress) { p.Signatories[1].State = 99 }},
		"still open":            {signing.DocumentPending, func(p *signing.Progress) { p.State = signing.OrderOpen }},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			client, o, ticket := placed(t, m)
			m.sign(ticket.ID, 0, 1)
			m.tell = func(p *signing.Progress) *signing.Progress {
				if p.State == signing.OrderClosed {
					c.change(p)
				}
				return p
			}
			_, err := client.Complete(t.Context(), ticket, o, func(context.Context, *signing.Result) error { t.Error("stored"); return nil })
			kindIs(t, err, c.kind)
			require.Equal(t, "order, close, order", m.steps())
		})
	}
}

// The text of the store's error stays the caller's own.
func TestStoreThatFails(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	full := errors.New("disk full at /home/" + cprtest.Number(3).Reveal())
	_, err := c.Complete(t.Context(), ticket, o, func(context.Context, *signing.Result) error { return full })
	kindIs(t, err, signing.StoreFailed)
	require.ErrorIs(t, err, full)
	require.NotContains(t, err.Error(), "disk")
	require.NotContains(t, m.steps(), "cleanup")
	require.Panics(t, func() {
		_, _ = c.Complete(t.Context(), ticket, o, func(context.Context, *signing.Result) error { panic("æ") })
	})
	require.NotContains(t, m.steps(), "cleanup")
}

func TestCleanupThatCannotBe(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	ctx, cancel := context.WithCancel(t.Context())
	r, err := c.Complete(ctx, ticket, o, func(context.Context, *signing.Result) error { cancel(); return nil })
	require.NoError(t, err)
	kindIs(t, r.Cleanup, signing.Unavailable)
	require.NotContains(t, m.steps(), "cleanup")
	require.NoError(t, c.Cleanup(t.Context(), ticket))
	require.Equal(t, "order, cleanup", m.steps())
	require.NoError(t, c.Cleanup(t.Context(), ticket), "again is no error")

	// It is all gone now.
	_, err = c.Complete(t.Context(), ticket, o, keep)
	require.Equal(t, signing.Decide, kindIs(t, err, signing.NotFound).Then())
	require.ErrorContains(t, err, "an earlier Complete has stored it")
	m.forgets = true
	require.NoError(t, c.Cleanup(t.Context(), ticket))
	_, err = c.Complete(t.Context(), ticket, o, keep)
	kindIs(t, err, signing.NotFound)
}

// A service that does not tell what it deleted has deleted it when the time has passed.
func TestCompleteAfterTheRetention(t *testing.T) {
	m := newMemory()
	c, o, ticket := placed(t, m)
	m.sign(ticket.ID, 0, 1)
	m.orders[ticket.ID].progress.State, m.orders[ticket.ID].progress.Closed = signing.OrderClosed, noon
	m.step = atStep("fetch Document:0", false, &signing.Error{Kind: signing.DocumentPending})
	m.now = noon.AddDate(0, 0, 7)
	_, err := c.Complete(t.Context(), ticket, o, keep)
	kindIs(t, err, signing.DocumentPending)
	m.now = noon.AddDate(0, 0, 7).Add(time.Second)
	_, err = c.Complete(t.Context(), ticket, o, keep)
	kindIs(t, err, signing.NotFound)
}
