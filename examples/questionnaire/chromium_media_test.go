//go:build !race

package main

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// scheme is what a person has chosen for their screen: light or dark.
func (w *window) scheme(name string) { w.t.Helper(); w.media("screen", name) }

func (w *window) media(kind, scheme string) {
	w.t.Helper()
	w.prefers(kind, "prefers-color-scheme", scheme)
}

// prefers sets a media type and one media feature.
func (w *window) prefers(kind, feature, value string) {
	w.t.Helper()
	w.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia,
			emulation.SetEmulatedMediaParams{Media: kind, Features: []*emulation.MediaFeature{{Name: feature, Value: value}}})
		return err
	}))
}

const (
	bodyColour = "getComputedStyle(document.body).backgroundColor"
	inkColour  = "getComputedStyle(document.querySelector('h1')).color"
	pressable  = "[...document.querySelectorAll('.button, .mitid-button, button, nav a, .language a')].filter(e => e.checkVisibility()).length"
)

// TestDarkScreensAndPaper: a dark screen gets a dark page, and paper stays white
// whatever the screen is, with nothing on it to press.
func TestDarkScreensAndPaper(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	h := newHouse(t)
	w := h.window(t, browser, "questionnaire-da-media", desktop)
	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w.visit("/login?return=" + everydayPath)
	q := survey.Everyday()
	w.answer(&q)
	w.click("[data-testid=see-record]", ".history")
	see := func(what string) string { return ask(w, chromedp.Evaluate[string](what)) }
	w.scheme("light")
	light, ink := see(bodyColour), see(inkColour)
	w.scheme("dark")
	assert.NotEqual(t, light, see(bodyColour))
	assert.NotZero(t, ask(w, chromedp.Evaluate[int](pressable)))
	w.media("print", "dark")
	assert.Equal(t, ink, see(inkColour), "dark letters")
	assert.Equal(t, "rgba(0, 0, 0, 0)", see(bodyColour), "on nothing but paper")
	assert.Zero(t, ask(w, chromedp.Evaluate[int](pressable)))
	assert.Contains(t, w.see(), "På Ærø går det godt.")
}
