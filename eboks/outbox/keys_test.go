package outbox_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// A process that was not restarted has the old key only. Letters sealed with the new one
// are another process's to send.
func TestOldProcess(t *testing.T) {
	heard := new(listener)
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	old, _, cfg := liteBox(t, s, func(c *outbox.Config) { c.Alarm = heard.hear })
	cfg.Keys = [][]byte{newKey, someKey}
	fresh := start(t, cfg)
	for n := range 20 {
		putIn(t, fresh, letterTo(n))
	}
	walk(t, old, 50)
	sum, err := old.Summary(t.Context())
	require.NoError(t, err)
	require.Zero(t, sum.NeedPerson, "a process with the wrong keys ends letters that another one can send")
	require.LessOrEqual(t, heard.count(), 1, "and a person hears of each")
}

// Keys are exchanged while letters wait, with shared documents, marks and digests.
func TestRotation(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	o, _, cfg := liteBox(t, s, nil)
	one := letterTo(1)
	one.Document = large(1)
	putIn(t, o, one)
	cfg.Keys = [][]byte{newKey, someKey}
	n := start(t, cfg)
	again, err := n.Enqueue(t.Context(), nil, one)
	require.NoError(t, err)
	require.False(t, again)
	two := letterTo(1)
	two.Document = large(1)
	putIn(t, n, two)
	walk(t, n, 5)
	require.Equal(t, eboks.LetterAccepted, rowOf(t, n, one.ID).State)
	require.Equal(t, eboks.LetterAccepted, rowOf(t, n, two.ID).State)
	pending, err := n.EraseRecipient(t.Context(), one.To)
	require.NoError(t, err)
	require.Zero(t, pending)
	require.False(t, rowOf(t, n, one.ID).Erased.IsZero())
	require.False(t, rowOf(t, n, two.ID).Erased.IsZero())
	var left int
	require.NoError(t, cfg.DB.QueryRow(`SELECT count(*) FROM eboks_outbox_documents`).Scan(&left))
	require.Zero(t, left)
}

// Every field of a letter arrives.
func TestEveryField(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, NotBefore: true, Reply: true, Print: true, Limits: eboks.Limits{Attachments: 5}}}
	var mu sync.Mutex
	got := map[eboks.ID]*eboks.Letter{}
	s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
		mu.Lock()
		defer mu.Unlock()
		c := *l
		got[l.ID] = &c
		return &eboks.Receipt{ID: l.ID}, nil
	}
	o, clock, _ := liteBox(t, s, nil)
	cvr, err := claims.ParseCVR("10150817")
	require.NoError(t, err)
	local := time.FixedZone("CET", 3600)
	letters := []*eboks.Letter{}
	l := letterTo(1)
	l.Title = "Å <b>&\"ø\" 'æ' \\ 😀"
	l.NotBefore = clock.Now().Add(48*time.Hour + 123456789*time.Nanosecond).In(local)
	l.Attachments = []eboks.Document{large(1).Named("Bilag å.pdf"), large(2).Named("Bilag ø.pdf"), large(1).Named("Bilag æ.pdf")}
	letters = append(letters, l)
	c := letterTo(2)
	c.To = eboks.Company(cvr)
	letters = append(letters, c)
	for _, l := range letters {
		putIn(t, o, l)
	}
	walk(t, o, 5)
	for _, l := range letters {
		r := rowOf(t, o, l.ID)
		require.Equal(t, eboks.LetterAccepted, r.State, "%v %v", r.Kind, r.Then)
		g := got[l.ID]
		require.Equal(t, l.To, g.To)
		require.Equal(t, l.Title, g.Title)
		require.True(t, l.NotBefore.Equal(g.NotBefore))
		require.Len(t, g.Attachments, len(l.Attachments))
		for i := range l.Attachments {
			require.Equal(t, l.Attachments[i].Name, g.Attachments[i].Name)
		}
	}
}

// The store is slow. An attempt that begins late in its lease is not begun.
func TestLateOffer(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post"}}
	var left time.Duration
	s.send = func(ctx context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
		end, ok := ctx.Deadline()
		require.True(t, ok)
		left = time.Until(end)
		return &eboks.Receipt{ID: l.ID}, nil
	}
	// The clock of the outbox moves 29 of 30 s between two looks at it, as if reading the
	// documents had taken that long.
	slow := false
	var mu sync.Mutex
	offset, calls := time.Duration(0), 0
	o, _, _ := liteBox(t, s, func(c *outbox.Config) {
		base := time.Now()
		c.Now = func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			if slow {
				if calls++; calls == 4 {
					offset = 29 * time.Second
				}
			}
			return base.Add(offset)
		}
	})
	id := putIn(t, o, letterTo(1))
	slow = true
	_, err := o.Step(t.Context(), id)
	require.NoError(t, err)
	if s.count(id) > 0 {
		require.Greater(t, left, 10*time.Second, "it is offered in the last second of its lease")
	}
}

// An old key is taken away too early: letters of its time still wait. Somebody hears of it.
func TestKeyTakenAway(t *testing.T) {
	heard := new(listener)
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	o, clock, cfg := liteBox(t, s, func(c *outbox.Config) { c.Alarm = heard.hear })
	id := putIn(t, o, letterTo(1))
	cfg.Keys = [][]byte{newKey, someKey}
	start(t, cfg)
	cfg.Keys = [][]byte{newKey}
	last, err := outbox.New(cfg)
	require.NoError(t, err)
	if err := last.Migrate(t.Context()); err != nil {
		require.ErrorIs(t, err, eboks.ErrConfigInvalid)
		return
	}
	for range 50 {
		clock.Move(time.Hour)
		walk(t, last, 5)
		require.NoError(t, last.Receive(t.Context()))
	}
	r := rowOf(t, last, id)
	require.True(t, heard.count() > 0 || r.NeedsPerson(), "two days later it waits (%v, due at %v), and nobody knows", r.State, r.Next)
}
