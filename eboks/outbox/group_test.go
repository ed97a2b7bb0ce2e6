package outbox_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// TestManyAnswersAtOnce has more letters answered at one moment than one statement stores.
// Every second has an answer with a text; every third is refused.
func TestManyAnswersAtOnce(t *testing.T) {
	const letters = 150
	databases(t, func(t *testing.T, open func() outbox.Config) {
		var all sync.WaitGroup
		all.Add(letters)
		s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
		number := map[eboks.ID]int{}
		s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
			all.Done()
			all.Wait()
			n := number[l.ID]
			if n%3 == 0 {
				return nil, &eboks.Error{Kind: eboks.Rejected, Then: eboks.Stop, Status: 400, Code: "17", Raw: eboks.NewRaw([]byte("afvist på Ærø"))}
			}
			r := &eboks.Receipt{ID: l.ID}
			if n%2 == 0 {
				r.Reference, r.Raw = "Århus "+l.ID.String(), eboks.NewRaw([]byte("modtaget på Ærø "+l.ID.String()))
			}
			return r, nil
		}
		cfg := open()
		cfg.Sender, cfg.InFlight, cfg.Now = s, letters, time.Now
		o := start(t, cfg)
		for n := range letters {
			l := letterTo(n % 20)
			number[l.ID] = n
			putIn(t, o, l)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- o.Run(ctx) }()
		require.Eventually(t, func() bool {
			sum, err := o.Summary(t.Context())
			return err == nil && sum.States[eboks.LetterAccepted] == 100 && sum.States[eboks.LetterRefused] == 50
		}, time.Minute, 20*time.Millisecond)
		cancel()
		require.NoError(t, <-ended)
		for id, n := range number {
			r, trail, err := o.Letter(t.Context(), id)
			require.NoError(t, err)
			require.Len(t, trail, 1)
			require.Empty(t, r.Owner)
			switch {
			case n%3 == 0:
				require.Equal(t, "17", r.Code)
				require.Equal(t, "afvist på Ærø", string(trail[0].Raw.Reveal()))
			case n%2 == 0:
				require.Equal(t, "Århus "+id.String(), r.Reference)
				require.Equal(t, "modtaget på Ærø "+id.String(), string(trail[0].Raw.Reveal()))
			default:
				require.Empty(t, r.Reference)
				require.True(t, trail[0].Raw.IsZero())
			}
		}
	})
}
