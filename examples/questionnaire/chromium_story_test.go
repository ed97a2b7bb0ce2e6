//go:build !race

package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

const (
	brokerPage   = "[data-testid=approve]"
	formPage     = "[data-testid=answers]"
	donePage     = "[data-testid=thanks]"
	problems     = "[data-testid=errors]"
	confirm      = "main a.mitid-button"
	everydayCard = "[data-testid=card-hverdag] a"
	healthCard   = "[data-testid=card-helbred] a"
)

func TestStoryInABrowser(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	type shape struct {
		name string
		size size
	}
	for _, v := range besideAxe(shape{"", desktop}, shape{"-narrow", narrow}) {
		for _, l := range some(1, survey.Danish, survey.English) {
			t.Run(string(l)+v.name, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t)
				story(h.window(t, browser, "questionnaire-"+string(l)+v.name, v.size), l)
			})
		}
	}
}

// story is what one person does from the front page to the logout.
func story(w *window, l survey.Lang) {
	said := func(key string) string {
		s, err := survey.TextOf(l, key)
		assert.NoError(w.t, err, key)
		return s
	}
	w.visit("/")
	if l == survey.English {
		w.click(".language a", "html[lang=en] main")
	}
	w.picture("front")

	// Without CPR number.
	w.click(everydayCard, brokerPage)
	w.do(realbrowser.Click("[data-testid=citizen-1]"))
	w.picture("broker")
	w.click(brokerPage, formPage)
	assert.Contains(w.t, w.see(), "Paiman Petersen")
	w.choose("mood", "4", "sleep", "7to8", "breaks", "nature", "breaks", "music")
	w.write("joy", "Morgenbad ved Ærøskøbing – æ, ø og å.")
	w.do(chromedp.Blur(chromedp.CSS("#joy")))
	w.picture("form")
	w.click("[data-testid=hand]", donePage)
	w.picture("done")
	w.click("[data-testid=follow-up]", formPage)
	w.choose("change", "better")
	w.click("[data-testid=hand]", donePage)
	assert.Contains(w.t, w.see(), said("done.title.again"))

	// With CPR number, for which MitID is needed once more.
	w.visit("/")
	w.click(healthCard, confirm)
	w.picture("cpr")
	w.click(confirm, brokerPage) // which knows who is asked
	w.click(brokerPage, "[data-testid=cpr]")
	w.write("cpr", mitidtest.Paiman().CPR.Reveal())
	w.click("[data-testid=continue]", formPage)
	w.choose("help", "partly", "trouble", "stairs")
	w.write("wish", "At få hjælp til trapperne.")
	w.click("[data-testid=hand]", problems)
	w.do(chromedp.WaitVisible(chromedp.CSS(problems + ":focus")))
	assert.Contains(w.t, w.see(), said("problem.missing.scale"))
	w.picture("problem")
	w.choose("pain", "2")
	w.click("[data-testid=draft]", ".notice")
	assert.Contains(w.t, w.see(), said("form.saved"))
	w.click("[data-testid=hand]", donePage)
	w.h.fake.Advance(time.Minute)
	w.click("[data-testid=follow-up]", confirm)
	w.click(confirm, brokerPage) // which knows who is asked
	w.click(brokerPage, formPage)
	w.choose("change", "same", "pain", "1")
	w.click("[data-testid=hand]", donePage)
	w.click("[data-testid=see-record]", ".history")
	assert.Contains(w.t, w.see(), said("status.followed_up"))
	mailbox(w, l, said)

	w.click("nav a[href='/profile']", "[data-testid=property-cpr]")
	profile := w.see()
	assert.Contains(w.t, profile, "Paiman Petersen")
	assert.Contains(w.t, profile, cprMask)
	assert.NotContains(w.t, strings.ReplaceAll(profile, "-", ""), mitidtest.Paiman().CPR.Reveal())
	w.picture("profile")
	w.click("nav a[href='/letters']", ".list")
	w.picture("letters")
	w.scheme("dark")
	w.visit("/")
	w.picture("dark-front")
	w.scheme("light")
	w.click("nav a[href='/answers']", ".list")
	w.click("[data-testid=logout]", refusal)
	assert.Contains(w.t, w.see(), said("message.out.title"))
	assert.Contains(w.t, w.see(), map[survey.Lang]string{survey.Danish: "Log ind med MitID", survey.English: "Log on with MitID"}[l])
	w.picture("logged-out")

	// Somebody who changes their mind.
	w.visit("/")
	w.click(everydayCard, brokerPage)
	w.click("[data-testid=cancel]", refusal)
}

