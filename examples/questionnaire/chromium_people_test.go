//go:build !race

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

const (
	refusal   = ".errors[data-testid=message]"                    // the broker's page has a message too
	anyPage   = "[data-testid=cpr], " + formPage + ", " + refusal // where the first page of the broker may lead
	afterThat = formPage + ", " + refusal
)

// brokersToLookAt are those with pages of their own: E-Ident has the same over SAML.
func brokersToLookAt() []string {
	return slices.DeleteFunc(fakebroker.Names(), func(name string) bool { return name == "eident-saml" })
}

// TestEveryPersonHasAStoryAtEveryBroker lets every ready-made person walk to the end
// at each broker: at the first one on either card, at the others on the card that asks
// for the number. Unless the browser walks everywhere, the people who are apart walk at
// the first one. TestEveryPersonOnEitherCard does the rest without a browser.
func TestEveryPersonHasAStoryAtEveryBroker(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	for _, d := range some(1, brokersToLookAt()...) {
		t.Run(d, func(t *testing.T) {
			h := newHouseOn(t, d)
			people := h.fake.Citizens()
			require.Equal(t, mitidtest.Citizens(), people, "the same people at every broker")
			cards, name := survey.Catalogue()[:1], "questionnaire-da-"+d
			if d == "criipto" {
				cards, name = survey.Catalogue(), "questionnaire-da"
			}
			names := map[string]bool{}
			for _, c := range people {
				assert.False(t, names[c.Name], "%s stands in the list twice", c.Name)
				names[c.Name] = true
			}
			for i := range people {
				if !toolstest.Long() && !apart(people[i]) {
					continue
				}
				t.Run(strings.Join(strings.Fields("person "+people[i].Name), " "), func(t *testing.T) {
					t.Parallel()
					w := h.window(t, browser, name, desktop)
					for _, q := range slices.Backward(cards) { // first the one after which nobody knows the number
						w.walk(people[i], i, &q, len(cards) == 1)
						w.do(stranger)
					}
					w.close()
				})
			}
		})
	}
}

// apart reports whether somebody's way is not like everybody's. The others walk in
// TestStoryInABrowser.
func apart(c mitidtest.Citizen) bool {
	return c.Password || c.CPR.IsZero() || c.CPR == mitidtest.NoDigitalPost().CPR
}

// walk is one person's way through one card; first says that they have answered
// nothing before.
func (w *window) walk(c mitidtest.Citizen, i int, q *survey.Questionnaire, first bool) {
	w.visit("/")
	w.click(cardOf(q), brokerPage)
	assert.Contains(w.t, w.see(), c.Shows.DA)
	w.choosePerson(i)
	w.click(brokerPage, anyPage)
	w.giveNumber()
	switch {
	case c.Password:
		assert.Contains(w.t, w.see(), "sikringsniveau")
		assert.Contains(w.t, w.see(), "Borgerservice", "a way on")
		if q.CPR {
			w.picture("password")
		}
		w.click("main a.mitid-button", brokerPage) // to try with something better
	case q.CPR && c.CPR.IsZero():
		require.True(w.t, w.shows(refusal))
		w.picture("no-number")
		next := ".history"
		if first {
			next = formPage
		}
		w.click("main a.button.quiet", brokerPage+", "+next)
		if w.shows(brokerPage) { // a broker with single sign-on asks nobody
			w.choosePerson(i)
			w.click(brokerPage, next)
		}
		assert.Contains(w.t, w.see(), "Trivsel i hverdagen")
	default:
		require.True(w.t, w.shows(formPage), w.see())
		w.answer(q)
		if q.CPR {
			w.letter(c, first)
			return
		}
		assert.NotContains(w.t, w.see(), "Mangler")
		assert.Contains(w.t, w.see(), "Vil du have en kvittering i din e-Boks?")
	}
}

// letter follows the letter into the person's own mailbox.
func (w *window) letter(c mitidtest.Citizen, first bool) {
	w.h.deliver(0)
	w.h.deliver(10 * time.Minute)
	w.click("[data-testid=see-letter]", "[data-testid=events]")
	owner := c.Name
	if owner == "" {
		owner = "Navn er beskyttet"
	}
	switch c.CPR {
	case mitidtest.NoDigitalPost().CPR:
		assert.Contains(w.t, w.see(), "Du er fritaget for digital post.")
		return
	case mitidtest.NotInRegister().CPR:
		assert.Contains(w.t, w.see(), "Du har ingen digital postkasse")
		return
	}
	assert.Contains(w.t, w.see(), "Brevet ligger i din e-Boks.")
	w.click("[data-testid=mailbox]", "[data-testid=letters]")
	assert.Contains(w.t, w.see(), "Indbakke: "+owner)
	assert.Contains(w.t, w.see(), "Kvittering fra Ærøpanelet")
	letters := 2 // that about the other card waited for the number
	if first {
		letters = 1
	}
	assert.Equal(w.t, letters, ask(w, chromedp.Evaluate[int]("document.querySelectorAll('[data-testid=letter]').length")))
}

