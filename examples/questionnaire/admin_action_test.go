package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// saveAction makes an action and returns its page.
func (b *browser) saveAction(form url.Values) shown {
	b.h.t.Helper()
	return b.post(newID(b.h.t, b.get("/admin/actions/new"), "actions"), form)
}

func TestActionIsChecked(t *testing.T) {
	t.Parallel()
	h := newSignHouse(t)
	b := h.administrator("da")
	good := url.Values{"questionnaire": {"helbred"}, "status": {"answered"}, "kind": {"letter"}, "to": {"field"}, "template": {"receipt"}}
	for name, c := range map[string]struct{ field, value, says string }{
		"no questionnaire": {"questionnaire", "none", "Vælg et svar"},
		"a draft":          {"status", "draft", "Vælg et svar"},
		"no kind":          {"kind", "none", "Vælg et svar"},
		"no template":      {"template", "none", "Vælg en skabelon for et brev"},
		"a document":       {"template", "agreement-aftale", "Vælg en skabelon for et brev"},
		"an invitation":    {"template", "invitation", "Vælg en skabelon for et brev"},
		"no number":        {"to", "typed", "Indtast CPR-nummeret"},
	} {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form.Set(c.field, c.value)
		p := b.saveAction(form)
		assert.Equal(t, http.StatusUnprocessableEntity, p.status, name)
		assert.Contains(t, p.body, c.says, name)
	}
	for number, says := range map[string]string{"1": "Det er ikke et CPR-nummer", cprtest.Replacement(1).Reveal(): "Det er et erstatningsnummer"} {
		p := b.saveAction(url.Values{"questionnaire": {"helbred"}, "status": {"answered"}, "kind": {"letter"}, "to": {"typed"}, "number": {number}, "template": {"receipt"}})
		assert.Contains(t, p.body, says)
		assert.Contains(t, p.body, `name="number" value=""`, "what was typed is not repeated")
	}
	sign := url.Values{"questionnaire": {"aftale"}, "status": {"answered"}, "kind": {"sign"}, "template": {"agreement-aftale"}}
	assert.Contains(t, b.saveAction(sign).body, "En anden handling beder allerede om underskrift")
	at := newID(t, b.get("/admin/actions/new"), "actions")
	b.post("/admin/actions/aftale-answered/turn", url.Values{"on": {"0"}})
	assert.Equal(t, http.StatusOK, b.post(at, sign).status, "the other one is off")
	second := b.post("/admin/actions/aftale-answered/turn", url.Values{"on": {"1"}})
	assert.Equal(t, http.StatusConflict, second.status)
	assert.Contains(t, second.body, "En anden handling beder allerede om underskrift")
	both := url.Values{"questionnaire": {"helbred"}, "status": {"answered"}, "kind": {"letter"}, "to": {"field"}, "number": {"2712589100"}, "template": {"receipt"}}
	assert.Contains(t, b.saveAction(both).body, "Du har tastet et nummer, men valgt personens CPR-felt")
	sign.Set("status", "signed")
	assert.Contains(t, b.saveAction(sign).body, "Om underskrift kan der kun bedes")
}

// TestActionsNotify is seed 000: a status action with a notification, to the CPR field and to
// a number that was typed in. A letter that was sent keeps its text.
func TestActionsNotify(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.administrator("da")
	at := newID(t, admin.get("/admin/templates/new"), "templates")
	require.Equal(t, http.StatusOK, admin.post(at, letterTemplate("letter")).status)
	template := strings.TrimPrefix(at, "/admin/templates/")
	caseworker := mitidtest.ChipUser()
	saved := admin.saveAction(url.Values{"questionnaire": {"helbred"}, "status": {"answered"}, "kind": {"letter"}, "to": {"typed"}, "number": {caseworker.CPR.Reveal()}, "template": {template}})
	require.Equal(t, http.StatusOK, saved.status, saved.body)
	assert.Contains(t, saved.body, "Handlingen er gemt")
	list := admin.get("/admin/actions").body
	assert.Contains(t, list, "Indtastet nummer ••••••-••••")
	assert.NotContains(t, digits(list+saved.body), caseworker.CPR.Reveal())

	who := mitidtest.Paiman()
	b := h.browser("da")
	b.get("/login/cpr?return="+healthPath, mitidtest.Approve(who))
	record := strings.TrimSuffix(b.post(healthPath, healthAnswers()).path, "/done")
	h.deliver(0)
	h.deliver(10 * time.Minute)
	require.Len(t, h.post.Letters(eboks.Person(who.CPR)), 1)
	letters := h.post.Letters(eboks.Person(caseworker.CPR))
	require.Len(t, letters, 1)
	assert.Equal(t, "Nyt svar på Ærø", letters[0].Title)
	text := pdfText(t, letters[0].Documents[0].Content())
	assert.Contains(t, text, "Paiman Petersen har svaret »Noget af den« på Helbred og hjælp.")
	assert.Contains(t, text, "Kortere ventetid på hjælpemidler")
	assert.Equal(t, 1, strings.Count(b.get("/letters").body, `data-testid="letter-state"`), "the caseworker's letter is not the person's")

	seen := admin.get("/admin" + record).body
	assert.Contains(t, seen, "Paiman Petersen")
	assert.Contains(t, seen, "af personen")
	assert.Contains(t, seen, "Til sagsbehandleren, 1")
	assert.Contains(t, seen, "et indtastet CPR-nummer")
	assert.NotContains(t, seen, "Kortere ventetid", "the answers are not shown here")

	// What is turned off does not happen, and the order can be changed.
	admin.post("/admin/actions/"+strings.TrimPrefix(saved.path, "/admin/actions/")+"/turn", url.Values{"on": {"0"}})
	admin.post("/admin/actions/hverdag-answered/turn", url.Values{"on": {"0"}})
	other := h.browser("da")
	other.get("/login?return="+everydayPath, mitidtest.Approve(mitidtest.Ditlev()))
	done := other.post(everydayPath, everydayAnswers())
	assert.NotContains(t, done.body, `data-testid="letter-state"`)
	admin.post(saved.path+"/raise", nil)
	all, err := h.store.ActionsAt(t.Context(), "helbred", "answered")
	require.NoError(t, err)
	assert.Len(t, all, 1)
	assert.Contains(t, admin.get("/admin").body, "Slog en handling fra")
}

