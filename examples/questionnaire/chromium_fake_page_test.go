//go:build !race

package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// On a phone, with the keyboard alone, somebody finds what can go wrong, and the login
// ends so.
func TestFakesPageOffersWhatCanGoWrong(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	h := newHouse(t)
	w := h.window(t, browser, "fake-da-phone", phone)
	w.visit("/login?return=/profile")
	require.False(t, ask(w, chromedp.Evaluate[bool]("document.querySelector('#failure').checkVisibility()")), "folded in")
	w.tabTo("#failures")
	w.press(kb.Enter, "#failure")
	assert.Contains(t, w.see(), "Hvad kan gå galt")
	w.tabTo("#failure")
	w.press(kb.ArrowDown, "")
	w.tabTo("#fail")
	w.press(kb.Enter, "")
	w.do(chromedp.WaitVisible(chromedp.CSS(refusal)))
	l := lastLogin(t, h)
	assert.Equal(t, mitidtest.LoginFailed, l.State)
	assert.Equal(t, "the person chose on the page: Fail(access_denied)", l.Why)

	w.visit("/login?return=/profile")
	w.tabTo("#failures")
	w.press(kb.Enter, "#tampering")
	w.do(chromedp.SetValue(chromedp.CSS("#tampering"), "wrong-nonce"))
	w.tabTo("#tamper")
	w.press(kb.Enter, "")
	w.do(chromedp.WaitVisible(chromedp.CSS(refusal)))
	assert.Equal(t, "the tampering wrong-nonce spoilt the id token", lastLogin(t, h).Why)
}

// Somebody decides elsewhere, such as on a dashboard, and the page goes on by itself.
func TestFakesPageGoesOnByItself(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	for _, d := range fakebroker.Names() {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			h := newHouseOn(t, d)
			w := h.window(t, browser, "fake-decided", desktop)
			w.visit("/login?return=/profile")
			require.NoError(t, h.fake.Decide(lastLogin(t, h).ID, mitidtest.Approve(mitidtest.Paiman())))
			w.do(chromedp.WaitVisible(chromedp.CSS("[data-testid=logout]")))
			assert.Contains(t, w.see(), "Paiman Petersen")
		})
	}
}

// lastLogin returns what the fake tells of the latest login.
func lastLogin(t *testing.T, h *house) mitidtest.LoginRecord {
	t.Helper()
	all := h.fake.Logins()
	require.NotEmpty(t, all)
	return all[len(all)-1]
}
