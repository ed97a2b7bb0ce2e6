package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Somebody leaves a shared computer, and the next person goes back.
func TestBackButtonAfterLogoutShowsNobody(t *testing.T) {
	browser := chromium(t)
	h := newHouse(t)
	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w := h.window(t, browser, "questionnaire-da-back", desktop)
	w.visit("/login?return=/profile")
	assert.Contains(t, w.see(), "Du er logget ind som Ditlev Von Testesen.")
	w.do(chromedp.Click(chromedp.CSS("[data-testid=logout]")), chromedp.WaitVisible(chromedp.CSS("main a.mitid-button")))
	assert.Zero(t, h.sessions())
	w.do(chromedp.NavigateBack(), chromedp.WaitVisible(chromedp.CSS("main")))
	assert.NotContains(t, w.see(), "Du er logget ind", "the page was kept")
	assert.NotContains(t, ask(w, chromedp.Location()), "/profile", "the way back leads through MitID")
}
