package servicesuite

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

// ending holds the adapter to closing and fetching.
func (s *suite) ending(t *testing.T) {
	t.Run("a signed copy is stored, and then it is deleted", func(t *testing.T) {
		r := s.rig(t)
		o := r.order("ending-1", 2, 1)
		ticket := r.place(o)
		r.sign(ticket, 0)
		stored := 0
		result, err := r.client.Complete(t.Context(), ticket, o, func(_ context.Context, got *signing.Result) error {
			stored++
			assert.Positive(t, r.Remote.Kept(ticket.ID), "documents are there while they are stored")
			for _, d := range got.Documents {
				assert.Equal(t, "%PDF-", string(d.Content[:5]))
			}
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, signing.EndSigned, result.End)
		assert.Equal(t, 1, stored)
		if r.can.Cleanup {
			require.NoError(t, result.Cleanup)
			assert.Zero(t, r.Remote.Kept(ticket.ID))
			_, err = r.client.Complete(t.Context(), ticket, o, keep)
			assert.Contains(t, []signing.Kind{signing.NotFound, signing.DocumentPending}, r.checkError(err), "what is deleted does not come again")
		}
	})
	t.Run("what the store refuses is kept", func(t *testing.T) {
		r := s.rig(t)
		o := r.order("ending-2", 1, 1)
		ticket := r.place(o)
		r.sign(ticket, 0)
		var first []byte
		_, err := r.client.Complete(t.Context(), ticket, o, func(_ context.Context, got *signing.Result) error {
			first = got.Documents[0].Content
			return errors.New("no room")
		})
		assert.Equal(t, signing.StoreFailed, r.checkError(err))
		assert.Equal(t, 1, r.Remote.Kept(ticket.ID))
		result, err := r.client.Complete(t.Context(), ticket, o, keep)
		require.NoError(t, err)
		assert.Equal(t, first, result.Documents[0].Content, "the copy is the same byte for byte")
	})
	t.Run("a closed order is fetched again and again", func(t *testing.T) {
		r := s.rig(t)
		ticket := r.place(r.order("ending-3", 1, 1))
		r.sign(ticket, 0)
		require.NoError(t, r.Service.Close(t.Context(), ticket.ID, 7))
		assert.Equal(t, signing.OrderClosed, r.read(ticket).State)
		first, err := r.fetch(ticket, 0)
		require.NoError(t, err)
		second, err := r.fetch(ticket, 0)
		require.NoError(t, err)
		assert.Equal(t, first, second)
	})
	t.Run("a document that the order does not have is not fetched", func(t *testing.T) {
		r := s.rig(t)
		ticket := r.place(r.order("ending-4", 1, 1))
		r.sign(ticket, 0)
		require.NoError(t, r.Service.Close(t.Context(), ticket.ID, 7))
		ticket.Documents[0].ID = "nobody-has-this"
		_, err := r.fetch(ticket, 0)
		assert.Contains(t, []signing.Kind{signing.NotFound, signing.DocumentPending, signing.ResponseInvalid}, r.checkError(err))
	})
	t.Run("a reader that cannot take the document gets an error", func(t *testing.T) {
		r := s.rig(t)
		ticket := r.place(r.order("ending-5", 1, 1))
		r.sign(ticket, 0)
		require.NoError(t, r.Service.Close(t.Context(), ticket.ID, 7))
		r.checkError(r.Service.Fetch(t.Context(), ticket.ID, ticket.Documents[0].ID, full{}))
	})
	t.Run("a copy of another order is refused", func(t *testing.T) {
		r := s.rig(t)
		o, other := r.order("ending-6", 1, 1), r.order("ending-7", 1, 1)
		ticket, foreign := r.place(o), r.place(other)
		r.sign(ticket, 0)
		r.sign(foreign, 0)
		require.NoError(t, r.Service.Close(t.Context(), foreign.ID, 7))
		swapped := r.newClient(swapping{r.Service, foreign}, r.Verifier)
		_, err := swapped.Complete(t.Context(), ticket, o, func(context.Context, *signing.Result) error {
			assert.Fail(t, "another order's copy was stored")
			return nil
		})
		k := r.checkError(err)
		assert.Equal(t, signing.Decide, k.Then(), "%s", k)
		assert.Equal(t, 1, r.Remote.Kept(ticket.ID))
	})
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

// swapping fetches the documents of another order.
type swapping struct {
	signing.Service
	from signing.Ticket
}

func (s swapping) Fetch(ctx context.Context, _, _ signing.ID, w io.Writer) error {
	return s.Service.Fetch(ctx, s.from.ID, s.from.Documents[0].ID, w)
}

// keeping holds the adapter to retention.
func (s *suite) keeping(t *testing.T) {
	r := s.rig(t)
	o := r.order("keeping", 1, 1)
	ticket := r.place(o)
	r.sign(ticket, 0)
	require.NoError(t, r.Service.Close(t.Context(), ticket.ID, 2))
	p := r.read(ticket)
	assert.WithinRange(t, p.Closed, r.Remote.Now().Add(-time.Minute), r.Remote.Now().Add(time.Minute), "the service says when it was closed")
	r.Remote.Advance(47 * time.Hour)
	_, err := r.fetch(ticket, 0)
	require.NoError(t, err, "documents are kept for as long as Close says")
	r.Remote.Advance(2 * time.Hour)
	_, err = r.fetch(ticket, 0)
	assert.Contains(t, []signing.Kind{signing.DocumentPending, signing.NotFound}, r.checkError(err))
	_, err = r.client.Complete(t.Context(), ticket, o, func(context.Context, *signing.Result) error {
		assert.Fail(t, "there is nothing to store")
		return nil
	})
	r.checkError(err)
}

// expiring holds the adapter to Order.Expires.
func (s *suite) expiring(t *testing.T) {
	r := s.rig(t)
	o := r.order("expiring", 1, 1)
	o.Expires = r.Remote.Now().Add(48 * time.Hour).Truncate(time.Second)
	p, err := r.client.Place(t.Context(), o)
	require.NoError(t, err)
	assert.WithinDuration(t, o.Expires, p.Expires, time.Minute, "the service took the time")
	r.Remote.Advance(47 * time.Hour)
	assert.Equal(t, signing.NotEnded, r.read(p.Ticket).Ended())
	r.Remote.Advance(2 * time.Hour)
	assert.Equal(t, signing.EndExpired, r.read(p.Ticket).Ended())
	result, err := r.client.Complete(t.Context(), p.Ticket, o, keep)
	require.NoError(t, err)
	assert.Equal(t, signing.EndExpired, result.End)
}

// cancelling holds the adapter to Cancel.
func (s *suite) cancelling(t *testing.T) {
	r := s.rig(t)
	o := r.order("cancelling", 1, 1)
	ticket := r.place(o)
	require.NoError(t, r.client.Cancel(t.Context(), ticket))
	assert.Equal(t, signing.OrderCancelled, r.read(ticket).State)
	require.NoError(t, r.client.Cancel(t.Context(), ticket), "again is no error")
	require.Error(t, r.Remote.Sign(ticket.ID, ticket.Signatories[0].ID, 0), "a cancelled order was signed")
	result, err := r.client.Complete(t.Context(), ticket, o, keep)
	require.NoError(t, err)
	assert.Equal(t, signing.EndCancelled, result.End)
}

// cleaning holds the adapter to Cleanup.
func (s *suite) cleaning(t *testing.T) {
	r := s.rig(t)
	ticket := r.place(r.order("cleaning", 2, 1))
	r.sign(ticket, 0)
	require.NoError(t, r.Service.Close(t.Context(), ticket.ID, 7))
	require.NoError(t, r.Service.Cleanup(t.Context(), ticket.ID))
	assert.Zero(t, r.Remote.Kept(ticket.ID), "everything is deleted")
	err := r.Service.Cleanup(t.Context(), ticket.ID)
	assert.True(t, err == nil || signing.KindOf(err) == signing.NotFound, "cleaning up again is no error: %v", err)
	require.NoError(t, r.client.Cleanup(t.Context(), ticket))
	_, err = r.fetch(ticket, 0)
	assert.Contains(t, []signing.Kind{signing.DocumentPending, signing.NotFound}, r.checkError(err))
}

// contexts holds every call to the end of its context.
func (s *suite) contexts(t *testing.T) {
	r := s.rig(t)
	o := r.order("contexts", 1, 1)
	ticket := r.place(o)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, created := r.Service.CreateOrder(ctx, o, digestsOf(t, o))
	_, read := r.Service.Order(ctx, ticket.ID)
	calls := map[Op]error{
		Create: created, ReadOrder: read, CloseOrder: r.Service.Close(ctx, ticket.ID, 7),
		Fetch: r.Service.Fetch(ctx, ticket.ID, ticket.Documents[0].ID, full{}),
	}
	if r.can.Cancel {
		calls[CancelIt] = r.Service.Cancel(ctx, ticket.ID)
	}
	if r.can.Cleanup {
		calls[CleanUp] = r.Service.Cleanup(ctx, ticket.ID)
	}
	if f, ok := r.Service.(signing.Finder); ok {
		_, calls[Search] = f.Find(ctx, o)
	}
	for op, err := range calls {
		r.checkError(err)
		assert.ErrorIs(t, err, context.Canceled, "%s", op)
	}
	assert.Equal(t, 1, r.Remote.Orders())
	assert.Equal(t, signing.OrderOpen, r.read(ticket).State)
}

// together completes one order from several places at once.
func (s *suite) together(t *testing.T) {
	r := s.rig(t)
	o := r.order("together", 1, 1)
	ticket := r.place(o)
	r.sign(ticket, 0)
	var mu sync.Mutex
	var all sync.WaitGroup
	copies := map[string]int{}
	succeeded := 0
	for range 4 {
		all.Go(func() {
			result, err := r.client.Complete(t.Context(), ticket, o, func(_ context.Context, got *signing.Result) error {
				mu.Lock()
				defer mu.Unlock()
				copies[string(got.Documents[0].Content)]++
				return nil
			})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				succeeded++
				assert.Equal(t, signing.EndSigned, result.End)
				return
			}
			r.checkError(err)
			assert.NotEmpty(t, copies, "one failed, and nothing was stored: %v", err)
		})
	}
	all.Wait()
	assert.Positive(t, succeeded)
	assert.Len(t, copies, 1, "all who stored have the same copy")
}
