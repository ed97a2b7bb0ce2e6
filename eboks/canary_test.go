package eboks_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/postnord"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
	"github.com/dkeid/dkeid/internal/canary"
)

// ear hears the head of every request.
type ear struct {
	http.RoundTripper
	mu    sync.Mutex
	heads strings.Builder
}

func (e *ear) RoundTrip(r *http.Request) (*http.Response, error) {
	e.mu.Lock()
	fmt.Fprintln(&e.heads, r.Method, r.URL.String(), r.Header, r.Host)
	e.mu.Unlock()
	return e.RoundTripper.RoundTrip(r)
}

// A CPR number is in no address, no header, no log, no error and no entry of
// the ledger, whatever the distributor does.
func TestNumberStaysInTheLetter(t *testing.T) {
	n := cprtest.Number(9000)
	const title = "Kanariefuglens afgørelse"
	secrets := []string{n.Reveal(), n.Reveal()[:6] + "-" + n.Reveal()[6:], title}
	for name, start := range map[string]func(ebokstest.Config) (*ebokstest.Distributor, error){
		"stralfors": ebokstest.Engines(stralforstest.Start), "postnord": ebokstest.Engines(postnordtest.Start),
	} {
		t.Run(name, func(t *testing.T) {
			fake := ebokstest.New(t, start, ebokstest.Config{})
			listening := &ear{RoundTripper: &http.Transport{
				TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{fake.Certificate()}, RootCAs: fake.Roots()}, ExpectContinueTimeout: time.Minute,
			}}
			hc := &http.Client{Transport: listening, Timeout: time.Second}
			var sender eboks.Sender
			var err error
			if name == "stralfors" {
				sender, err = stralfors.New(stralfors.Config{BaseURL: fake.URL(), System: fake.System(), User: "Prøve", HTTPClient: hc})
			} else {
				sender, err = postnord.New(postnord.Config{BaseURL: fake.URL(), System: fake.System(), ClientID: fake.ClientID(), HTTPClient: hc})
			}
			require.NoError(t, err)
			var log bytes.Buffer
			book := eboks.NewMemoryLedger(0)
			client := func() *eboks.Client { // whose channel is open
				return newClient(t, sender, with(book), func(cfg *eboks.Config) {
					cfg.Alarm = nil
					cfg.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
					cfg.Retry = eboks.RetryPolicy{Offers: 1, Patience: time.Millisecond}
				})
			}
			look := func(what string, v any) {
				for _, printer := range canary.Leaks(v, secrets...) {
					require.True(t, canary.OutOfReach(printer), "%s under %s", what, printer)
				}
			}
			names := []string{""}
			for _, m := range ebokstest.Misbehaviours() {
				names = append(names, m.Name)
			}
			for _, name := range names {
				l := &eboks.Letter{ID: eboks.NewID(), To: eboks.Person(n), Title: title, Material: fake.Materials()[0], Document: eboks.Bytes(pdf("Kære Åse"))}
				require.NoError(t, fake.Next(name))
				c := client()
				r, err := c.Send(t.Context(), l)
				if err != nil {
					look(name, err)
				} else {
					look(name, *r)
				}
				entry, err := book.Load(t.Context(), []eboks.ID{l.ID})
				require.NoError(t, err)
				look(name+": entry", entry)
				p, err := c.Prepare(t.Context(), l)
				require.NoError(t, err)
				look(name+": prepared", p)
				look(name+": outcome", c.Attempt(t.Context(), p, p.Entry(time.Now())))
				fake.Behave()
				for _, ask := range []func() error{
					func() error { _, err := c.Status(t.Context(), l.ID); return err },
					func() error { _, err := c.Lookup(t.Context(), l.To, l.Material); return err },
					func() error { _, err := c.Recall(t.Context(), l.ID); return err },
				} {
					if err := ask(); err != nil {
						look(name, err)
					}
				}
			}
			for e, err := range client().Events(t.Context(), "") {
				look("event", e)
				if err != nil {
					look("events", err)
				}
			}
			for _, s := range secrets {
				require.NotContains(t, listening.heads.String(), s)
				require.NotContains(t, log.String(), s)
			}
			require.Greater(t, strings.Count(listening.heads.String(), "\n"), len(names)/2)
			require.Contains(t, log.String(), "eboks:")
		})
	}
}