// TestActionWithoutANumberIsParked: an empty CPR field is visible, and so is a replacement
// number; nothing ever goes to a wrong box.
func TestActionWithoutANumberIsParked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.administrator("da")
	b := h.browser("da")
	b.get("/login?return="+everydayPath, mitidtest.Approve(mitidtest.Ditlev()))
	b.post(everydayPath, everydayAnswers())
	assert.Contains(t, admin.get("/admin").body, "<strong>1</strong> Breve, der venter på et CPR-nummer")
	list := admin.get("/admin/letters").body
	assert.Contains(t, list, "Venter på CPR-nummer")
	waiting := adminLetterIn(t, list)
	assert.Contains(t, admin.get(waiting).body, "sendes af sig selv, når personen giver nummeret videre")

	// Giving up needs a reason, which is kept, and is no CPR number.
	assert.Contains(t, admin.post(waiting, url.Values{"do": {"give up"}}).body, "Skriv en begrundelse.")
	assert.Contains(t, admin.post(waiting, url.Values{"do": {"give up"}, "reason": {"210127-0087"}}).body, "ligner et CPR-nummer")
	given := admin.post(waiting, url.Values{"do": {"give up"}, "reason": {"Personen flyttede til Ærø"}})
	assert.Contains(t, given.body, "Opgivet")
	assert.Contains(t, given.body, "Personen flyttede til Ærø")
	assert.Contains(t, given.body, "Åse Ærlig Østergård")
	assert.Equal(t, http.StatusConflict, admin.post(waiting, url.Values{"do": {"give up"}, "reason": {"igen"}}).status)
	assert.Contains(t, admin.get("/admin").body, "<strong>0</strong> Breve, der venter på et CPR-nummer")
	b.get("/confirm/cpr?return=/letters", mitidtest.Approve(mitidtest.Ditlev()))
	h.deliver(0)
	h.deliver(10 * time.Minute)
	assert.Empty(t, h.post.Letters(eboks.Person(mitidtest.Ditlev().CPR)), "it was given up")

	// A replacement number has no mailbox.
	odd := mitidtest.Citizen{Name: "Ægir Erstatning", CPR: cprtest.Replacement(7)}
	c := h.browser("da")
	c.get("/login/cpr?return="+healthPath, mitidtest.Approve(odd))
	c.post(healthPath, healthAnswers())
	parked := adminLetterIn(t, admin.get("/admin/letters").body)
	page := admin.get(parked)
	assert.Contains(t, page.body, "erstatningsnummer")
	again := admin.post(parked, url.Values{"do": {"retry"}, "reason": {"Nyt nummer"}})
	assert.Contains(t, again.body, "erstatningsnummer", "the number is still the same")
	assert.Contains(t, again.body, "Skrev et brev igen")
}

var adminLetterHref = regexp.MustCompile(`href="(/admin/letters/[0-9a-f-]{36})"`)

func adminLetterIn(t testing.TB, page string) string {
	t.Helper()
	m := adminLetterHref.FindStringSubmatch(page)
	require.NotNil(t, m, page)
	return m[1]
}

// TestParkedLetterIsSentAgain: a letter that the distributor refused for good waits for an
// administrator.
func TestParkedLetterIsSentAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.administrator("en")
	require.NoError(t, h.post.Next("400"))
	who := mitidtest.Paiman()
	b := h.browser("da")
	b.get("/login/cpr?return="+healthPath, mitidtest.Approve(who))
	b.post(healthPath, healthAnswers())
	h.deliver(0)
	require.Zero(t, h.post.Total())
	assert.Contains(t, admin.get("/admin").body, "<strong>1</strong> Letters that need a decision")
	at := adminLetterIn(t, admin.get("/admin/letters").body)
	page := admin.get(at)
	assert.Contains(t, page.body, "Mend the cause and send it again")
	assert.NotContains(t, digits(page.body), who.CPR.Reveal())
	released := admin.post(at, url.Values{"do": {"release"}, "reason": {"The distributor mended it"}})
	assert.Contains(t, released.body, "Sent a letter again")
	h.fake.Advance(time.Minute)
	h.deliver(0)
	h.deliver(10 * time.Minute)
	assert.Len(t, h.post.Letters(eboks.Person(who.CPR)), 1)
	assert.Equal(t, http.StatusConflict, admin.post(at, url.Values{"do": {"release"}, "reason": {"once more"}}).status, "it arrived; there is nothing to decide")
}
