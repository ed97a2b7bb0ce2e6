//go:build !race

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

const adminFront = "[data-testid=admin]"

// TestAdministratorInABrowser is the administrator's story from end to end: a template, a
// status action, an invitation by number; the person logs in by the link, answers, gets the
// agreement and signs; the record changes its status, and the administrator sees it.
func TestAdministratorInABrowser(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	type shape struct {
		l    survey.Lang
		name string
		size size
	}
	for _, v := range besideAxe(shape{survey.Danish, "", desktop}, shape{survey.English, "-phone", phone}) {
		t.Run(string(v.l)+v.name, func(t *testing.T) {
			t.Parallel()
			h := newSignHouse(t)
			adminStory(h, h.window(t, browser, "questionnaire-admin-"+string(v.l)+v.name, v.size), v.l)
		})
	}
}

// TestAxeFindsNothingOnAdministratorsPages walks the same pages, and those with something to
// mend.
func TestAxeFindsNothingOnAdministratorsPages(t *testing.T) {
	t.Parallel()
	walksAgain(t)
	axe := axeSource(t)
	browser := chromium(t)
	for _, l := range []survey.Lang{survey.Danish, survey.English} {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			h := newSignHouse(t)
			w := h.window(t, browser, "axe-admin-"+string(l), desktop)
			w.axe = axe
			adminStory(h, w, l)
		})
	}
}

func adminStory(h *signHouse, w *window, l survey.Lang) {
	said := func(key string, args ...any) string {
		s, err := survey.TextOf(l, key, args...)
		assert.NoError(w.t, err, key)
		return s
	}
	who := mitidtest.Paiman()
	w.visit("/admin")
	if l == survey.English {
		w.click(".language a", "html[lang=en] [data-testid=admin-login]")
	}
	w.picture("login")
	w.click("[data-testid=demo-admin]", adminFront)

	// A template, with a mistake first.
	w.click("nav a[href='/admin/templates']", "[data-testid=new-template]")
	w.picture("templates")
	w.click("[data-testid=new-template]", "[data-testid=template-form]")
	w.write("name", "Velkomst på Ærø")
	for _, lang := range []string{"da", "en"} {
		w.write("title_"+lang, "Velkommen til hjælpen")
		w.write("body_"+lang, "Kære {{name}}, {{nme}} aftalen »{{questionnaire}}« er underskrevet {{date}}. Du valgte: {{answer:tasks}}.")
	}
	w.click("[data-testid=save]", problems)
	w.do(chromedp.WaitVisible(chromedp.CSS(problems + ":focus")))
	assert.Contains(w.t, w.see(), "{{nme}}")
	w.picture("template-problem")
	for _, lang := range []string{"da", "en"} {
		w.do(chromedp.Evaluate[chromedp.Void]("document.querySelector('#body_" + lang + "').value = document.querySelector('#body_" + lang + "').value.replace('{{nme}} ', '')"))
	}
	w.click("[data-testid=save]", ".notice")
	assert.Contains(w.t, w.see(), said("template.saved"))
	w.picture("template")

	// A status action: when the agreement is signed, the person gets that letter.
	w.click("nav a[href='/admin/actions']", "[data-testid=new-action]")
	w.picture("actions")
	w.click("[data-testid=new-action]", "[data-testid=action-form]")
	w.pick("questionnaire", "aftale")
	w.pick("status", "signed")
	w.choose("kind", "letter", "to", "typed")
	w.write("number", "123")
	w.pickText("template", "Velkomst på Ærø")
	w.click("[data-testid=save]", problems)
	assert.Contains(w.t, w.see(), said("action.problem.number"))
	w.choose("to", "field")
	w.click("[data-testid=save]", ".notice")
	w.picture("action")

	// An invitation by number, in a list that is checked.
	w.click("nav a[href='/admin/invitations']", "[data-testid=new-invitation]")
	w.click("[data-testid=new-invitation]", "[data-testid=invite-form]")
	w.pick("questionnaire", "aftale")
	w.choose("lang", string(l))
	w.write("list", who.CPR.Reveal()+"\n123\n"+who.CPR.Reveal())
	w.picture("invite")
	w.click("[data-testid=check]", "[data-testid=findings]")
	assert.Contains(w.t, w.see(), said("invite.people", 1))
	assert.NotContains(w.t, digits(w.see()), who.CPR.Reveal())
	w.picture("checked")
	w.click("[data-testid=send]", "[data-testid=answered]")
	require.NoError(w.t, h.app.Inviter.Round(w.t.Context()))
	batch := strings.TrimPrefix(ask(w, chromedp.Location()), h.url)
	h.deliver(0)
	h.deliver(10 * time.Minute)

	// The person has never been here. The link in the letter leads through MitID to the form.
	person := h.window(w.t, chromium(w.t), w.name+"-person", desktop)
	h.fake.Next(mitidtest.Approve(who))
	person.do(chromedp.Navigate(h.url+h.linkIn(who)), chromedp.WaitVisible(chromedp.CSS(formPage)))
	person.choose("tasks", "shopping", "often", "weekly")
	person.click("[data-testid=hand]", donePage)
	h.clerk(0)
	h.deliver(0)
	h.deliver(10 * time.Minute)
	person.do(chromedp.Navigate(h.url+h.linkIn(who)), chromedp.WaitVisible(chromedp.CSS(agreementPage)))

	// The administrator sees that it waits, and reminds.
	w.visit(batch)
	assert.Contains(w.t, w.see(), said("invite.of", 1, 1))
	w.picture("invited")
	w.click("nav a[href='/admin/signatures']", ".list")
	w.picture("signatures")
	w.click(".list a", "[data-testid=remind]")
	w.picture("signature")
	w.click("[data-testid=remind]", "[data-testid=deeds]")

	// They sign, and the letter of the new action follows.
	toDocuments(person)
	person.do(realbrowser.Click(readTick))
	person.click(signButton, brokerPage)
	identify(person)
	person.click(brokerPage, "[data-testid=signed-file]")
	h.clerk(0)
	h.deliver(0)
	h.deliver(10 * time.Minute)
	letters := h.post.Letters(eboks.Person(who.CPR))
	newest := letters[len(letters)-1]
	assert.Equal(w.t, "Velkommen til hjælpen", newest.Title)
	assert.Contains(w.t, pdfText(w.t, newest.Documents[0].Content()), "Indkøb")

	w.click("nav a[href='/admin/records']", ".list")
	w.picture("records")
	w.click(".list a", "[data-testid=deeds]") // which stands last, so that all of the page is there
	seen := w.see()
	assert.Contains(w.t, seen, "Paiman Petersen")
	assert.Contains(w.t, seen, said("status.signed"))
	assert.Contains(w.t, seen, said("deed.remind"))
	assert.Contains(w.t, seen, "Velkomst på Ærø, 1")
	w.picture("record")
	w.click("nav a[href='/admin/letters']", ".list")
	w.picture("letters")
	w.click("[data-testid=letters] a", "[data-testid=trail]")
	w.picture("letter")

	// A letter that nobody can send, and what to do about it.
	h.fake.Advance(time.Minute)
	require.NoError(w.t, h.post.Next("400"))
	other := h.browser("da")
	other.get("/login/cpr?return="+healthPath, mitidtest.Approve(mitidtest.Ditlev()))
	other.post(healthPath, healthAnswers())
	h.deliver(0)
	w.visit("/admin/letters")
	w.click("[data-testid=parked] a", "[data-testid=decide]")
	w.picture("parked")
	w.click("[data-testid=give-up]", problems)
	w.write("reason", "Distributøren afviste det, vi ringer til Ærø")
	w.click("[data-testid=give-up]", "[data-testid=deeds]")
	assert.Contains(w.t, w.see(), said("admin.stand.given_up"))
	w.visit("/admin")
	w.picture("front")
	w.click("[data-testid=logout]", refusal)
}

