package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnansweredQuestionKeepsTheAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	given := everydayAnswers()
	given.Del("mood")
	p := b.post(everydayPath, given)
	assert.Equal(t, http.StatusUnprocessableEntity, p.status)
	assert.Contains(t, p.body, "Vælg et tal fra 1 til 5.")
	assert.Contains(t, p.body, `<title>Tjek dine svar · Trivsel i hverdagen`)
	assert.Contains(t, p.body, `href="#mood"`)
	assert.Contains(t, p.body, `value="7to8" checked`)
	assert.Contains(t, p.body, `value="music" checked`)
	assert.Contains(t, p.body, ">Rødgrød på Ærø</textarea>")
	assert.Contains(t, b.get("/answers").body, "Du har ikke svaret på noget endnu.", "nothing was handed in")
}

func TestDraftIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	saved := b.post(everydayPath, url.Values{"joy": {"Æbler, ører og ål"}, "action": {"draft"}})
	assert.Equal(t, everydayPath, saved.path)
	assert.Contains(t, saved.body, "Din kladde er gemt.")
	assert.Contains(t, b.get("/").body, "Fortsæt")

	// Another day, another computer.
	later := h.browser("en")
	form := later.get(everydayPath, mitidtest.Approve(mitidtest.Ditlev()))
	assert.Contains(t, form.body, "Æbler, ører og ål")
	assert.Contains(t, later.post(everydayPath, everydayAnswers()).body, "Thank you for your answers")
}

func TestSwitchingTheLanguageOfAFormKeepsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	p := b.post(everydayPath, url.Values{"sleep": {"5to6"}, "action": {"lang-en"}})
	assert.Equal(t, everydayPath, p.path)
	assert.Contains(t, p.body, "Wellbeing in everyday life")
	assert.Contains(t, p.body, `value="5to6" checked`)
}

func TestWhatNoFormOfOursSends(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("en")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	for name, change := range map[string]func(url.Values){
		"a number off the scale":      func(v url.Values) { v.Set("mood", "6") },
		"two numbers":                 func(v url.Values) { v["mood"] = []string{"1", "2"} },
		"an option that is not there": func(v url.Values) { v.Set("sleep", "all day") },
		"an option twice":             func(v url.Values) { v["breaks"] = []string{"music", "music"} },
		"control characters":          func(v url.Values) { v.Set("joy", "rød\x00grød") },
		"no UTF-8":                    func(v url.Values) { v.Set("joy", "r\xf8dgr\xf8d") },
		"two texts":                   func(v url.Values) { v["joy"] = []string{"a", "b"} },
		"too long a text":             func(v url.Values) { v.Set("joy", strings.Repeat("ø", survey.MaxFreeText+1)) },
	} {
		t.Run(name, func(t *testing.T) {
			given := everydayAnswers()
			change(given)
			p := b.post(everydayPath, given)
			assert.Equal(t, http.StatusUnprocessableEntity, p.status)
			assert.Contains(t, p.body, `data-testid="errors"`)
		})
	}
	given := everydayAnswers()
	given.Set("unknown", "is ignored")
	given.Set("joy", strings.Repeat("ø", survey.MaxFreeText))
	assert.Contains(t, b.post(everydayPath, given).body, "Thank you")
}

func TestMarkupInAnAnswerStaysText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("en")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	given := everydayAnswers()
	given.Set("joy", `</textarea><script>alert("æøå")</script>`)
	record := strings.TrimSuffix(b.post(everydayPath, given).path, "/done")
	p := b.get(record) // checkPage looks for scripts
	assert.Contains(t, p.body, "&lt;script&gt;")
}

func TestFormAfterTheSessionEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	p := b.post(everydayPath, everydayAnswers())
	require.Equal(t, http.StatusUnauthorized, p.status)
	assert.Contains(t, p.body, "Dine svar er ikke sendt.")
	assert.Contains(t, p.body, "Log ind med MitID")
	assert.Contains(t, p.body, `action="/login" target="_blank"`, "what was typed stays in this tab")
	assert.Contains(t, p.body, `name="joy" value="Rødgrød på Ærø"`, "and can be sent once more")
	assert.Contains(t, b.get("/login?return="+backAgainPath, mitidtest.Approve(mitidtest.Ditlev())).body, "Du er logget ind igen")
}

func TestSessionWithoutAnAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	_, err := h.sql.ExecContext(t.Context(), "DELETE FROM account")
	require.NoError(t, err)
	p := b.get("/profile", mitidtest.Approve(mitidtest.Ditlev()))
	assert.Equal(t, "/profile", p.path, "a new login made the account anew")
	assert.Contains(t, p.body, "Ditlev Von Testesen")
}
