//go:build !race

package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// neighbour is another service at the fake NemLog-in, under another host name. It returns
// its address.
func neighbour(t *testing.T, h *house) string {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewUnstartedServer(mux)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	base := "https://" + strings.Replace(server.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	known, err := h.at.Application(base)
	require.NoError(t, err)
	broker, err := dialect.Open("nemlogin", known)
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: base + "/callback", Now: h.fake.Now})
	require.NoError(t, err)
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Now: h.fake.Now})
	require.NoError(t, err)
	mux.Handle("/callback", gate.Callback())
	mux.Handle(dialect.LogoutPath, gate.ReceiveLogout())
	mux.Handle("/", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><title>Nabo</title><p id="inside">Goddag, nabo på Ærø`)
	})))
	server.StartTLS()
	t.Cleanup(server.Close)
	return base
}

// TestLogoutLeadsOverEveryService: the browser goes from the form here over NemLog-in to the
// other service and back, which the content security policy must allow.
func TestLogoutLeadsOverEveryService(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	h := newHouseOn(t, "nemlogin")
	other := neighbour(t, h)
	w := h.window(t, browser, "single-logout", desktop)
	w.visit("/")
	w.click(everydayCard, brokerPage)
	w.click(brokerPage, formPage)
	inside := chromedp.WaitVisible(chromedp.CSS("#inside"))
	w.do(chromedp.Navigate(other+"/"), inside) // nobody is asked a second time
	w.visit(everydayPath)
	w.click("[data-testid=logout]", refusal)
	assert.Equal(t, h.url+loggedOutPath, ask(w, chromedp.Location()))
	assert.Zero(t, h.sessions())
	w.do(chromedp.Navigate(other+"/"), chromedp.WaitVisible(chromedp.CSS(brokerPage))) // logged out there too
}
