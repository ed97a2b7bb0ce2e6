package main

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func letterTemplate(kind string) url.Values {
	return url.Values{"kind": {kind}, "version": {"0"}, "name": {"Til sagsbehandleren"}, "title_da": {"Nyt svar på Ærø"}, "body_da": {"{{name}} har svaret »{{answer:help}}« på {{questionnaire}}.\n\n{{answers}}"},
		"title_en": {"A new answer"}, "body_en": {"{{name}} answered “{{answer:help}}” to {{questionnaire}}."}}
}

func TestTemplateIsCheckedWhenItIsSaved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.administrator("da")
	at := newID(t, b.get("/admin/templates/new"), "templates")
	for name, c := range map[string]struct{ field, value, says string }{
		"unknown field":        {"body_da", "Hej\n  {{nme}} og", "{{nme}} findes ikke her (linje 2, tegn 3)"},
		"question of nobody":   {"body_en", "{{answer:shoes}}", "intet skema har det spørgsmål (linje 1, tegn 1)"},
		"answer of nothing":    {"body_en", "{{answer}}", "findes ikke her"},
		"answers in a line":    {"body_da", "Her: {{answers}}", "skal stå alene på en linje (linje 1)"},
		"open braces":          {"body_da", "æ {{name", "Tuborgklammer, der ikke er et felt (linje 1, tegn 3)"},
		"long title":           {"title_da", strings.Repeat("æ", 256), "distributøren tager højst"},
		"field in the title":   {"title_en", "To {{name}}", "En titel har ingen felter"},
		"number in the title":  {"title_en", "210127-0087", "Titlen ligner et CPR-nummer"},
		"character in a title": {"title_da", "李", "har et tegn, som et brev ikke kan vise"},
		"character":            {"body_da", "ok\n😀", "Linje 2 har et tegn"},
		"nothing":              {"body_en", "  ", "Her mangler tekst"},
		"many paragraphs":      {"body_da", strings.Repeat("æ\n\n", 201), "der er plads til 200"},
		"long text":            {"body_da", strings.Repeat("æ", 10_001), "der er plads til 10000 tegn"},
		"no name":              {"name", "", "Giv den et navn"},
	} {
		form := letterTemplate("letter")
		form.Set(c.field, c.value)
		p := b.post(at, form)
		assert.Equal(t, http.StatusUnprocessableEntity, p.status, name)
		assert.Contains(t, html.UnescapeString(p.body), c.says, name)
		form.Set("preview", "da")
		assert.Equal(t, http.StatusUnprocessableEntity, b.post(at, form).status, "%s, shown", name)
	}
	invitation := letterTemplate("invitation")
	assert.Contains(t, html.UnescapeString(b.post(at, invitation).body), "{{name}} findes ikke her", "of an invitee nothing is known")
	assert.Equal(t, http.StatusNotFound, b.post(at, url.Values{"kind": {"other"}}).status)
	assert.Equal(t, http.StatusNotFound, b.post("/admin/templates/mine", letterTemplate("letter")).status, "an ID that no form of ours brought")

	form := letterTemplate("letter")
	form.Set("preview", "da")
	pdf := b.post(at, form)
	assert.Equal(t, "application/pdf", pdf.header.Get("Content-Type"))
	assert.Contains(t, pdfText(t, []byte(pdf.body)), "Ærlig Åse Østergård har svaret »Ja« på Helbred og hjælp.")
	assert.NotContains(t, b.get("/admin/templates").body, "Til sagsbehandleren", "showing it saves nothing")
}

func TestTemplateHasVersions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.administrator("da")
	at := newID(t, b.get("/admin/templates/new"), "templates")
	saved := b.post(at, letterTemplate("letter"))
	assert.Contains(t, saved.body, "Skabelonen er gemt")
	assert.Contains(t, b.post(at, letterTemplate("letter")).body, "Skabelonen er gemt", "the form came twice")
	second := letterTemplate("letter")
	second.Set("version", "1")
	second.Set("body_da", "Noget andet på Ærø: {{date}}")
	page := b.post(at, second)
	assert.Contains(t, page.body, "Udgave 2")
	assert.Contains(t, page.body, "Gemte en skabelon")
	assert.Contains(t, pdfText(t, []byte(b.get(at+"?preview=da&version=1").body)), "har svaret", "the first version is still there")
	assert.Contains(t, pdfText(t, []byte(b.get(at+"?preview=da").body)), "Noget andet på Ærø: 12. marts 2026")
	// It cannot name a question where it is used already.
	receipt := letterTemplate("letter")
	receipt.Set("version", "1")
	p := b.post("/admin/templates/receipt", receipt)
	assert.Contains(t, html.UnescapeString(p.body), "{{answer:help}}: en handling bruger skabelonen til »Trivsel i hverdagen«")
	third := letterTemplate("letter")
	third.Set("version", "1")
	third.Set("body_da", "Fra en gammel fane")
	p = b.post(at, third)
	assert.Equal(t, http.StatusConflict, p.status)
	assert.Contains(t, p.body, "En anden har gemt den imens")
	assert.Contains(t, p.body, "Fra en gammel fane", "nothing that was typed is lost")
}

// TestTemplateIsKeptWhenTheSessionEnds: nothing that was typed is lost.
func TestTemplateIsKeptWhenTheSessionEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at := newID(t, h.administrator("da").get("/admin/templates/new"), "templates")
	b := h.browser("da")
	p := b.post(at, letterTemplate("letter"))
	assert.Equal(t, http.StatusForbidden, p.status)
	assert.Contains(t, p.body, "Send teksten igen")
	kept := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(p.body, -1) {
		kept.Set(m[1], html.UnescapeString(m[2]))
	}
	b.get("/admin/login?return=/admin", demoAdmin())
	assert.Contains(t, b.post(at, kept).body, "Skabelonen er gemt")

	// A form that may hold a CPR number is not shown to whoever sits there now.
	p = h.browser("da").post("/admin/invitations", invitation("hverdag", mitidtest.Paiman().CPR.Reveal()))
	assert.Equal(t, http.StatusForbidden, p.status)
	assert.NotContains(t, p.body, mitidtest.Paiman().CPR.Reveal())
}
