package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

var updateScreenshots = flag.Bool("update-screenshots", false, "take the screenshots in docs/images anew; a new one needs an empty file of its name first")

// whole reports whether the browser walks in every window, language and broker. With
// DKEID_WHOLE=1, which .ci/run sets, it does; without, one of each is enough.
func whole() bool { return os.Getenv("DKEID_WHOLE") == "1" }

// some returns all of them if the browser walks everywhere, and the first n otherwise.
func some[T any](n int, all ...T) []T {
	if whole() {
		return all
	}
	return all[:n]
}

// onlyWhole skips a test that walks where another has walked.
func onlyWhole(t *testing.T) {
	t.Helper()
	if !whole() {
		t.Skip("another test walks there; with DKEID_WHOLE=1 this one does too")
	}
}

// chromium returns a running browser that talks to this machine alone, in Danish, the
// same one for all tests. A test that finds none is skipped; with DKEID_NO_SKIP=1 it fails.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "headless-shell",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		const why = "no Chromium or Chrome is installed; install one to click through the app in a real browser"
		if os.Getenv("DKEID_NO_SKIP") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	running.start.Do(func() {
		ctx, end := chromedp.NewExecAllocator(context.Background(),
			chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true),
			chromedp.Flag("font-render-hinting", "none"), chromedp.Flag("accept-lang", "da"))
		ctx, cancel := chromedp.NewContext(ctx)
		running.browser, running.stop, running.err = ctx, func() { cancel(); end() }, chromedp.Do(ctx)
	})
	require.NoError(t, running.err, "the browser does not start")
	return running.browser
}

// running is the browser, once a test has asked for it.
var running struct {
	start   sync.Once
	browser context.Context
	stop    func()
	err     error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if running.stop != nil {
		running.stop()
	}
	os.Exit(code)
}

// window is one person's own window: nobody else's cookies, a size of its own.
type window struct {
	t      *testing.T
	h      *house
	ctx    context.Context
	name   string // of the screenshots: questionnaire-da, questionnaire-da-phone
	images string
	// pictures says that screenshots are stored.
	pictures bool
	axe      string // the source of axe-core; if empty, it does not look
	close    context.CancelFunc
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
	ctx, end := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(end)
	w := &window{t: t, h: h, ctx: ctx, name: name, images: t.TempDir(), pictures: true, close: func() { end(); cancel() }}
	if *updateScreenshots {
		w.images = filepath.Join("..", "..", "docs", "images")
		require.NoError(t, os.MkdirAll(w.images, 0o755))
	}
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
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		page, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body")))
		require.NoError(w.t, err, "the page says: %s", page)
	}
}

// ask returns what an action finds out about the page.
func ask[T any](w *window, a chromedp.Action[T]) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
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

// click presses what sel names and waits for the page with what next names.
func (w *window) click(sel, next string) {
	w.t.Helper()
	press := func() error {
		ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
		defer cancel()
		return chromedp.Do(ctx, chromedp.Click(chromedp.CSS(sel)))
	}
	err := press()
	for range 3 { // the page may just have put in some news
		if err == nil || !strings.Contains(err.Error(), "Could not find node") {
			break
		}
		err = press()
	}
	require.NoError(w.t, err, sel)
	w.do(chromedp.WaitVisible(chromedp.CSS(next)))
	w.check()
}

// choose ticks fields of a form, by name and value.
func (w *window) choose(pairs ...string) {
	w.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		w.do(chromedp.Click(chromedp.CSS(fmt.Sprintf("label:has(input[name=%q][value=%q])", pairs[i], pairs[i+1]))))
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

// picture stores a screenshot of the whole page. Of the phone a few are enough.
func (w *window) picture(what string) {
	w.t.Helper()
	switch {
	case !w.pictures, strings.HasSuffix(w.name, "-narrow"):
		return
	case strings.HasSuffix(w.name, "-phone") && !slices.Contains([]string{"front", "form", "done", "profile", "agreement"}, what):
		return
	}
	at := filepath.Join(w.images, w.name+"-"+what+".png")
	if _, err := os.Stat(at); *updateScreenshots && err != nil {
		return // no document shows it
	}
	w.do(chromedp.Evaluate[chromedp.Void]("scrollTo(0, 0)"))
	var shot []byte
	for range 3 { // a busy machine does not always draw the page in time
		ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
		var err error
		shot, err = chromedp.Run(ctx, chromedp.FullScreenshot(100))
		cancel()
		if err == nil {
			break
		}
	}
	require.NotEmpty(w.t, shot, "no picture of %s", what)
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
	require.Empty(w.t, ask(w, chromedp.Evaluate[[]string](pageFaults)), "%s", w.name)
}

// pageFaults returns what is too faint, too wide or too small to touch: text
// needs a contrast of 4.5 (WCAG 2.2, 1.4.3), buttons and fields 24 pixels
// (2.5.8); nothing may stand out of the window (1.4.10).
const pageFaults = `(() => {
	const faults = [];
	const rgb = s => { const m = s.match(/[\d.]+/g).map(Number); return { c: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
	const light = c => { const l = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * l[0] + .7152 * l[1] + .0722 * l[2]; };
	const ground = e => { for (; e; e = e.parentElement) { const b = rgb(getComputedStyle(e).backgroundColor); if (b.a === 1) return b.c; } return [255, 255, 255]; };
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement;
		if (!walk.currentNode.data.trim() || e.closest('.hidden, .skip') || !e.checkVisibility()) continue;
		const [a, b] = [light(rgb(getComputedStyle(e).color).c), light(ground(e))].sort((x, y) => y - x);
		const ratio = (a + .05) / (b + .05);
		if (ratio < 4.5) faults.push('contrast ' + ratio.toFixed(2) + ': ' + walk.currentNode.data.trim());
	}
	if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
		faults.push('wider than the window: ' + document.documentElement.scrollWidth);
	for (const e of document.querySelectorAll('button, .button, .mitid-button, label:has(input), textarea, nav a, .language a')) {
		const r = e.getBoundingClientRect();
		if (e.checkVisibility() && (r.height < 40 || r.width < 24)) faults.push('too small: ' + e.textContent.trim() + ' ' + r.width + 'x' + r.height);
	}
	return faults;
})()`
