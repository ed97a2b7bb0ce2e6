package outbox_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

func parts(t *testing.T, cfg outbox.Config) (documents, contents int) {
	t.Helper()
	require.NoError(t, cfg.DB.QueryRow(`SELECT (SELECT count(*) FROM eboks_outbox_documents), (SELECT count(*) FROM eboks_outbox_letters WHERE content IS NOT NULL)`).Scan(&documents, &contents))
	return documents, contents
}

func TestErase(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		clock, cfg := posttest.NewClock(), open()
		o, d := opened(t, cfg, posttest.Config{Now: clock.Now, Status: true, Fault: func(l *eboks.Letter, _ int) posttest.Fault {
			if l.Title == "Uden svar" {
				return posttest.Silent(true)
			}
			return posttest.Fault{}
		}})
		a, b, waiting, unknown := letter(1), letter(1), letter(2), letter(3)
		unknown.Title = "Uden svar"
		for _, l := range []*eboks.Letter{a, b, unknown} {
			_, err := o.Enqueue(t.Context(), nil, l)
			require.NoError(t, err)
		}
		docs, contents := parts(t, cfg)
		require.Equal(t, []int{2, 3}, []int{docs, contents}, "the document of two letters is there once")
		steps(t, o)
		_, err := o.Enqueue(t.Context(), nil, waiting)
		require.NoError(t, err)

		pending, err := o.Erase(t.Context(), a.ID, waiting.ID, unknown.ID, eboks.NewID())
		require.NoError(t, err)
		require.Equal(t, 1, pending)
		docs, contents = parts(t, cfg)
		require.Equal(t, []int{2, 2}, []int{docs, contents})
		r, trail, err := o.Letter(t.Context(), a.ID)
		require.NoError(t, err)
		require.Equal(t, clock.Now(), r.Erased)
		require.Equal(t, eboks.LetterAccepted, r.State, "what became of it stays")
		require.Equal(t, outbox.Erased, trail[len(trail)-1].What)
		for _, h := range trail {
			require.True(t, h.Raw.IsZero())
		}
		_, err = o.Content(t.Context(), a.ID)
		require.ErrorIs(t, err, eboks.ErrInputInvalid)
		require.Equal(t, eboks.LetterRefused, record(t, o, waiting.ID).State)
		require.ErrorIs(t, o.Release(t.Context(), waiting.ID), eboks.ErrInputInvalid)
		again, err := o.Enqueue(t.Context(), nil, waiting)
		require.NoError(t, err)
		require.False(t, again, "its ID is spent")
		require.Zero(t, d.Count(waiting.ID))

		// The unknown one is found, and erased then.
		for range 10 {
			clock.Move(time.Minute)
			steps(t, o)
			require.NoError(t, o.Receive(t.Context()))
		}
		require.Equal(t, eboks.LetterAccepted, record(t, o, unknown.ID).State)
		require.False(t, record(t, o, unknown.ID).Erased.IsZero())

		pending, err = o.EraseRecipient(t.Context(), b.To)
		require.NoError(t, err)
		require.Zero(t, pending)
		docs, contents = parts(t, cfg)
		require.Equal(t, []int{0, 0}, []int{docs, contents})
	})
}

func TestContentIsKeptAsLongAsAgreed(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		clock, cfg := posttest.NewClock(), open()
		cfg.KeepContent = 24 * time.Hour
		o, _ := opened(t, cfg, posttest.Config{Now: clock.Now})
		ids := queue(t, o, 5)
		steps(t, o)
		clock.Move(23 * time.Hour)
		require.NoError(t, o.Receive(t.Context()))
		require.True(t, record(t, o, ids[0]).Erased.IsZero())
		clock.Move(2 * time.Hour)
		require.NoError(t, o.Receive(t.Context()))
		for _, id := range ids {
			require.False(t, record(t, o, id).Erased.IsZero())
		}
	})
}

func TestReleaseAndGiveUp(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		clock, told, cfg := posttest.NewClock(), new(alarms), open()
		cfg.Alarm, cfg.LogLag = told.add, -1
		o, d := opened(t, cfg, posttest.Config{Now: clock.Now, Status: true, Fault: func(*eboks.Letter, int) posttest.Fault { return posttest.Silent(false) }})
		ids := queue(t, o, 2)
		for range 60 {
			clock.Move(time.Minute)
			steps(t, o)
		}
		var parked []eboks.ID
		for r, err := range o.Letters(t.Context(), outbox.Filter{NeedsPerson: true}) {
			require.NoError(t, err)
			parked = append(parked, r.ID)
		}
		require.ElementsMatch(t, ids, parked)
		require.Equal(t, []eboks.Kind{eboks.Parked, eboks.Parked}, told.kinds())
		d.Change(func(c *posttest.Config) { c.Fault = nil })
		require.NoError(t, o.Release(t.Context(), ids[0]))
		require.NoError(t, o.GiveUp(t.Context(), ids[1]))
		steps(t, o)
		require.Equal(t, eboks.LetterAccepted, record(t, o, ids[0]).State)
		require.Equal(t, 1, d.Count(ids[0]))
		require.False(t, record(t, o, ids[1]).NeedsPerson())
		require.Zero(t, d.Count(ids[1]))
		_, trail, err := o.Letter(t.Context(), ids[1])
		require.NoError(t, err)
		require.Equal(t, outbox.GivenUp, trail[len(trail)-1].What)
	})
}
