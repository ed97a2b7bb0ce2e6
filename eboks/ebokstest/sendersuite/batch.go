package sendersuite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// batch sends several letters in one call.
func (s *suite) batch(t *testing.T) {
	if r := s.rig(t, ebokstest.Config{}); r.can.Batch > 1 {
		t.Run("each on its own", s.batchEach)
		for _, m := range ebokstest.Misbehaviours() {
			if m.Batch {
				t.Run(m.Name, func(t *testing.T) { s.batchMisbehaviour(t, m) })
			}
		}
		for _, name := range []string{"dropped-answer", "500-after-accepting", "cut-answer", "maintenance-page", "400", "429-retry-after-seconds", "401"} {
			t.Run(name, func(t *testing.T) { s.batchTrouble(t, name) })
		}
		return
	}
	t.Log("this adapter sends letters one by one")
}

// batchTap is a Sender that keeps the letters which a client has measured.
type batchTap struct {
	eboks.Sender
	ready []*eboks.Letter
}

func (b *batchTap) Send(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	b.ready = append(b.ready, l)
	return &eboks.Receipt{ID: l.ID, Status: eboks.Accepted}, nil
}

// together offers letters in one call.
func (r *rig) together(ls ...*eboks.Letter) ([]eboks.Result, error) {
	r.Helper()
	through := &batchTap{Sender: r.sender}
	client := r.newClient(through)
	for _, l := range ls {
		_, err := client.Send(r.Context(), l)
		require.NoError(r, err)
	}
	results, err := r.sender.(eboks.BatchSender).SendBatch(r.Context(), through.ready)
	if err != nil {
		r.checkError(err)
		require.Empty(r, results, "results beside an error")
		return nil, err
	}
	require.Len(r, results, len(ls), "one result for each letter")
	for i, res := range results {
		require.Equal(r, ls[i].ID, res.ID, "in the order of the letters")
		require.NotEqual(r, res.Receipt == nil, res.Err == nil, "a receipt or an error")
		if res.Err != nil {
			r.checkError(res.Err)
		} else {
			r.checkReceipt(ls[i], res.Receipt)
		}
	}
	return results, nil
}

// several returns n letters to different people, with different documents.
func (r *rig) several(n int) []*eboks.Letter {
	ls := make([]*eboks.Letter, n)
	for i := range ls {
		ls[i] = r.letterTo(citizen(30000 + i))
		ls[i].Document = eboks.Bytes(fmt.Appendf(nil, "%%PDF-1.7 brev %d æøå", i))
	}
	return ls
}

// batchEach sends good and bad letters together. Each must get its own result.
func (s *suite) batchEach(t *testing.T) {
	r := s.rig(t, ebokstest.Config{Settings: ebokstest.Settings{AnyRecipient: true, RefuseAtOnce: true}})
	ls := r.several(5)
	old := r.letterTo(citizen(30099))
	_, err := r.together(old, r.letterTo(citizen(30098)))
	require.NoError(t, err)
	ls[1] = old                                                    // was sent before
	ls[2].Material = "999999"                                      // is not in the agreement
	ls[3].To = ebokstest.People()[len(ebokstest.People())-1].Owner // is dead
	results, err := r.together(ls...)
	require.NoError(t, err)
	assert.NoError(t, results[0].Err)
	r.expect(results[1].Err, "a repeated id", eboks.AlreadyAccepted)
	r.expect(results[2].Err, "an unknown material", eboks.ConfigInvalid, eboks.Rejected)
	r.expect(results[3].Err, "a deceased recipient", eboks.RecipientUnreachable)
	assert.NoError(t, results[4].Err)
	for _, i := range []int{0, 4} {
		got := r.arrived(ls[i])
		assert.Equal(t, fmt.Sprintf("%%PDF-1.7 brev %d æøå", i), string(got.Documents[0].Content()))
	}
}

// batchMisbehaviour plays a misbehaviour that shows in the answer to several letters.
func (s *suite) batchMisbehaviour(t *testing.T, m ebokstest.Misbehaviour) {
	r := s.rig(t, ebokstest.Config{Settings: ebokstest.Settings{AnyRecipient: true}})
	ls := r.several(4)
	require.NoError(t, r.fake.Next(m.Name))
	results, err := r.together(ls...)
	require.NoError(t, err)
	unknown := slices.IndexFunc(results, func(res eboks.Result) bool { return res.Err != nil })
	switch m.Name {
	case "batch-missing-item", "batch-item-twice":
		require.Zero(t, unknown, "the first letter's outcome is not known")
		r.expect(results[0].Err, m.Doc, eboks.OutcomeUnknown)
		assert.False(t, eboks.SafeToRetry(results[0].Err))
		results = results[1:]
	}
	for _, res := range results {
		assert.NoError(t, res.Err, "a letter whose own answer is good")
	}
	for _, l := range ls {
		r.arrived(l)
	}
}

// batchTrouble plays a misbehaviour that concerns the whole call. No letter may get a
// receipt if the distributor does not have it.
func (s *suite) batchTrouble(t *testing.T, name string) {
	r := s.rig(t, ebokstest.Config{Settings: ebokstest.Settings{AnyRecipient: true}})
	ls := r.several(3)
	require.NoError(t, r.fake.Next(name))
	results, err := r.together(ls...)
	errs := []error{err}
	if err == nil {
		errs = nil
		for _, res := range results {
			if res.Err == nil { // the adapter has offered it by itself after that
				assert.Equal(t, 1, r.fake.Count(res.ID), "a receipt for a letter that is not there")
				continue
			}
			errs = append(errs, res.Err)
		}
	}
	m := misbehaviour(t, name)
	for _, err := range errs {
		r.expect(err, m.Doc, m.Kinds...)
		assert.Equal(t, m.Safe, eboks.SafeToRetry(err))
		var e *eboks.Error
		require.True(t, errors.As(err, &e))
	}
	for _, l := range ls {
		if m.Taken {
			assert.Equal(t, 1, r.fake.Count(l.ID))
		}
	}
}

// misbehaviour returns the one of this name.
func misbehaviour(t *testing.T, name string) ebokstest.Misbehaviour {
	t.Helper()
	all := ebokstest.Misbehaviours()
	i := slices.IndexFunc(all, func(m ebokstest.Misbehaviour) bool { return m.Name == name })
	require.GreaterOrEqual(t, i, 0, "there is no misbehaviour %q", name)
	return all[i]
}
