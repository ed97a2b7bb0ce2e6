//go:build !race

package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Somebody leaves a shared computer, and the next person goes back.
func TestBackButtonAfterLogoutShowsNobody(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	h := newHouse(t)
	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w := h.window(t, browser, "questionnaire-da-back", desktop)
	w.visit("/login?return=/profile")
	assert.Contains(t, w.see(), "Du er logget ind som Ditlev Von Testesen.")
	w.do(realbrowser.Click("[data-testid=logout]"), chromedp.WaitVisible(chromedp.CSS("main a.mitid-button")))
	assert.Zero(t, h.sessions())
	w.do(chromedp.NavigateBack(), chromedp.WaitVisible(chromedp.CSS("main")))
	assert.NotContains(t, w.see(), "Du er logget ind", "the page was kept")
	assert.NotContains(t, ask(w, chromedp.Location()), "/profile", "the way back leads through MitID")
}

// TestLogoutComesBackFromEveryBroker: the person ends on the app's own page, also where
// the logout leads over the broker's, and the broker has forgotten them.
func TestLogoutComesBackFromEveryBroker(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	for _, d := range fakebroker.Names() {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			h := newHouseOn(t, d)
			w := h.window(t, browser, "logout", desktop)
			w.visit("/")
			w.click(everydayCard, brokerPage)
			w.click(brokerPage, formPage)
			w.click("[data-testid=logout]", refusal)
			assert.Equal(t, h.url+loggedOutPath, ask(w, chromedp.Location()))
			assert.Contains(t, w.see(), "Du er logget ud")
			assert.Zero(t, h.sessions())
			w.click("main a.mitid-button", brokerPage) // who comes next is asked who they are
		})
	}
}
