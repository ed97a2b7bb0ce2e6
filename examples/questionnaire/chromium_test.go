//go:build !race

package main

// The browser's tests are not built with the race detector, which makes the app several
// times slower: TestCrowd has more requests at once than a browser sends.

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/internal/toolstest"
)

var updateScreenshots = flag.Bool("update-screenshots", false, "take the screenshots in docs/images anew; a new one needs an empty file of its name first")

// some returns all of them if the browser walks everywhere, and the first n otherwise.
func some[T any](n int, all ...T) []T {
	if toolstest.Long() {
		return all
	}
	return all[:n]
}

// besideAxe returns the windows that a test walks in where axe-core walks the same way
// in the first: the others. If axe-core does not walk, it returns the first, and for the
// screenshots all.
func besideAxe[T any](first T, others ...T) []T {
	switch {
	case *updateScreenshots:
		return append(others, first)
	case toolstest.Long():
		return others
	}
	return []T{first}
}

// walksAgain skips a test that walks where another has walked, unless the browser walks
// everywhere.
func walksAgain(t *testing.T) {
	t.Helper()
	toolstest.NeedsLong(t, "another test walks there; this one does")
}

// chromium returns a running browser that talks to this machine alone, in Danish, the
// same one for all tests. A test that finds none is skipped; with DKEID_NO_SKIP=1 it fails.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := realbrowser.Find()
	if path == "" {
		const why = "no Chromium or Chrome is installed; install one to click through the app in a real browser"
		toolstest.Missing(t, why)
	}
	running.start.Do(func() {
		running.browser, stopBrowser, running.err = realbrowser.Start(path, chromedp.Flag("ignore-certificate-errors-spki-list", testKey()))
	})
	require.NoError(t, running.err, "the browser does not start")
	return running.browser
}

// testKey names the key of httptest's https servers, which the browser trusts beside those
// that it knows: the SHA-256 of its SubjectPublicKeyInfo, in Base64.
func testKey() string {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	sum := sha256.Sum256(server.Certificate().RawSubjectPublicKeyInfo)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// running is the browser, once a test has asked for it.
var running struct {
	start   sync.Once
	browser context.Context
	err     error
}

// window is one person's own window: nobody else's cookies, a size of its own.
type window struct {
	t     *testing.T
	h     *house
	ctx   context.Context
	name  string // of the screenshots: questionnaire-da, questionnaire-da-phone
	axe   string // the source of axe-core; if empty, it does not look
	close context.CancelFunc
}

// size is a window's in CSS pixels.
type size struct {
	width, height int64
	scale         float64
}

var (
	desktop = size{1100, 800, 1}
	phone   = size{390, 844, 2}
	narrow  = size{320, 640, 1}
)

func (h *house) window(t *testing.T, browser context.Context, name string, s size) *window {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx))
	w := &window{t: t, h: h, ctx: ctx, name: name, close: cancel}
	w.listen()
	w.do(chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateScale(s.scale)), focused)
	return w
}

// focused lets every window believe that it is the one in front, so that several work
// side by side.
var focused = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return err
})

// stranger makes a new person's browser of a window: it remembers nothing.
var stranger = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	_, err := cdp.Call(ctx, t, network.ClearBrowserCookies, cdp.Empty{})
	return err
})

// listen fails the test when the browser complains about what our content
// security policy forbids.
func (w *window) listen() {
	messages := chromedp.Console(w.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Source == "security" || m.IsException() {
				w.t.Errorf("%s: the browser says: %s", w.name, m.Text)
			}
		}
	}()
	w.t.Cleanup(func() { w.close(); <-done })
}

func (w *window) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		require.NoError(w.t, err, "the page says: %s", w.see())
	}
}

// ask returns what an action finds out about the page.
func ask[T any](w *window, a chromedp.Action[T]) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	require.NoError(w.t, err)
	return v
}

// visit opens a page of the app.
func (w *window) visit(path string) {
	w.t.Helper()
	w.do(chromedp.Navigate(w.h.url + path))
	w.check()
}

// click presses what sel names and waits for another page, the one with what next names.
func (w *window) click(sel, next string) {
	w.t.Helper()
	w.do(chromedp.Evaluate[chromedp.Void]("window.left = true"))
	w.do(realbrowser.Click(sel))
	w.until("window.left === undefined")
	w.do(chromedp.WaitVisible(chromedp.CSS(next)))
	w.check()
}

// choose ticks fields of a form, by name and value.
func (w *window) choose(pairs ...string) {
	w.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		w.do(realbrowser.Click(fmt.Sprintf("label:has(input[name=%q][value=%q])", pairs[i], pairs[i+1])))
	}
}

// write types into a text field.
func (w *window) write(id, words string) {
	w.t.Helper()
	w.do(chromedp.SendKeys(chromedp.CSS("#"+id), words))
}

// see returns the text of the page.
func (w *window) see() string {
	w.t.Helper()
	return ask(w, chromedp.Evaluate[string]("document.body.innerText"))
}

// tabTo presses the tabulator until sel has the focus.
func (w *window) tabTo(sel string) {
	w.t.Helper()
	for range 60 {
		w.do(chromedp.KeyEvent(kb.Tab))
		if ask(w, chromedp.Evaluate[bool](fmt.Sprintf("document.activeElement.matches(%q)", sel))) {
			return
		}
	}
	w.t.Fatalf("the keyboard does not reach %s", sel)
}

// press types keys where the focus is, and waits for next where that is given.
func (w *window) press(keys, next string) {
	w.t.Helper()
	w.do(chromedp.KeyEvent(keys))
	if next != "" {
		w.do(chromedp.WaitVisible(chromedp.CSS(next)))
		w.check()
	}
}

// picture takes a screenshot of the whole page for the documents, if -update-screenshots asks for them.
func (w *window) picture(what string) {
	w.t.Helper()
	at := filepath.Join("..", "..", "docs", "images", w.name+"-"+what+".png")
	if _, err := os.Stat(at); !*updateScreenshots || err != nil {
		return // no document shows it
	}
	w.do(chromedp.Evaluate[chromedp.Void]("scrollTo(0, 0)"))
	shot, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
	require.NoError(w.t, err, "no picture of %s", what)
	require.NoError(w.t, os.WriteFile(at, shot, 0o644))
}

// check looks at the page the way a person with poor sight or a small phone
// does.
func (w *window) check() {
	w.t.Helper()
	if w.axe != "" {
		w.audit()
		return
	}
	require.Empty(w.t, ask(w, chromedp.Evaluate[[]string](realbrowser.PageFaults)), "%s", w.name)
}
