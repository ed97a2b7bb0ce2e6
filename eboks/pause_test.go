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
		alarms int // answers that nobody understands do not end by themselves
	}{"no answer": {0, 0}, "broken": {500, 0}, "overloaded": {504, 0}, "an answer that nobody understands": {200, 1}, "a redirect": {302, 1}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScripted()
				s.can.Status = false
				told := new(alarms)
				client := newClient(t, s, func(cfg *eboks.Config) {
					cfg.Alarm = told.tell
					cfg.Retry.Offers, cfg.Retry.Trip, cfg.Retry.Patience = 1, 3, time.Second
				})
				for n := range 3 {
					s.next(&eboks.Error{Kind: eboks.OutcomeUnknown, Status: c.status})
					_, err := client.Send(t.Context(), letter(n))
					kindIs(t, err, eboks.OutcomeUnknown)
				}
				offered := len(s.offered)
				_, err := client.Send(t.Context(), letter(4))
				e := kindIs(t, err, eboks.Unavailable)
				require.True(t, eboks.SafeToRetry(e), "it was not offered, which is certain")
				require.Len(t, s.offered, offered)
				require.Positive(t, e.RetryAfter)
				require.Len(t, told.kinds(), c.alarms)

				time.Sleep(30 * time.Second)
				_, err = client.Send(t.Context(), letter(4))
				require.NoError(t, err, "one tries the way after the pause")
				_, err = client.Send(t.Context(), letter(5))
				require.NoError(t, err)
			})
		})
	}
}
