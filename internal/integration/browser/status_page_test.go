package browser

import (
	"bytes"
	"context"
	"flag"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
	"github.com/dkeid/dkeid/internal/toolstest"
)

var updateScreenshots = flag.Bool("update-screenshots", false, "take the screenshot in docs/images anew")

// byMaterial is a distributor that does with a letter what its material says.
type byMaterial struct{ now func() time.Time }

func (byMaterial) Capabilities() eboks.Capabilities {
	return eboks.Capabilities{Name: "prøvepost", Print: true}
}

func (d byMaterial) Send(_ context.Context, l *eboks.Letter) (*eboks.Receipt, error) {
	switch l.Material {
	case "afvist":
		return nil, &eboks.Error{Kind: eboks.Rejected, Then: eboks.Stop, Status: 400, Code: "1003"}
	case "tavs":
		return nil, &eboks.Error{Kind: eboks.OutcomeUnknown}
	case "tvivl":
		return nil, &eboks.Error{Kind: eboks.Rejected, Then: eboks.Decide, Status: 400, Code: "1007"}
	case "adgang":
		return nil, &eboks.Error{Kind: eboks.AuthFailed, Then: eboks.Retry, Status: 403}
	}
	return &eboks.Receipt{ID: l.ID, Reference: "ref-" + l.ID.String()[:8], At: d.now()}, nil
}

// troubled is an outbox with letters in every trouble.
func troubled(t *testing.T) *outbox.Outbox {
	t.Helper()
	db, dialect, err := opendb.Open(t.Context(), filepath.Join(t.TempDir(), "browser.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	now := time.Date(2026, time.November, 30, 9, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	o, err := outbox.New(outbox.Config{DB: db, Dialect: dialect, Keys: [][]byte{bytes.Repeat([]byte("k"), 32)},
		Sender: byMaterial{clock}, Now: clock, Alarm: func(context.Context, *eboks.Error) {}})
	require.NoError(t, err)
	require.NoError(t, o.Migrate(t.Context()))
	offer := func(materials ...eboks.Material) {
		for n, m := range materials {
			_, err := o.Enqueue(t.Context(), nil, &eboks.Letter{
				ID: eboks.NewID(), To: eboks.Person(cprtest.Number(9000 + n)), Title: "Årsopgørelse", Material: m,
				Document: eboks.Bytes([]byte("%PDF-1.7\n% brev til Åse på Ærø\n%%EOF\n")),
			})
			require.NoError(t, err)
		}
		due, err := o.Due(t.Context(), 100)
		require.NoError(t, err)
		for _, id := range due {
			_, err := o.Step(t.Context(), id)
			require.NoError(t, err)
		}
	}
	offer("tavs", "1001", "1001", "afvist", "tvivl")
	now = now.Add(30*time.Minute - time.Second)
	offer("adgang", "adgang")
	offer("1001")
	now = now.Add(25 * time.Second)
	return o
}

// A browser keeps the rules that the page sets itself: the style applies, and nothing else
// is loaded. No window is so narrow that the page must be moved sideways.
func TestStatusPageInABrowser(t *testing.T) {
	ctx := start(t)
	server := httptest.NewServer(troubled(t).StatusPage())
	defer server.Close()
	ctx, end := context.WithTimeout(ctx, 5*time.Minute)
	defer end()
	for _, width := range []int64{1100, 390, 320} {
		require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(width, 800), chromedp.Navigate(server.URL+"/?refresh=0")))
		assert.Equal(t, "Udbakke: prøvepost", evaluate[string](t, ctx, `document.querySelector("h1").textContent`))
		assert.Equal(t, "grid", evaluate[string](t, ctx, `getComputedStyle(document.querySelector(".cards")).display`), "the style is let through")
		assert.LessOrEqual(t, evaluate[int64](t, ctx, `document.documentElement.scrollWidth`), width)
		assert.Zero(t, evaluate[int](t, ctx, `performance.getEntriesByType("resource").filter(e => !e.name.endsWith("/favicon.ico")).length`), "nothing else is loaded")
	}
	t.Run("axe-core", func(t *testing.T) {
		axe, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "questionnaire", "testdata", "axe", "node_modules", "axe-core", "axe.min.js"))
		if err != nil {
			toolstest.Missing(t, "axe-core is not installed; npm ci --prefix examples/questionnaire/testdata/axe brings it")
		}
		for _, c := range []struct {
			scheme string
			width  int64
		}{{"light", 1100}, {"dark", 390}} {
			require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(c.width, 800), colours(c.scheme), chromedp.Navigate(server.URL+"/?refresh=0")))
			evaluate[chromedp.Void](t, ctx, string(axe))
			assert.Empty(t, evaluate[[]string](t, ctx, axeFaults, chromedp.EvalAwaitPromise), c)
		}
	})
	if *updateScreenshots {
		require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(1100, 1040), chromedp.Navigate(server.URL+"/?lang=en")))
		picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join("..", "..", "..", "docs", "images", "outbox-en-status.png"), picture, 0o644))
	}
}

// axeFaults lets axe-core look for what keeps people with a disability out.
const axeFaults = `axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ': ' + v.help + ': ' + v.nodes.map(n => n.html).join(' | ')))`

func evaluate[T any](t *testing.T, ctx context.Context, script string, options ...chromedp.EvaluateOption) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, options...))
	require.NoError(t, err)
	return v
}

// colours is the scheme that the person has chosen.
func colours(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia,
			emulation.SetEmulatedMediaParams{Media: "screen", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	})
}