// TestSomebodyWhoActsForACompany answers for the company on the card that asks for
// no number, and is told on the other one to come as themself.
func TestSomebodyWhoActsForACompany(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	for _, d := range some(1, brokersToLookAt()...) {
		t.Run(d, func(t *testing.T) {
			t.Parallel()
			h := newHouseOn(t, d, func(c *web.Config) {
				c.Identity = claims.CapacityEither
				c.Assignments, _ = web.ParseAssignments(businessAssignments)
			})
			w := h.window(t, browser, "business", desktop)
			walked := false
			for i, c := range h.fake.Citizens() {
				if len(c.Companies) == 0 {
					continue
				}
				if walked && (!toolstest.Long() || d != "criipto") {
					break // they differ by what they are, and not by the broker
				}
				walked = true
				for _, q := range survey.Catalogue() {
					w.do(stranger)
					w.visit("/")
					w.click(cardOf(&q), brokerPage)
					w.choosePerson(i)
					w.click(brokerPage, "[data-testid=company-none]")
					w.do(realbrowser.Click("[data-testid=company-" + c.Companies[0].CVR + "]"))
					w.click("[data-testid=continue]", anyPage)
					w.giveNumber()
					if q.CPR && w.shows(refusal) {
						assert.Contains(t, w.see(), "Handlede du for en organisation, så prøv igen, og vælg dig selv.", c.Name)
						continue
					}
					require.True(t, w.shows(formPage), w.see())
					w.answer(&q)
					assert.False(t, w.shows("[data-testid=letter]"), "what is answered for a company goes into nobody's own mailbox")
				}
			}
		})
	}
}

// TestALoginInAnotherTabSavesTheForm: a form that comes after the session ended.
func TestALoginInAnotherTabSavesTheForm(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	h := newHouse(t)
	w := h.window(t, browser, "questionnaire-da-ended", desktop)
	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w.visit("/login?return=" + everydayPath)
	w.choose("mood", "3", "sleep", "7to8")
	h.fake.Advance(3 * time.Hour)
	w.click("[data-testid=hand]", refusal)
	assert.Contains(t, w.see(), "Dine svar er ikke sendt.")
	require.True(t, w.shows("form[target=_blank] .mitid-button"))

	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	logins := h.fake.Count("/oauth2/token")
	w.do(realbrowser.Click("form[target=_blank] .mitid-button"))
	require.Eventually(t, func() bool {
		return h.fake.Count("/oauth2/token") > logins && strings.Contains(h.logs.String(), "GET "+backAgainPath)
	},
		patience, 50*time.Millisecond)
	w.click("[data-testid=resend]", donePage)
	w.click("[data-testid=see-record]", ".history")
	assert.Contains(t, w.see(), "3 (1 = Meget dårligt")
}

func cardOf(q *survey.Questionnaire) string { return "[data-testid=card-" + q.Slug + "] a" }

func (w *window) choosePerson(i int) {
	w.t.Helper()
	w.do(realbrowser.Click(fmt.Sprintf("[data-testid=citizen-%d]", i)))
}

// giveNumber types the number where the broker asks for it. Whoever has none goes
// on without, or, where that is no choice, cancels.
func (w *window) giveNumber() {
	w.t.Helper()
	if !w.shows("[data-testid=cpr]") {
		return
	}
	switch {
	case w.shows("[data-testid=cpr-own]"):
		w.write("cpr", ask(w, chromedp.Evaluate[string]("document.querySelector('[data-testid=cpr-own]').textContent")))
		w.click("[data-testid=continue]", afterThat)
	case w.shows("[data-testid=skip]"):
		w.click("[data-testid=skip]", afterThat)
	default:
		w.click("[data-testid=cancel]", afterThat)
	}
}

// answer fills in the first form at once and hands it in. TestStoryInABrowser clicks
// and types like a person.
func (w *window) answer(q *survey.Questionnaire) {
	w.t.Helper()
	w.do(chromedp.WaitVisible(chromedp.CSS("[data-testid=hand]"))) // a busy machine shows the form before its end has come
	var script strings.Builder
	for _, question := range q.First.Questions {
		switch question.Kind {
		case survey.Scale:
			fmt.Fprintf(&script, "document.querySelector('input[name=%s][value=\"3\"]').click();", question.ID)
		case survey.Choice:
			fmt.Fprintf(&script, "document.querySelector('input[name=%s]').click();", question.ID)
		case survey.FreeText:
			fmt.Fprintf(&script, "document.querySelector('#%s').value = 'På Ærø går det godt.';", question.ID)
		}
	}
	w.do(chromedp.Evaluate[chromedp.Void](script.String()))
	w.click("[data-testid=hand]", donePage)
}

// shows reports whether the page has what sel names.
func (w *window) shows(sel string) bool {
	w.t.Helper()
	return ask(w, chromedp.Evaluate[bool](fmt.Sprintf("document.querySelector(%q) !== null", sel)))
}
