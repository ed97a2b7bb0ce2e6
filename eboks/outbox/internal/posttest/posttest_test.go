package posttest_test

import (
	"crypto/sha256"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashtest"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

const text = "%PDF-1.7\n% brev til Åse på Ærø\n%%EOF\n"

func letter(n int) *eboks.Letter {
	return &eboks.Letter{ID: eboks.NewID(), To: eboks.Person(cprtest.Number(n)), Title: "Årsopgørelse", Material: "1001", Document: eboks.Bytes([]byte(text))}
}

// reached opens the ways to a distributor: in this process, and from another.
func reached(t *testing.T, cfg posttest.Config, test func(t *testing.T, d *posttest.Distributor, s eboks.Sender)) {
	t.Run("inside", func(t *testing.T) {
		d := posttest.New(cfg)
		test(t, d, d.Of(nil))
	})
	t.Run("dialled", func(t *testing.T) {
		d := posttest.New(cfg)
		socket := filepath.Join(t.TempDir(), "s")
		listener, err := net.Listen("unix", socket)
		require.NoError(t, err)
		server := &http.Server{Handler: d.Handler()}
		go func() { _ = server.Serve(listener) }()
		t.Cleanup(func() { _ = server.Close() })
		test(t, d, posttest.Dial(socket, cfg))
	})
}

// TestBooks takes letters in, fails as told, and keeps books of what became of them.
func TestBooks(t *testing.T) {
	clock := posttest.NewClock()
	for _, dedupes := range []bool{true, false} {
		reached(t, posttest.Config{Now: clock.Now, Dedupes: dedupes, Status: true, Events: true, LogLag: time.Minute, Delivers: time.Minute},
			func(t *testing.T, d *posttest.Distributor, s eboks.Sender) {
				client, err := eboks.New(eboks.Config{Sender: s, Now: clock.Now, Retry: eboks.RetryPolicy{Offers: 1}})
				require.NoError(t, err)
				send := func(l *eboks.Letter, f posttest.Fault) error {
					d.Change(func(c *posttest.Config) { c.Fault = func(*eboks.Letter, int) posttest.Fault { return f } })
					_, err := client.Send(t.Context(), l)
					return err
				}
				good, lost, rejected := letter(9000), letter(9001), letter(9002)
				require.NoError(t, send(good, posttest.Fault{}))
				require.ErrorIs(t, send(lost, posttest.NeverLeft()), eboks.ErrUnavailable)
				require.ErrorIs(t, send(rejected, posttest.Rejected()), eboks.ErrRejected)
				require.Equal(t, 0, d.Count(lost.ID))
				require.ErrorIs(t, send(lost, posttest.Silent(true)), eboks.ErrOutcomeUnknown)
				require.Equal(t, 1, d.Count(lost.ID), "it has the letter, and its answer was lost")
				books := d.Books()
				require.Len(t, books, 2)
				require.Equal(t, good.To, books[0].To)
				require.Equal(t, sha256.Sum256([]byte(text)), books[0].SHA256)
				require.Equal(t, "Årsopgørelse", books[1].Title)
				require.Equal(t, 2, books[1].Offers)

				reader := s.(eboks.StatusReader)
				events, err := reader.ReadStatus(t.Context(), lost.ID)
				require.NoError(t, err)
				require.Empty(t, events, "the log lags")
				clock.Move(time.Minute)
				events, err = reader.ReadStatus(t.Context(), lost.ID)
				require.NoError(t, err)
				require.Len(t, events, 1)
				require.Equal(t, eboks.Accepted, events[0].Status)
				clock.Move(time.Minute)
				feed, err := s.(eboks.EventReader).ReadEvents(t.Context(), "")
				require.NoError(t, err)
				require.Len(t, feed, 2)
				require.Equal(t, eboks.DeliveredDigital, feed[1].Status)
				feed, err = s.(eboks.EventReader).ReadEvents(t.Context(), feed[0].Cursor)
				require.NoError(t, err)
				require.Len(t, feed, 1)
				require.Equal(t, posttest.Calls{Offers: 4, Questions: 2, Pages: 2}, d.Calls())
				twice, err := eboks.New(eboks.Config{Sender: s, Retry: eboks.RetryPolicy{Offers: 1}}) // it remembers nothing
				require.NoError(t, err)
				d.Change(func(c *posttest.Config) { c.Fault = nil })
				_, err = twice.Send(t.Context(), good)
				if dedupes {
					require.ErrorIs(t, err, eboks.ErrDuplicate)
					require.Equal(t, 1, d.Count(good.ID))
				} else {
					require.NoError(t, err)
					require.Equal(t, 2, d.Count(good.ID), "a letter that is doubled is seen")
				}
			})
	}
}

// TestDeathAtTheDoor dies when a letter is offered, before and after it is taken in.
func TestDeathAtTheDoor(t *testing.T) {
	for after, kept := range map[bool]int{false: 0, true: 1} {
		d := posttest.New(posttest.Config{Now: time.Now, Status: true})
		p := crashtest.New(crashtest.Plan{Step: 1, After: after})
		client, err := eboks.New(eboks.Config{Sender: d.Of(p)})
		require.NoError(t, err)
		l := letter(9000)
		_, err = client.Send(t.Context(), l)
		require.ErrorIs(t, err, eboks.ErrOutcomeUnknown)
		require.ErrorIs(t, err, crashtest.ErrDead)
		require.Equal(t, kept, d.Count(l.ID))
		require.Equal(t, []string{posttest.Offer}, p.Steps())
		_, err = client.Status(t.Context(), l.ID)
		require.ErrorIs(t, err, eboks.ErrUnavailable, "a dead process asks nobody")
	}
}
