package outbox_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// goodOnes steps through minutes and counts letters that were accepted.
func acceptedAfter(t *testing.T, o *outbox.Outbox, move func(time.Duration) time.Time, minutes int) int {
	for range minutes {
		walk(t, o, 50)
		move(time.Minute)
	}
	sum, err := o.Summary(t.Context())
	require.NoError(t, err)
	return sum.States[eboks.LetterAccepted]
}

// A filter on the way refuses the oldest letter, each time. All others would pass.
func TestPoisonProbe(t *testing.T) {
	for name, c := range map[string]struct {
		poison eboks.Error
		park   bool
	}{
		"refused":     {eboks.Error{Kind: eboks.AuthFailed, Then: eboks.Retry, Status: 403}, true},
		"unavailable": {eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
			outage := true
			var poison eboks.ID
			s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
				if l.ID == poison || outage {
					e := c.poison
					return nil, &e
				}
				return &eboks.Receipt{ID: l.ID}, nil
			}
			o, clock, _ := liteBox(t, s, nil)
			poison = putIn(t, o, letterTo(1))
			clock.Move(time.Second)
			for n := range 10 {
				putIn(t, o, letterTo(2+n))
			}
			acceptedAfter(t, o, clock.Move, 5)
			sum, err := o.Summary(t.Context())
			require.NoError(t, err)
			require.False(t, sum.PausedUntil.IsZero())
			outage = false
			got := acceptedAfter(t, o, clock.Move, 60)
			require.Equal(t, 10, got, "an hour after the outage; the poison letter was offered %d times", s.count(poison))
		})
	}
}

// While we are refused, letters with an unknown outcome do not ask all the time.
func TestQuestionsWhilePaused(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Status: true}}
	questions := 0
	answer := error(&eboks.Error{Kind: eboks.OutcomeUnknown})
	s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) { return nil, answer }
	s.status = func(eboks.ID) ([]eboks.Event, error) { questions++; return nil, refusedNow() }
	o, clock, _ := liteBox(t, s, func(c *outbox.Config) { c.Retry.Trip = 20 })
	for n := range 19 {
		putIn(t, o, letterTo(n))
	}
	walk(t, o, 100)
	answer = refusedNow()
	for n := range 5 {
		putIn(t, o, letterTo(n))
	}
	walk(t, o, 10)
	sum, err := o.Summary(t.Context())
	require.NoError(t, err)
	require.False(t, sum.PausedUntil.IsZero())
	t.Logf("states %v, %d questions so far", sum.States, questions)
	questions = 0
	offers := s.all()
	for range 600 { // ten minutes
		walk(t, o, 50)
		clock.Move(time.Second)
	}
	t.Logf("%d questions and %d offers in ten minutes, pauses of 30 s", questions, s.all()-offers)
	require.LessOrEqual(t, questions+s.all()-offers, 60)
}
