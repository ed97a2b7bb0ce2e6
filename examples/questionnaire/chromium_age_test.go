//go:build !race

package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// TestAgeInABrowser lets an adult, somebody without a known birth date, and somebody
// of seventeen click. If the browser walks everywhere, axe-core looks at every page.
func TestAgeInABrowser(t *testing.T) {
	t.Parallel()
	axe := ""
	if toolstest.Long() {
		axe = axeSource(t)
	}
	browser := chromium(t)
	for _, d := range some(1, "criipto", "neb") {
		for _, l := range some(1, survey.Danish, survey.English) {
			t.Run(d+"/"+string(l), func(t *testing.T) {
				t.Parallel()
				h := newHouseOn(t, d)
				name := "questionnaire-" + string(l)
				if d != "criipto" {
					name += "-" + d
				}
				w := h.window(t, browser, name, desktop)
				w.axe = axe
				said := func(key string) string {
					s, err := survey.TextOf(l, key)
					assert.NoError(t, err)
					return s
				}
				w.visit("/")
				if l == survey.English {
					w.click(".language a", "html[lang=en] main")
				}
				w.click("[data-testid=card-age] a", brokerPage)
				for i, c := range []struct {
					person int
					answer string
				}{{0, "yes"}, {4, "unproven"}, {len(mitidtest.Citizens()), "no"}} {
					if i == 0 {
						w.picture("age-broker")
					} else {
						w.axe = "" // the same page again
						w.click("[data-testid=ask-age]", brokerPage)
						w.axe = axe
					}
					w.choosePerson(c.person)
					w.click(brokerPage, "[data-testid=age-"+c.answer+"]")
					assert.Contains(t, w.see(), said("age."+c.answer+".title"))
					w.picture("age-" + c.answer)
				}
				w.axe = ""
				w.click("[data-testid=ask-age]", brokerPage)
				w.axe = axe
				w.click("[data-testid=cancel]", refusal)
				assert.Contains(t, w.see(), said("age.cancelled"))
				assert.Zero(t, h.sessions())
				w.do(realbrowser.Click("main a[href='/']"), chromedp.WaitVisible(chromedp.CSS("[data-testid=card-age]")))
			})
		}
	}
}
