package sendersuite

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// misbehaviours plays the catalogue. The error must have the right kind, no letter may
// arrive twice, and a letter that surely was not delivered must not be there.
func (s *suite) misbehaviours(t *testing.T) {
	for _, m := range ebokstest.Misbehaviours() {
		t.Run(m.Name, func(t *testing.T) { s.misbehaviour(t, m) })
	}
}

func (s *suite) misbehaviour(t *testing.T, m ebokstest.Misbehaviour) {
	r := s.rig(t, ebokstest.Config{})
	l := r.letter()
	require.NoError(t, r.fake.Next(m.Name))
	ctx := t.Context()
	if m.Name == "slow-answer" {
		limited, cancel := r.untilTaken(l, time.Second) // in the middle of the answer
		defer cancel()
		ctx = limited
	}
	_, err := r.offer(ctx, l)
	taken := r.fake.Count(l.ID) == 1
	require.Equal(t, m.Taken, taken, "the fake's own promise")
	if len(m.Kinds) == 0 {
		require.NoError(t, err, m.Doc)
		r.arrived(l)
		return
	}
	r.expect(err, m.Doc, m.Kinds...)
	e, _ := err.(*eboks.Error)
	require.NotNil(t, e, "the error is an *eboks.Error")
	if e.Kind == m.Kinds[0] || m.Then != eboks.Ask && e.Kind != eboks.OutcomeUnknown {
		assert.Equal(t, m.Then, e.Then, "what is to be done")
	}
	require.False(t, undelivered(err) && taken, "the distributor has a letter that surely was not delivered")
	switch {
	case slices.Equal(m.Kinds, []eboks.Kind{eboks.Throttled}):
		checkWait(t, m, e.RetryAfter)
	case m.Name == "other-letter-id":
		assert.True(t, e.Alarm, "a person must look at it")
	}

	// The way is good again.
	receipt, err := r.offer(t.Context(), l)
	if taken {
		r.expect(err, "the letter again", eboks.AlreadyAccepted)
	} else {
		require.NoError(t, err, "the letter again")
		require.NotNil(t, receipt)
	}
	got := r.arrived(l)
	assert.Equal(t, []byte(secretWords), got.Documents[0].Content())
	assert.Empty(t, r.fake.Conflicts(), "the letter changed between two offers")

	s.withClient(t, m)
}

// checkWait holds Retry-After against the header.
func checkWait(t *testing.T, m ebokstest.Misbehaviour, got time.Duration) {
	t.Helper()
	assert.GreaterOrEqual(t, got, time.Duration(0))
	assert.LessOrEqual(t, got, 24*time.Hour, "no distributor makes anybody wait for longer")
	switch m.Name {
	case "429-retry-after-seconds", "503-retry-after-seconds":
		assert.Equal(t, ebokstest.Wait, got)
	case "429-retry-after-date", "503-retry-after-date":
		assert.InDelta(t, ebokstest.Wait.Seconds(), got.Seconds(), 60) // the clock goes on meanwhile
	case "429":
		assert.Zero(t, got, "nothing was said")
	}
}

// withClient sends through a client until the letter is there, as an application
// would, and looks for a second one.
func (s *suite) withClient(t *testing.T, m ebokstest.Misbehaviour) {
	if m.Then == eboks.Stop || m.Then == eboks.Decide || m.Name == "slow-answer" {
		return // a refusal is final, and a client waits for a slow answer until its limit
	}
	r := s.rig(t, ebokstest.Config{})
	l := r.letter()
	require.NoError(t, r.fake.Next(m.Name))
	_, err := r.client.Send(t.Context(), l)
	require.Error(t, err)
	r.checkError(err)
	r.fake.Advance(25 * time.Hour) // over every pause
	receipt, err := r.client.Send(t.Context(), l)
	switch {
	case err == nil:
		assert.Equal(t, 1, r.fake.Count(l.ID), "a receipt for a letter that is not there")
		if m.Taken {
			assert.Equal(t, eboks.AlreadyAccepted, receipt.Repeat)
		}
	default:
		r.expect(err, "the letter again", eboks.OutcomeUnknown)
		assert.False(t, r.can.Dedupes, "a distributor that recognises ids can be asked again")
	}
	r.deliver()
	assert.LessOrEqual(t, r.fake.Delivered(l.ID), 1, "no letter twice")
	assert.Empty(t, r.fake.Conflicts())
}

// contexts cancels the context before and during a call.
func (s *suite) contexts(t *testing.T) {
	t.Run("before", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{})
		l := r.letter()
		through := &ender{tap: tap{Sender: r.sender}}
		_, err := r.newClient(through).Send(t.Context(), l)
		require.Error(t, err)
		require.Error(t, through.err)
		r.checkError(through.err)
		assert.ErrorIs(t, through.err, context.Canceled)
		assert.True(t, undelivered(through.err), "nothing left: %v", through.err)
		assert.Zero(t, r.fake.Offered(l.ID))
	})
	t.Run("while the answer drips", func(t *testing.T) {
		r := s.rig(t, ebokstest.Config{})
		l := r.letter()
		require.NoError(t, r.fake.Next("slow-answer"))
		ctx, cancel := r.untilTaken(l, 0)
		defer cancel()
		_, err := r.offer(ctx, l)
		r.expect(err, "cancelled after the letter was accepted", eboks.OutcomeUnknown)
		assert.ErrorIs(t, err, context.Canceled)
		assert.False(t, undelivered(err))
		r.arrived(l)
	})
}

// untilTaken returns a context that ends some time after the distributor has the letter.
func (r *rig) untilTaken(l *eboks.Letter, after time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.Context())
	var watch sync.WaitGroup
	watch.Go(func() {
		for r.fake.Count(l.ID) == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		select {
		case <-time.After(after):
			cancel()
		case <-ctx.Done():
		}
	})
	return ctx, func() { cancel(); watch.Wait() }
}

// ender cancels the context before the adapter gets it.
type ender struct{ tap }

func (e *ender) Send(ctx context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return e.tap.Send(ctx, l)
}

// certificate sends while the distributor refuses the client certificate.
func (s *suite) certificate(t *testing.T) {
	r := s.rig(t, ebokstest.Config{Settings: ebokstest.Settings{RefuseCertificate: true}})
	l := r.letter()
	_, err := r.offer(t.Context(), l)
	r.expect(err, "a client certificate that is refused", eboks.AuthFailed)
	assert.True(t, undelivered(err), "the body never left")
	assert.Empty(t, r.fake.Requests())
	r.fake.Configure(func(s *ebokstest.Settings) { s.RefuseCertificate = false })
	r.must(l)
	r.arrived(l)
}
