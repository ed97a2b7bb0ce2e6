package sendersuite

import (
	"context"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// citizen is the i-th fictitious person.
func citizen(i int) eboks.Recipient { return eboks.Person(cprtest.Number(i)) }

// letter is an ordinary letter to somebody with a mailbox.
func (r *rig) letter() *eboks.Letter { return r.letterTo(ebokstest.People()[0].Owner) }

// letterTo is an ordinary letter to somebody.
func (r *rig) letterTo(to eboks.Recipient) *eboks.Letter {
	return &eboks.Letter{
		ID: eboks.NewID(), To: to, Title: secretTitle, Document: eboks.Bytes([]byte(secretWords)), Material: r.fake.Materials()[0],
		Unchecked: true, // no printer would take these documents
	}
}

// tap is a Sender that remembers what the adapter said, before a client makes
// something else of it.
type tap struct {
	eboks.Sender
	called  bool
	receipt *eboks.Receipt
	err     error
}

func (t *tap) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	t.called = true
	t.receipt, t.err = t.Sender.Send(ctx, l)
	return t.receipt, t.err
}

// offer offers a letter once, for a client that knows nothing of it, and returns
// the adapter's own answer, held to its form. What the client refuses by itself
// fails the test.
func (r *rig) offer(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	r.Helper()
	through := &tap{Sender: r.sender}
	_, err := r.newClient(through).Send(ctx, l)
	require.True(r, through.called, "the client did not offer the letter: %v", err)
	if err != nil {
		r.checkError(err)
	}
	if through.err == nil {
		r.checkReceipt(l, through.receipt)
		return through.receipt, nil
	}
	require.Nil(r, through.receipt, "a receipt beside an error")
	r.checkError(through.err)
	return nil, through.err
}

// must is offer where a refusal would be the fault.
func (r *rig) must(l *eboks.Letter) *eboks.Receipt {
	r.Helper()
	receipt, err := r.offer(r.Context(), l)
	require.NoError(r, err)
	return receipt
}

// expect holds an error against kinds.
func (r *rig) expect(err error, doc string, kinds ...eboks.Kind) {
	r.Helper()
	require.Error(r, err, "%s: it was accepted", doc)
	assert.Contains(r, kinds, eboks.KindOf(err), "%s: %v", doc, err)
}

// deliver lets enough time pass for every letter to arrive.
func (r *rig) deliver() { r.fake.Advance(24 * time.Hour) }

// arrived requires that exactly this letter came to its recipient, once.
func (r *rig) arrived(l *eboks.Letter) ebokstest.Letter {
	r.Helper()
	require.Equal(r, 1, r.fake.Count(l.ID), "the distributor has the letter")
	r.deliver()
	require.Equal(r, 1, r.fake.Delivered(l.ID), "it is in a mailbox")
	var found []ebokstest.Letter
	for _, got := range r.fake.Letters(l.To) {
		if got.ID == l.ID {
			found = append(found, got)
		}
	}
	require.Len(r, found, 1, "in the recipient's mailbox")
	return found[0]
}
