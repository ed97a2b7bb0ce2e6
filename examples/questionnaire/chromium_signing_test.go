//go:build !race

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

const (
	agreementPage = "[data-testid=sign-state]"
	signButton    = "[data-testid=sign]"
	signerLogin   = "button[data-testid=login]"
	documents     = "[data-testid=documents]"
	readTick      = "[data-testid=read]"
	rejection     = "[data-testid=rejection] summary"
	rejectButton  = "[data-testid=reject]"
	signAgain     = "[data-testid=sign-again]"
)

// TestSigningInABrowser is the story of the seed, clicked by the person.
func TestSigningInABrowser(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	type shape struct {
		l    survey.Lang
		name string
		size size
	}
	for _, v := range besideAxe(shape{survey.English, "", desktop}, shape{survey.Danish, "-phone", phone}) {
		t.Run(string(v.l)+v.name, func(t *testing.T) {
			t.Parallel()
			h := newSignHouse(t)
			signingStory(h, h.window(t, browser, "questionnaire-"+string(v.l)+v.name, v.size), v.l)
		})
	}
}

// TestAxeFindsNothingOnSigningPages walks the same pages, those of the fake service and
// the unhappy ends included.
func TestAxeFindsNothingOnSigningPages(t *testing.T) {
	t.Parallel()
	walksAgain(t)
	axe := axeSource(t)
	browser := chromium(t)
	h := newSignHouse(t)
	w := h.window(t, browser, "axe-en", desktop)
	w.axe = axe
	signingStory(h, w, survey.English)
}

// signingStory is what one person does: answers, gets the agreement in e-Boks, changes
// their mind, rejects it, gets it again, and signs.
func signingStory(h *signHouse, w *window, l survey.Lang) {
	said := func(key string, args ...any) string {
		s, err := survey.TextOf(l, key, args...)
		assert.NoError(w.t, err, key)
		return s
	}
	w.visit("/")
	if l == survey.English {
		w.click(".language a", "html[lang=en] main")
	}
	q := survey.HelpAtHome()
	w.quietly(func() {
		w.click(cardOf(&q), brokerPage)
		w.choosePerson(1)
		w.click(brokerPage, anyPage)
		w.giveNumber()
	})
	w.choose("tasks", "cleaning", "often", "weekly")
	w.write("note", "Nøglen ligger på Ærøvej – æ, ø og å.")
	w.click("[data-testid=hand]", donePage)
	assert.Contains(w.t, w.see(), said("sign.means.writing"))
	w.do(chromedp.Evaluate[chromedp.Void]("window.heading = document.querySelector('h1')"))
	h.clerk(0)
	h.deliver(0)
	w.until("document.querySelector('[data-testid=letter-state]') !== null") // the page has looked for news
	assert.Contains(w.t, w.see(), said("sign.means.open"))
	assert.True(w.t, ask(w, chromedp.Evaluate[bool]("window.heading === document.querySelector('h1')")), "what has not changed was left alone")
	w.click("[data-testid=see-record]", ".history")
	record := ask(w, chromedp.Location())

	// The letter brings a link of ours to the agreement.
	openLetter(h, w, l)
	assert.Contains(w.t, w.see(), said("sign.means.open"))
	w.picture("agreement")

	// The person says no, in their own words.
	toDocuments(w)
	w.do(realbrowser.Click(rejection))
	w.write("reason", "Jeg vil tænke over det på Ærø.")
	w.click(rejectButton, signAgain)
	assert.Contains(w.t, w.see(), said("sign.means.rejected"))
	assert.Contains(w.t, w.see(), "Jeg vil tænke over det på Ærø.")
	w.picture("rejected")

	// And yes after all: a new agreement, with a letter of its own.
	w.click(signAgain, ".history")
	assert.Contains(w.t, w.see(), said("status.to_sign"))
	w.quietly(func() {
		openLetter(h, w, l)
		toDocuments(w)
		w.picture("signer")
		w.do(realbrowser.Click(readTick))
		w.click(signButton, brokerPage)
		identify(w)
	})
	w.click(brokerPage, "[data-testid=signed-file]")
	assert.Contains(w.t, w.see(), said("sign.stand.signed"))
	assert.Contains(w.t, w.see(), said("sign.means.signed"))
	assert.Contains(w.t, w.see(), said("sign.file.evidence"))
	w.picture("signed")
	w.visit(strings.TrimPrefix(record, w.h.url))
	assert.Equal(w.t, said("status.signed"), ask(w, chromedp.Text(chromedp.CSS("[data-testid=status]"))))
	assert.Contains(w.t, w.see(), said("status.sign_rejected"), "the history says what was before")
	w.click("nav a[href='/letters']", ".list")
	assert.Contains(w.t, w.see(), said("letters.about.sign", q.Title.In(l)))
}

// openLetter lets the newest letter arrive, and presses the link in it.
func openLetter(h *signHouse, w *window, l survey.Lang) {
	h.clerk(0)
	h.deliver(0)
	h.deliver(10 * time.Minute)
	letters := h.post.Letters(eboks.Person(mitidtest.Paiman().CPR))
	require.NotEmpty(w.t, letters)
	title, err := survey.TextOf(l, "letter.title.sign")
	require.NoError(w.t, err)
	assert.Equal(w.t, title, letters[len(letters)-1].Title)
	link := pdfLink.FindSubmatch(letters[len(letters)-1].Documents[0].Content())
	require.NotNil(w.t, link)
	w.do(chromedp.Navigate(string(link[1])), chromedp.WaitVisible(chromedp.CSS(agreementPage)))
	w.check()
}

// toDocuments goes from the agreement's page through the login of the service to where
// the person reads and signs.
func toDocuments(w *window) {
	w.click(signButton, signerLogin)
	w.quietly(func() {
		w.click(signerLogin, brokerPage)
		identify(w)
	})
	w.click(brokerPage, documents)
}

// quietly leaves axe out where it has looked before.
func (w *window) quietly(do func()) {
	axe := w.axe
	w.axe = ""
	do()
	w.axe = axe
}

// identify chooses the person where the tenant's page does not know who is asked.
func identify(w *window) {
	if w.shows("[data-testid=citizen-1]") {
		w.choosePerson(1)
	}
}
