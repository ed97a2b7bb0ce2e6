//go:build !race

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// TestPagesLookForNews: the page changes under the person, who loses neither the page nor
// the place where they were, and it is quiet once the letter is there.
func TestPagesLookForNews(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	h := newHouse(t)
	w := h.window(t, browser, "questionnaire-da-news", desktop)
	h.fake.Next(mitidtest.Approve(mitidtest.Paiman()))
	w.visit("/login/cpr?return=" + everydayPath)
	w.choose("mood", "4", "sleep", "7to8")
	w.click("[data-testid=hand]", donePage)
	w.click("[data-testid=see-letter]", "[data-testid=events]")
	w.do(chromedp.Evaluate[chromedp.Void]("window.kept = true; document.querySelector('[href^=\"/records/\"]').focus()"))
	see := func(what string) string { return ask(w, chromedp.Evaluate[string](what)) }
	state := "document.querySelector('[data-testid=letter-state]').textContent"
	becomes := func(want string) {
		t.Helper()
		w.until(state + " === '" + want + "'")
		assert.Equal(t, want, see("document.getElementById('told').textContent"), "a screen reader hears it")
		assert.True(t, ask(w, chromedp.Evaluate[bool]("window.kept === true")), "the page was not left")
		assert.Contains(t, see("document.activeElement.getAttribute('href')"), "/records/", "the focus is where it was")
		w.check()
	}
	assert.Equal(t, "Sendes om lidt", see(state))
	assert.Empty(t, see("document.getElementById('told').textContent"), "nothing has changed")
	h.deliver(0)
	becomes("Sendt")
	assert.Contains(t, w.see(), "Læs brevet (PDF)", "what is new on the page is there")
	h.deliver(10 * time.Minute)
	becomes("Leveret")
	assert.NotContains(t, w.see(), "Siden opdaterer sig selv")
	looked, last := 0, time.Now() // the page asks again after a second and a half
	require.Eventually(t, func() bool {
		if now := strings.Count(h.logs.String(), `route="GET /letters/{id}"`); now != looked {
			looked, last = now, time.Now()
		}
		return time.Since(last) > 3*time.Second
	}, patience, 100*time.Millisecond, "there is nothing more to look for")
}

// Without script the page is loaded anew.
func TestPagesLookForNewsWithoutScript(t *testing.T) {
	t.Parallel()
	// It takes a while; news_test.go looks at what the browser is told.
	walksAgain(t)
	browser := chromium(t)
	h := newHouse(t)
	w := h.window(t, browser, "questionnaire-da-noscript", desktop)
	h.fake.Next(mitidtest.Approve(mitidtest.Paiman()))
	w.visit("/login/cpr?return=" + everydayPath)
	w.choose("mood", "4", "sleep", "7to8")
	w.click("[data-testid=hand]", donePage)
	w.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
	w.click("[data-testid=see-letter]", "[data-testid=events]")
	h.deliver(0)
	h.deliver(10 * time.Minute)
	w.until("document.body?.innerText.includes('Brevet ligger i din e-Boks.')")
}

// until waits until a condition in JavaScript is true. While the
// browser changes pages there is none.
func (w *window) until(condition string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		is, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool](condition))
		return err == nil && is
	}, patience, 10*time.Millisecond, "%s: it never came about that %s", w.name, condition)
}
