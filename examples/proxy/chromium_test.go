package main

import (
	"context"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

var updateScreenshots = flag.Bool("update-screenshots", false, "take the screenshots in docs/images anew")

// window is a browser's window.
type window struct {
	t   *testing.T
	ctx context.Context
}

// newWindow opens a real browser. A test that finds none is skipped; with
// DKEID_NO_SKIP=1 it fails.
func newWindow(t *testing.T) *window {
	t.Helper()
	path := realbrowser.Find()
	if path == "" {
		const why = "no Chromium or Chrome is installed; install one to click through the demonstration"
		toolstest.Missing(t, why)
	}
	ctx, stop, err := realbrowser.Start(path)
	t.Cleanup(stop)
	require.NoError(t, err, "the browser does not start")
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	w := &window{t, ctx}
	w.do(chromedp.EmulateViewport(900, 640, chromedp.EmulateScale(1)))
	return w
}

func (w *window) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, actions...); err != nil {
		page, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body")))
		require.NoError(w.t, err, "the page says: %s", page)
	}
}

// says waits until the page says something, and returns all its text. The page before it may
// have the same elements.
func (w *window) says(words string) (text string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		text, _ = chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body"))) // no text while the next page loads
		return strings.Contains(text, words)
	}, time.Minute, 10*time.Millisecond, "the page never says %s", words)
	return text
}

// picture stores a screenshot.
func (w *window) picture(name string) {
	w.t.Helper()
	shot, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
	require.NoError(w.t, err)
	dir := w.t.TempDir()
	if *updateScreenshots {
		dir = filepath.Join("..", "..", "docs", "images")
	}
	require.NoError(w.t, os.WriteFile(filepath.Join(dir, name+".png"), shot, 0o644))
}

func TestChromiumWalksThroughTheDemonstration(t *testing.T) {
	w := newWindow(t)
	h := newHouse(t, func(h *house) { h.set.Paths = demoSettings("http://x", "http://y").Paths })
	h.app = newDemoApp(t.Context(), h.set).ServeHTTP

	w.do(chromedp.Navigate(h.url + "/"))
	w.says("Ingen er logget ind")

	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w.do(realbrowser.Click("nav a:nth-child(3)"))
	require.Contains(t, w.says("CPR-nummer\n******"), "Ditlev Von Testesen")
	w.picture("proxy-da-identity")

	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w.do(realbrowser.Click("nav a:nth-child(5)"))
	require.NotContains(t, w.says("Niveau\nhøj"), "CPR-nummer\n******", "this page does not ask for it")

	w.do(realbrowser.Click(`header a`), chromedp.WaitVisible(chromedp.CSS("form button")))
	w.says("Du logger ud")
	w.do(realbrowser.Click("form button"), chromedp.WaitVisible(chromedp.CSS(".mitid-button")))
	w.says("Du er logget ud")

	n := h.count()
	w.do(chromedp.Navigate(h.url + "/l%C3%A5n"))
	at, err := chromedp.Run(w.ctx, chromedp.Evaluate[string]("location.href"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(at, h.fake.Issuer()), at)
	require.Equal(t, n, h.count(), "after the logout nothing reached the app")
}

// A page of another site on the same host gets the person's cookies, and no WebSocket.
func TestChromiumOpensAWebSocketForPagesOfTheSiteAlone(t *testing.T) {
	w := newWindow(t)
	other := newHouse(t)
	h := newHouse(t)
	echo := websocket.Server{Handler: func(c *websocket.Conn) { _, _ = c.Write([]byte("ærø")) }}
	h.app = func(rw http.ResponseWriter, r *http.Request) {
		if isUpgrade(r) {
			echo.ServeHTTP(rw, r)
			return
		}
		_, _ = rw.Write([]byte("<title>app</title><p id=app>app"))
	}
	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w.do(chromedp.Navigate(h.url+"/x"), chromedp.WaitVisible(chromedp.CSS("#app")))
	// Each page notes what came of it in its title.
	open := `{ const s = new WebSocket("ws` + strings.TrimPrefix(h.url, "http") + `/x");
		s.onmessage = m => { document.title = "got " + m.data; document.body.innerHTML = "<p id=done>done</p>"; };
		s.onerror = () => { document.title = "refused"; document.body.innerHTML = "<p id=done>done</p>"; }; }`
	for at, want := range map[string]string{h.url: "got ærø", other.url: "refused"} {
		w.do(chromedp.Navigate(at+"/open"), chromedp.Evaluate[chromedp.Void](open), chromedp.WaitVisible(chromedp.CSS("#done")))
		title, err := chromedp.Run(w.ctx, chromedp.Evaluate[string]("document.title"))
		require.NoError(t, err)
		require.Equal(t, want, title, at)
	}
}
