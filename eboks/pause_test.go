package eboks_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/stretchr/testify/require"
)

// Whether a letter without an answer arrived is unknown, and may stay so; that the
// distributor does not answer is known all the same.
func TestDistributorThatNeverAnswersPausesTheChannel(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		pauses bool
	}{"no answer": {0, true}, "broken": {500, true}, "overloaded": {504, true}, "an odd answer": {200, false}, "a refusal": {400, false}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScripted()
				s.can.Status = false
				client := newClient(t, s, func(cfg *eboks.Config) { cfg.Retry.Offers, cfg.Retry.Trip, cfg.Retry.Patience = 1, 3, time.Second })
				for n := range 3 {
					s.next(&eboks.Error{Kind: eboks.OutcomeUnknown, Status: c.status})
					_, err := client.Send(t.Context(), letter(n))
					kindIs(t, err, eboks.OutcomeUnknown)
				}
				offered := len(s.offered)
				_, err := client.Send(t.Context(), letter(4))
				if !c.pauses {
					require.NoError(t, err)
					return
				}
				e := kindIs(t, err, eboks.Unavailable)
				require.True(t, eboks.SafeToRetry(e), "it was not offered, which is certain")
				require.Len(t, s.offered, offered)
				require.Positive(t, e.RetryAfter)

				time.Sleep(30 * time.Second)
				_, err = client.Send(t.Context(), letter(4))
				require.NoError(t, err, "one tries the way after the pause")
				_, err = client.Send(t.Context(), letter(5))
				require.NoError(t, err)
			})
		})
	}
}