// mailbox follows a letter from the record to the fake e-Boks.
func mailbox(w *window, l survey.Lang, said func(string) string) {
	record := ask(w, chromedp.Location())
	w.h.deliver(0)
	w.do(chromedp.Navigate(record))
	assert.Contains(w.t, w.see(), said("letter.stand.sent"))
	w.h.deliver(10 * time.Minute)
	w.do(chromedp.Navigate(record))
	w.check()
	w.picture("record")
	w.click("[data-testid=see-letter]", "[data-testid=events]")
	assert.Contains(w.t, w.see(), said("letter.stand.delivered"))
	assert.Contains(w.t, w.see(), said("letter.event.delivered digital"))
	w.picture("letter")

	w.click("[data-testid=mailbox]", "[data-testid=letters]")
	assert.Contains(w.t, w.see(), "Paiman Petersen")
	assert.Contains(w.t, w.see(), said("letter.title"))
	w.picture("mailbox")
	w.click("[data-testid=letter]", "[data-testid=document]")
	document := ask(w, chromedp.Evaluate[string]("document.querySelector('[data-testid=document]').href"))
	res, err := http.Get(document)
	require.NoError(w.t, err)
	defer res.Body.Close()
	pdf, err := io.ReadAll(res.Body)
	require.NoError(w.t, err)
	assert.Contains(w.t, pdfText(w.t, pdf), "Paiman Petersen")
	assert.NotContains(w.t, digits(pdfText(w.t, pdf)), mitidtest.Paiman().CPR.Reveal())

	// The link in the letter, opened by the person it is for.
	link := pdfLink.FindSubmatch(pdf)
	require.NotNil(w.t, link)
	w.do(chromedp.Navigate(string(link[1])), chromedp.WaitVisible(chromedp.CSS("[data-testid=opened]")))
	w.check()
	w.picture("opened")
	w.click("[data-testid=see-letter]", "[data-testid=events]")
	assert.Contains(w.t, w.see(), said("letter.stand.opened"))
}

// TestKeyboardAlone goes from the front page to the thanks without a mouse.
func TestKeyboardAlone(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	h := newHouse(t)
	w := h.window(t, browser, "questionnaire-da-keyboard", desktop)
	w.visit("/")
	w.do(chromedp.KeyEvent(kb.Tab))
	assert.Equal(t, "skip", ask(w, chromedp.Evaluate[string]("document.activeElement.className")), "the first stop leads past the header")
	w.tabTo(everydayCard)
	w.press(kb.Enter, brokerPage)
	w.tabTo(brokerPage)
	w.press(kb.Enter, formPage)
	w.tabTo("[name=mood]")
	w.press(" ", "")
	w.press(kb.ArrowRight, "")
	w.tabTo("[name=sleep]")
	w.press(" ", "")
	w.tabTo("[name=breaks]")
	w.press(" ", "")
	w.tabTo("#joy")
	w.press("Kaffe på Ærø", "")

	// Enter in a field hands the form in, although the language switch, which
	// belongs to the form too, stands before it.
	w.do(chromedp.Focus(chromedp.CSS("[name=mood]:checked")))
	w.press(kb.Enter, donePage)
	assert.Contains(t, w.see(), "Tak for dine svar")
	w.tabTo("[data-testid=see-record]")
	w.press(kb.Enter, ".history")
	record := w.see()
	for _, want := range []string{"2 (1 = Meget dårligt, 5 = Meget godt)", "Mindre end 5 timer", "At være sammen med andre", "Kaffe på Ærø"} {
		assert.Contains(t, record, want)
	}
}

// TestLanguageSwitchKeepsWhatWasTyped switches in the middle of a form.
func TestLanguageSwitchKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	h := newHouse(t)
	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w := h.window(t, browser, "questionnaire-da-switch", desktop)
	w.visit("/login?return=" + everydayPath)
	w.write("joy", "Blåbærgrød")
	w.choose("mood", "3")
	w.click(".language button[value^=lang]", "html[lang=en] "+formPage)
	assert.Contains(t, w.see(), "Wellbeing in everyday life")
	assert.Equal(t, "Blåbærgrød", ask(w, chromedp.Value(chromedp.CSS("#joy"))))
	assert.True(t, ask(w, chromedp.Evaluate[bool]("document.querySelector('[name=mood][value=\"3\"]').checked")))
}
