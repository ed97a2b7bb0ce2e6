package textletter_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/textletter"
	"github.com/dkeid/dkeid/internal/pdfscan"
)

type paragraphs = []textletter.Paragraph

func TestParse(t *testing.T) {
	for text, want := range map[string]textletter.Letter{
		"Titel på Ærø\n\nKære Åse": {Title: "Titel på Ærø", Paragraphs: paragraphs{{Text: "Kære Åse"}}},
		"Titel\nKære Åse":          {Title: "Titel", Paragraphs: paragraphs{{Text: "Kære Åse"}}},
		"\ufeff\n Titel \r\n\r\n\r\nKære Åse\r\nog Øst  \r\n\r\nHilsen\r\n": {Title: "Titel", Paragraphs: paragraphs{{Text: "Kære Åse\nog Øst"}, {Text: "Hilsen"}}},
		"T\n\nLæs her:\nhttps://svar.example/a\nFarvel\n\n\n": {
			Title: "T", Paragraphs: paragraphs{{Text: "Læs her:"}, {URL: "https://svar.example/a"}, {Text: "Farvel"}},
		},
		"T\n\n  https://svar.example/a \n":  {Title: "T", Paragraphs: paragraphs{{URL: "https://svar.example/a"}}},
		"T\n\nSe https://svar.example/a nu": {Title: "T", Paragraphs: paragraphs{{Text: "Se https://svar.example/a nu"}}},
		"T\n\nhttps://ærø.example/":         {Title: "T", Paragraphs: paragraphs{{Text: "https://ærø.example/"}}},
		"T\n\nhttp://svar.example/":         {Title: "T", Paragraphs: paragraphs{{Text: "http://svar.example/"}}},
		"T\n\n- æ\n  - ø":                   {Title: "T", Paragraphs: paragraphs{{Text: "- æ\n  - ø"}}},
	} {
		got, err := textletter.Parse(strings.NewReader(text))
		require.NoError(t, err, "%q", text)
		assert.Equal(t, want, got, "%q", text)
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "must have a title and a paragraph",
		" \n\n ":                               "must have a title and a paragraph",
		"Kun titel på Ærø\n":                   "must have a title and a paragraph",
		"T\n\nR\xf8d":                          "the text is not UTF-8",
		"T\n\n" + strings.Repeat("a", 404_096): "longer than 404096 bytes",
	} {
		_, err := textletter.Parse(strings.NewReader(text))
		require.ErrorIs(t, err, eboks.ErrInputInvalid)
		assert.ErrorContains(t, err, want)
	}
	broken := errors.New("diskfejl")
	_, err := textletter.Parse(io.MultiReader(strings.NewReader("T\n\n"), iotest.ErrReader(broken)))
	assert.Equal(t, broken, err)
}

func FuzzParse(f *testing.F) {
	f.Add("Titel på Ærø\n\nKære Åse\nhttps://svar.example/a\n\nHilsen")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := textletter.Parse(strings.NewReader(text))
		if err != nil {
			require.ErrorIs(t, err, eboks.ErrInputInvalid)
			return
		}
		require.NotEmpty(t, l.Title)
		require.NotEmpty(t, l.Paragraphs)
		for _, p := range l.Paragraphs {
			require.True(t, strings.TrimSpace(p.Text) == "" != (p.URL == ""))
		}
	})
}

// Any letter is refused, or is a file that a strict reader takes.
func FuzzPDF(f *testing.F) {
	f.Add("Titel på Ærø", "Overskrift", "Kære Åse\nog Øst \\ () 😀", address, "Ærøpanelet", "Åse\nØst", "Ref. 1")
	f.Add("Τίτλος", "", "Г", "", "endobj", "xref", "endstream\nendobj")
	f.Fuzz(func(t *testing.T, title, heading, text, url, from, to, reference string) {
		l := short()
		l.Title, l.From.Name, l.Reference = title, from, reference
		l.To = strings.Split(to, "\n")
		l.Paragraphs = append(l.Paragraphs, textletter.Paragraph{Heading: heading, Text: text, URL: url}, textletter.Paragraph{URL: address})
		pdf, err := l.PDF()
		if err != nil {
			require.ErrorIs(t, err, eboks.ErrInputInvalid)
			return
		}
		found, err := pdfscan.Inspect(pdf)
		require.NoError(t, err)
		require.False(t, found.Any())
	})
}

// The largest letters take no longer than their pages do.
func TestLargestLetters(t *testing.T) {
	for name, text := range map[string]string{
		"one word": strings.Repeat("æ", 99_000), "words": strings.Repeat("æ ", 49_000), "lines": strings.Repeat("ø\n", 2_000),
	} {
		t.Run(name, func(t *testing.T) {
			l := short()
			l.Paragraphs[0].Text = text
			began := time.Now()
			pdf, err := l.PDF()
			require.NoError(t, err)
			assert.Less(t, time.Since(began), 10*time.Second)
			assert.Less(t, len(pdf), 1<<20)
		})
	}
	l := short()
	l.Paragraphs = nil
	for range 600 {
		l.Paragraphs = append(l.Paragraphs, textletter.Paragraph{URL: address})
	}
	_, err := l.PDF()
	require.NoError(t, err)
}

func BenchmarkPDF(b *testing.B) {
	l := whole(b)
	for b.Loop() {
		if _, err := l.PDF(); err != nil {
			b.Fatal(err)
		}
	}
}
