package survey

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
)

func rules() TemplateRules {
	return TemplateRules{Questionnaires: append(Catalogue(), Agreements()...), Title: 50, Writable: func(string) bool { return true }}
}

func TestDefaultTemplatesKeepTheRules(t *testing.T) {
	names, templates := map[string]bool{}, map[string]Template{}
	for _, one := range DefaultTemplates() {
		assert.Empty(t, one.Check(rules()), one.ID)
		assert.False(t, names[one.Name], one.Name)
		names[one.Name], templates[one.ID] = true, one
	}
	for _, a := range DefaultActions() {
		one, ok := templates[a.Template]
		require.True(t, ok, a.ID)
		assert.Equal(t, a.Kind == AskSignature, one.Kind == DocumentTemplate, a.ID)
		assert.False(t, a.Kind == AskSignature && !a.Status.MayAskSignature(), a.ID)
	}
}

func TestFillWritesTheFields(t *testing.T) {
	q := Health()
	facts := Facts{At: time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC), Name: "Åse Ærlig", Q: &q, Status: StatusFollowedUp, Answers: map[Stage]Answers{
		StageFirst: {"pain": {"5"}, "help": {"partly"}, "trouble": {"stairs", "night"}}, StageFollowUp: {"pain": {"1"}},
	}}
	template := Template{Kind: LetterTemplate, Body: Text{DA: "Kære {{ name }}\r\n{{date}}\n\n{{questionnaire}}: {{status}}\n\n{{answers}}\n\n{{answer:help}}, {{answer:trouble}}, {{answer:pain}}, {{answer:wish}}", EN: "x"}}
	assert.Equal(t, []Paragraph{
		{Text: "Kære Åse Ærlig\n12. marts 2026"}, {Text: "Helbred og hjælp: Fulgt op"}, {Answers: true},
		{Text: "Noget af den, At gå på trapper, At falde i søvn, 1 (1 = Slet ikke, 5 = Hele tiden), Ikke besvaret"},
	}, template.Fill(Danish, facts))
	facts.Name = ""
	assert.Contains(t, template.Fill(Danish, facts)[0].Text, "Kære borger", "a protected name leaves no hole")
	letter := template.Letter(Danish, facts)
	require.Len(t, letter.Lines, 2, "the answers are those of the newest form")

	// What somebody answered is not read as a field.
	facts.Answers[StageFirst]["wish"] = []string{"{{name}} {{answers}}"}
	assert.Contains(t, template.Fill(Danish, facts)[3].Text, "{{name}} {{answers}}")
}

func TestLettersOfEarlierVersionsKeepTheirText(t *testing.T) {
	old := `{"Lang":"da","Title":"Kvittering fra Ærøpanelet","At":"2026-03-12T11:00:00Z","Name":"Åse","Subject":"Helbred og hjælp","Again":true,"Sign":false,"Lines":[{"Question":"Hvad?","Values":["Rødgrød"]}]}`
	c, err := ReadLetterContent([]byte(old))
	require.NoError(t, err)
	assert.Equal(t, []Paragraph{{Text: "Vi har modtaget din opfølgning på »Helbred og hjælp«. Tak for den. Her er, hvad du svarede:"}, {Answers: true}}, c.Body)
	a, err := ReadAgreementContent([]byte(`{"Letter":` + old + `,"Title":"Aftale","Lead":"Mellem os.","Terms":["Gratis."]}`))
	require.NoError(t, err)
	assert.Equal(t, []Paragraph{{Text: "Mellem os."}, {Answers: true}, {Text: "Vilkår"}, {Text: "– Gratis."}}, a.Paragraphs())
}

// FuzzTemplate: what Check lets through has no field that stays open.
func FuzzTemplate(f *testing.F) {
	f.Add("Kære {{name}}\n\n{{answers}}\n{{answer:help}}", byte(0))
	f.Add("{{{name}}} {{answer:}} }}{{", byte(1))
	f.Add("{{date}} æøå {{ questionnaire }}", byte(2))
	q := Health()
	f.Fuzz(func(t *testing.T, body string, kind byte) {
		template := Template{Kind: TemplateKinds()[int(kind)%3], Name: "x", Title: Text{"x", "x"}, Body: Text{body, "x"}}
		problems := template.Check(rules())
		filled := template.Fill(Danish, Facts{Q: &q, Name: "Åse", Answers: map[Stage]Answers{}})
		if len(problems) > 0 {
			return
		}
		for _, p := range filled {
			require.False(t, strings.ContainsAny(p.Text, "{}"), p.Text)
		}
	})
}

// TestManyDigits: a CPR number is found however people and their word processors write it.
func TestManyDigits(t *testing.T) {
	n := cprtest.Number(1).Reveal()
	day, month, year, rest := n[:2], n[2:4], n[4:6], n[6:]
	for _, s := range []string{
		n, day + month + year + "-" + rest, day + month + year + " - " + rest, day + " " + month + " " + year + " " + rest,
		day + month + year + "–" + rest, day + month + year + "\u2011" + rest, day + month + year + "\u00a0" + rest, day + month + year + "\u2009–\u2009" + rest,
		day + "." + month + "." + year + "-" + rest, day + "/" + month + "/" + year + "-" + rest, day + month + year + "/" + rest,
		day + month + year + "_" + rest, day + month + year + ":" + rest, day + month + year + "\u200b" + rest, day + month + year + "−" + rest,
		"om " + day + month + year + "–" + rest + " på Ærø",
	} {
		assert.True(t, ManyDigits(s), "%q", strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return '0'
			}
			return r
		}, s))
	}
	for _, s := range []string{"", "Åse", "sag 2026-12345a6", "fra 1. marts 2026, 12 breve", "12345678, CVR 12", "tlf. 12 34 56 78"} {
		assert.False(t, ManyDigits(s), s)
	}
}
