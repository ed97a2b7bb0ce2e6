package outbox_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// Content of a letter that is erased while it is in hand and comes back.
func TestErasedInHand(t *testing.T) {
	hold, came := make(chan struct{}), make(chan struct{})
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	s.send = func(_ context.Context, l *eboks.Letter, n int) (*eboks.Receipt, error) {
		if n == 1 {
			close(came)
			<-hold
			return nil, &eboks.Error{Kind: eboks.Unavailable, Then: eboks.Retry}
		}
		return &eboks.Receipt{ID: l.ID}, nil
	}
	o, clock, _ := liteBox(t, s, nil)
	id := putIn(t, o, letterTo(1))
	done := make(chan struct{})
	go func() { defer close(done); _, _ = o.Step(context.Background(), id) }()
	<-came
	pending, err := o.EraseRecipient(t.Context(), eboks.Person(cprtest.Number(9001)))
	require.NoError(t, err)
	require.Equal(t, 1, pending)
	close(hold)
	<-done
	clock.Move(time.Hour)
	walk(t, o, 5)
	require.Equal(t, 1, s.count(id), "it surely never left, and was to be erased: it is not sent any more")
	require.NoError(t, o.Receive(t.Context()))
	require.False(t, rowOf(t, o, id).Erased.IsZero())
}

// An event that comes after a letter was erased brings its answer back.
func TestRawAfterErase(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Events: true}}
	var page []eboks.Event
	s.events = func(after eboks.Cursor) ([]eboks.Event, error) {
		if after != "" {
			return nil, nil
		}
		return page, nil
	}
	o, clock, _ := liteBox(t, s, nil)
	id := putIn(t, o, letterTo(1))
	walk(t, o, 1)
	require.Equal(t, eboks.LetterAccepted, rowOf(t, o, id).State)
	_, err := o.Erase(t.Context(), id)
	require.NoError(t, err)
	page = []eboks.Event{{ID: id, Status: eboks.DeliveredDigital, Code: "4", At: clock.Now(), Raw: eboks.NewRaw([]byte("<til>Åse Æbelø</til>")), Cursor: "1"}}
	clock.Move(time.Hour)
	require.NoError(t, o.Receive(t.Context()))
	r, trail, err := o.Letter(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, eboks.DeliveredDigital, r.Reached)
	for _, h := range trail {
		require.True(t, h.Raw.IsZero(), "%s keeps an answer of a letter that was erased", h.What)
	}
}

// A refused letter that needs a person keeps its content until the person has decided.
func TestEraseNeedsPerson(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	s.send = func(context.Context, *eboks.Letter, int) (*eboks.Receipt, error) {
		return nil, &eboks.Error{Kind: eboks.Rejected, Then: eboks.Decide, Status: 400}
	}
	o, _, _ := liteBox(t, s, nil)
	id := putIn(t, o, letterTo(1))
	walk(t, o, 1)
	require.True(t, rowOf(t, o, id).NeedsPerson())
	pending, err := o.Erase(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, 1, pending, "a person has not decided yet")
	require.True(t, rowOf(t, o, id).Erased.IsZero())
}

// An application erases what was accepted, from Changed.
func TestChangedErases(t *testing.T) {
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true}}
	var o *outbox.Outbox
	calls := 0
	o, _, _ = liteBox(t, s, func(c *outbox.Config) {
		c.Changed = func(ctx context.Context, r outbox.Record) {
			if calls++; calls < 50 && r.State == eboks.LetterAccepted {
				_, _ = o.Erase(ctx, r.ID)
			}
		}
	})
	putIn(t, o, letterTo(1))
	walk(t, o, 1)
	require.Less(t, calls, 5, "Erase of what is erased tells again, and again")
}

// Nothing in the file tells who got what, also when it is erased.
func TestTheFileTellsNobody(t *testing.T) {
	var log bytes.Buffer
	s := &actor{caps: eboks.Capabilities{Name: "post", Dedupes: true, Print: true, Limits: eboks.Limits{Attachments: 3}}}
	s.send = func(_ context.Context, l *eboks.Letter, _ int) (*eboks.Receipt, error) {
		return nil, &eboks.Error{Kind: eboks.Rejected, Then: eboks.Stop, Code: "1003", Status: 400, Raw: eboks.NewRaw([]byte("Åse Æbelø " + l.To.CPR().Reveal()))}
	}
	o, _, cfg := liteBox(t, s, func(c *outbox.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	l := letterTo(1)
	doc := []byte("%PDF-1.7\n% hemmeligt brev til Åse\n%%EOF\n")
	l.Document = eboks.Bytes(doc)
	l.Attachments = []eboks.Document{large(1).Named("Bilag til Åse.pdf")}
	putIn(t, o, l)
	walk(t, o, 2)
	sum := sha256.Sum256(doc)
	secrets := map[string][]byte{
		"number": []byte(cprtest.Number(9001).Reveal()), "title": []byte("rsopg"), "name": []byte("Åse"), "text": []byte("hemmeligt"),
		"SHA-256 of the document": sum[:], "SHA-256 in hex": []byte(fmt.Sprintf("%x", sum)),
	}
	look := func(when string) {
		var all bytes.Buffer
		for _, table := range []string{"letters", "documents", "attachments", "trail", "channel"} {
			rows, err := cfg.DB.Query(`SELECT * FROM eboks_outbox_` + table)
			require.NoError(t, err)
			cols, _ := rows.Columns()
			for rows.Next() {
				values := make([]any, len(cols))
				for i := range values {
					values[i] = new(any)
				}
				require.NoError(t, rows.Scan(values...))
				for _, v := range values {
					switch v := (*v.(*any)).(type) {
					case []byte:
						all.Write(v)
					case string:
						all.WriteString(v)
					}
					all.WriteByte('\n')
				}
			}
			require.NoError(t, rows.Err())
		}
		for name, secret := range secrets {
			if bytes.Contains(all.Bytes(), secret) {
				t.Errorf("%s: the database tells the %s", when, name)
			}
			if bytes.Contains(log.Bytes(), secret) {
				t.Errorf("%s: the log tells the %s", when, name)
			}
		}
	}
	look("queued and refused")
	_, err := o.Erase(t.Context(), l.ID)
	require.NoError(t, err)
	look("erased")
}
