package main

import (
	"context"
	"flag"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/websocket"

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
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		const why = "no Chromium or Chrome is installed; install one to click through the demonstration"
		if os.Getenv("DKEID_NO_SKIP") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("accept-lang", "da"))
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(900, 640, chromedp.EmulateScale(1))), "the browser does not start")
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return &window{t, ctx}
}

func (w *window) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, actions...); err != nil {
		page, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body")))
		require.NoError(w.t, err, "the page says: %s", page)
	}
}

func (w *window) text() string {
	w.t.Helper()
	text, err := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body")))
	require.NoError(w.t, err)
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
	require.Contains(t, w.text(), "Ingen er logget ind")

	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w.do(chromedp.Click(chromedp.CSS("nav a:nth-child(3)")), chromedp.WaitVisible(chromedp.CSS("dl")))
	require.Contains(t, w.text(), "Ditlev Von Testesen")
	require.Contains(t, w.text(), "CPR-nummer\n******")
	w.picture("proxy-da-identity")

	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w.do(chromedp.Click(chromedp.CSS("nav a:nth-child(5)")), chromedp.WaitVisible(chromedp.CSS("dl")))
	require.Contains(t, w.text(), "Niveau\nhøj")
	require.NotContains(t, w.text(), "CPR-nummer\n******", "this page does not ask for it")

	w.do(chromedp.Click(chromedp.CSS(`header a`)), chromedp.WaitVisible(chromedp.CSS("form button")))
	require.Contains(t, w.text(), "Du logger ud")
	w.do(chromedp.Click(chromedp.CSS("form button")), chromedp.WaitVisible(chromedp.CSS(".mitid-button")))
	require.Contains(t, w.text(), "Du er logget ud")

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
