package main_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// chromium returns a browser that ends with the test. If none is installed, the test is
// skipped; with DKEID_NO_SKIP=1 it fails.
func chromium(t *testing.T) context.Context {
	t.Helper()
	path := realbrowser.Find()
	if path == "" {
		const why = "no Chromium or Chrome is installed"
		toolstest.Missing(t, why)
	}
	ctx, stop, err := realbrowser.Start(path)
	t.Cleanup(stop)
	require.NoError(t, err, "the browser does not start")
	return ctx
}

// axeSource returns axe-core, which the questionnaire brings.
func axeSource(t *testing.T) string {
	t.Helper()
	file := filepath.Join("..", "questionnaire", "testdata", "axe", "node_modules", "axe-core", "axe.min.js")
	installed(t, file, "npm ci --prefix examples/questionnaire/testdata/axe")
	source, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(source)
}

// tab is one tab of the browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// open opens a tab in ctx's browser, with a session storage of its own.
func openTab(t *testing.T, ctx context.Context) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx))
	w := &tab{t, ctx}
	messages, done := chromedp.Console(ctx), make(chan struct{})
	go func() {
		defer close(done)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Source == "security" || m.IsException() {
				t.Errorf("the browser says: %s", m.Text)
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	w.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
		return err
	}))
	return w
}

func (w *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 2*time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		page, _ := chromedp.Run(w.ctx, chromedp.Text(chromedp.CSS("body")))
		require.NoError(w.t, err, "the page says: %s", page)
	}
}

func ask[T any](w *tab, script string, options ...chromedp.EvaluateOption) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 2*time.Minute)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, options...))
	require.NoError(w.t, err, script)
	return v
}

// wait waits until a script is true. It asks the page at every frame.
func (w *tab) wait(script string) {
	w.t.Helper()
	ask[bool](w, `new Promise((done, fail) => { const end = performance.now() + 60000, look = () => { if (`+script+`) done(true); else if (performance.now() > end) fail(new Error("never: " + document.body.innerText)); else requestAnimationFrame(look); }; look(); })`, chromedp.EvalAwaitPromise)
}

func (w *tab) click(sel string) {
	w.t.Helper()
	w.do(realbrowser.Click(sel))
}

// resize makes the window a phone's or a desk's.
func (w *tab) resize(width, height int64, scale float64) {
	w.t.Helper()
	w.do(chromedp.EmulateViewport(width, height, chromedp.EmulateScale(scale)))
}

// scheme makes the screen light or dark.
func (w *tab) scheme(name string) {
	w.t.Helper()
	w.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia,
			emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
		return err
	}))
}

// tabTo presses the tabulator until sel has the focus.
func (w *tab) tabTo(sel string) {
	w.t.Helper()
	for range 60 {
		w.do(chromedp.KeyEvent(kb.Tab))
		if ask[bool](w, `document.activeElement.matches("`+sel+`")`) {
			return
		}
	}
	w.t.Fatalf("the keyboard does not reach %s", sel)
}

// write types into a field.
func (w *tab) write(sel, words string) {
	w.t.Helper()
	w.do(chromedp.SendKeys(chromedp.CSS(sel), words))
}
