package post

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/internal/pdftext"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// wordsOf returns the words of a PDF.
func wordsOf(t testing.TB, pdf []byte) string {
	t.Helper()
	words, err := pdftext.Read(pdf)
	require.NoError(t, err)
	return words
}

func someLetter(l survey.Lang) survey.LetterContent {
	q := survey.Health()
	return survey.NewLetterContent(l, time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC), "Åse Łukasiewicz-Čapková Øst", &q, survey.StageFirst,
		survey.Answers{"pain": {"2"}, "help": {"partly"}, "trouble": {"stairs", "night"}, "wish": {"Rødgrød (med fløde) på Ærø \\ ÆØÅ"}})
}

func zone(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Copenhagen")
	require.NoError(t, err)
	return z
}

func TestLetterSaysWhatWasAnswered(t *testing.T) {
	id := eboks.NewID()
	for l, want := range map[survey.Lang][]string{
		survey.Danish:  {"Kvittering fra Ærøpanelet", "12. marts 2026", "»Helbred og hjælp«", "Får du den hjælp, du har brug for?", "Noget af den", "At gå på trapper", "At falde i søvn"},
		survey.English: {"Receipt from the Ærø Panel", "12 March 2026", "“Health and care”", "Do you get the help you need?", "Some of it", "Climbing stairs", "Falling asleep"},
	} {
		pdf, err := RenderLetter(someLetter(l), id, "https://svar.example/brev/abc", zone(t))
		require.NoError(t, err)
		assert.True(t, bytes.HasPrefix(pdf, []byte("%PDF-")))
		text := wordsOf(t, pdf)
		for _, w := range append(want, "Åse Łukasiewicz-Čapková Øst", "Rødgrød (med fløde) på Ærø \\ ÆØÅ", id.String()) {
			assert.Contains(t, text, w)
		}
		assert.Contains(t, string(pdf), "/URI (https://svar.example/brev/abc)")
		assert.Contains(t, string(pdf), "/Lang ("+string(l)+")")
		assert.NotContains(t, text, string(noLetter))
	}
}

func TestLetterIsTheSameByteForByte(t *testing.T) {
	id := eboks.NewID()
	first, err := RenderLetter(someLetter(survey.Danish), id, "https://svar.example/brev/abc", zone(t))
	require.NoError(t, err)
	for range 20 {
		again, err := RenderLetter(someLetter(survey.Danish), id, "https://svar.example/brev/abc", zone(t))
		require.NoError(t, err)
		require.True(t, bytes.Equal(first, again))
	}
	// What is stored of it gives the same again.
	raw, err := someLetter(survey.Danish).Encode()
	require.NoError(t, err)
	read, err := survey.ReadLetterContent(raw)
	require.NoError(t, err)
	again, err := RenderLetter(read, id, "https://svar.example/brev/abc", zone(t))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(first, again))

	other, err := RenderLetter(someLetter(survey.Danish), eboks.NewID(), "https://svar.example/brev/abc", zone(t))
	require.NoError(t, err)
	assert.False(t, bytes.Equal(first, other))
}

func TestLetterContentDoesNotPrint(t *testing.T) {
	c := someLetter(survey.Danish)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		assert.Equal(t, "LetterContent{…}", fmt.Sprintf(verb, c))
		assert.NotContains(t, fmt.Sprintf(verb, struct{ C *survey.LetterContent }{&c}), "Åse")
	}
}

func TestLetterWithAnyLetters(t *testing.T) {
	c := someLetter(survey.Danish)
	c.Name = "Nguyễn Thị 😀 李 Ж Ω"
	c.Lines = append(c.Lines, survey.ContentLine{Question: "Fri tekst", Values: []string{"A\u030a e\u0301 \u200b\u202eא\tx {nb}\nlinje"}}, survey.ContentLine{Question: "Intet", Values: nil})
	pdf, err := RenderLetter(c, eboks.NewID(), "", zone(t))
	require.NoError(t, err)
	text := wordsOf(t, pdf)
	assert.Contains(t, text, "Nguyễn Thị □ □ Ж Ω")
	assert.Contains(t, text, "Å é □ x {nb} \nlinje")
	assert.Contains(t, text, "Ikke besvaret")
	assert.NotContains(t, string(pdf), "/URI")
}

func TestLongLetterHasSeveralPages(t *testing.T) {
	c := someLetter(survey.English)
	for range 8 {
		c.Lines = append(c.Lines, survey.ContentLine{Question: "Why?", Values: []string{strings.Repeat("ærlig talt ", 180)}})
	}
	pdf, err := RenderLetter(c, eboks.NewID(), "", zone(t))
	require.NoError(t, err)
	assert.GreaterOrEqual(t, bytes.Count(pdf, []byte("/Type /Page\n")), 3)
	assert.Contains(t, wordsOf(t, pdf), "Kind regards")
}

func FuzzLegible(f *testing.F) {
	f.Add("Åse 😀 Nguyễn \xff\x00")
	a, err := newAlphabet(goregular.TTF)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range a.legible(s) {
			require.True(t, r == '\n' || a.has(r), "%U", r)
		}
	})
}

func FuzzRenderLetter(f *testing.F) {
	f.Add("Åse", "Rødgrød\n\n() \\ 😀")
	f.Fuzz(func(t *testing.T, name, answer string) {
		c := someLetter(survey.Danish)
		c.Name, c.Lines = name, []survey.ContentLine{{Question: "Hvad?", Values: []string{answer}}}
		pdf, err := RenderLetter(c, eboks.ID{1}, "", time.UTC)
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(pdf, []byte("%PDF-")))
	})
}

func BenchmarkLetter(b *testing.B) {
	z := zone(b)
	for b.Loop() {
		if _, err := RenderLetter(someLetter(survey.Danish), eboks.ID{1}, "", z); err != nil {
			b.Fatal(err)
		}
	}
}