// pick chooses an option of a list by its value.
func (w *window) pick(id, value string) {
	w.t.Helper()
	require.True(w.t, ask(w, chromedp.Evaluate[bool]("(() => { const e = document.querySelector('#"+id+"'); e.value = '"+value+"'; return e.value === '"+value+"'; })()")), value)
}

// pickText chooses an option of a list by what a person reads.
func (w *window) pickText(id, words string) {
	w.t.Helper()
	require.True(w.t, ask(w, chromedp.Evaluate[bool]("(() => { for (const o of document.querySelectorAll('#"+id+" option')) if (o.textContent === '"+words+"') o.selected = true; "+
		"return document.querySelector('#"+id+"').selectedOptions[0].textContent === '"+words+"'; })()")), words)
}

// TestAdministratorByKeyboardAlone turns an action off without a mouse.
func TestAdministratorByKeyboardAlone(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	h := newHouse(t)
	w := h.window(t, browser, "questionnaire-admin-da-keyboard", desktop)
	w.visit("/admin")
	w.tabTo("[data-testid=demo-admin]")
	w.press(kb.Enter, adminFront)
	w.tabTo("nav a[href='/admin/actions']")
	w.press(kb.Enter, "[data-testid=new-action]")
	w.tabTo("[data-testid=turn-helbred-answered]")
	w.press(kb.Enter, "")
	w.until("document.querySelector('[data-testid=turn-helbred-answered]').textContent.startsWith('Slå til')")
	w.tabTo("[data-testid=new-action]")
	w.press(kb.Enter, "[data-testid=action-form]")
	w.tabTo("#questionnaire")
	w.tabTo("[name=to]")
	w.press(kb.ArrowDown, "")
	w.tabTo("#number")
	w.press("123", "")
	w.press(kb.Enter, problems)
	w.do(chromedp.WaitVisible(chromedp.CSS(problems + ":focus")))
	w.tabTo(problems + " a[href='#number']")
}
