//go:build !race

package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

const (
	// twiceAsLarge is what a browser does that is told to enlarge text alone (WCAG 2.2, 1.4.4).
	twiceAsLarge = "document.documentElement.style.fontSize = '200%'"
	asItWas      = "document.documentElement.style.fontSize = ''"

	// unseen returns what the keyboard reaches without anybody seeing that it has (2.4.7).
	unseen = `[...document.querySelectorAll('a[href], button, input:not([type=hidden]), textarea, summary')].filter(e => e.checkVisibility()).filter(e => {
		e.focus({focusVisible: true});
		const seen = [e, e.closest('label'), e.parentElement].filter(Boolean).some(x => { const s = getComputedStyle(x); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; });
		return !seen;
	}).map(e => e.outerHTML.slice(0, 120))`

	// moving counts what moves by itself or would for somebody who asked for no motion.
	moving = `document.getAnimations().length + [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e); return parseFloat(s.transitionDuration) > 0 || s.animationName !== 'none' || s.scrollBehavior === 'smooth'; }).length`

	// faceless returns states and chosen answers that are told by a colour alone, once the
	// system's own colours have replaced ours.
	faceless = `[...document.querySelectorAll('.chip')].filter(e => getComputedStyle(e).borderStyle === 'none').map(e => e.textContent)`
)

// TestPagesForPoorSight walks pages of every kind with text of twice the size, in a high
// contrast of the system's own colours, with as little motion as can be, and with the
// keyboard.
func TestPagesForPoorSight(t *testing.T) {
	t.Parallel()
	walksAgain(t)
	browser := chromium(t)
	h := newHouse(t)
	w := h.window(t, browser, "questionnaire-da-sight", size{1280, 900, 1})
	look := func(name string) {
		t.Helper()
		for _, width := range []int64{1280, 390} {
			w.do(chromedp.EmulateViewport(width, 900), chromedp.Evaluate[chromedp.Void](twiceAsLarge))
			require.Empty(t, ask(w, chromedp.Evaluate[[]string](realbrowser.PageFaults)), "%s, text of twice the size, %d wide", name, width)
			w.do(chromedp.Evaluate[chromedp.Void](asItWas))
		}
		w.do(chromedp.EmulateViewport(1280, 900))
		w.prefers("screen", "forced-colors", "active")
		assert.Empty(t, ask(w, chromedp.Evaluate[[]string](faceless)), "%s, forced colours", name)
		assert.Empty(t, ask(w, chromedp.Evaluate[[]string](unseen)), "%s, forced colours", name)
		w.prefers("screen", "prefers-reduced-motion", "reduce")
		assert.Zero(t, ask(w, chromedp.Evaluate[int](moving)), name)
		assert.Empty(t, ask(w, chromedp.Evaluate[[]string](unseen)), name)
		w.scheme("light")
	}
	w.visit("/")
	look("front")
	w.visit("/demo")
	look("who is who")
	h.fake.Next(mitidtest.Abort())
	w.visit("/login/cpr?return=" + healthPath)
	look("cancelled")
	h.fake.Next(mitidtest.Approve(mitidtest.Paiman()))
	w.visit("/login/cpr?return=" + healthPath)
	w.choose("help", "partly")
	w.click("[data-testid=hand]", problems)
	look("problems")
	w.choose("pain", "2")
	w.write("wish", "At få hjælp til trapperne på Ærø.")
	w.click("[data-testid=hand]", donePage)
	look("thanks")
	w.click("[data-testid=see-record]", ".history")
	look("record")
	for _, path := range []string{"/answers", "/letters", "/profile", "/nix"} {
		w.visit(path)
		look(path)
	}
}

// TestSkipLinkLeadsToThePage: the first key is the link over the head of the page.
func TestSkipLinkLeadsToThePage(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	w := newHouse(t).window(t, browser, "questionnaire-da-skip", desktop)
	w.visit("/demo")
	w.press(kb.Tab, "")
	assert.True(t, ask(w, chromedp.Evaluate[bool]("document.activeElement.matches('.skip') && document.activeElement.getBoundingClientRect().top >= 0")), "it is there and seen")
	w.press(kb.Enter, "")
	assert.Equal(t, "content", ask(w, chromedp.Evaluate[string]("document.activeElement.id")))
	w.press(kb.Tab, "")
	assert.True(t, ask(w, chromedp.Evaluate[bool]("document.getElementById('content').contains(document.activeElement)")), "the next key is in the page")
}
