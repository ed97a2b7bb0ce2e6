package main

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/dkeid/dkeid/eboks"
)

var (
	pdfStream = regexp.MustCompile(`(?s)stream\r?\n(.*?)\nendstream`)
	pdfShow   = regexp.MustCompile(`(?s)\(((?:[^\\()]|\\.)*)\) ?Tj`)
)

// pdfText returns the text of a PDF as our letters write it: strings of UTF-16 in
// compressed pages, line for line.
func pdfText(t testing.TB, pdf []byte) string {
	t.Helper()
	var b strings.Builder
	for _, s := range pdfStream.FindAllSubmatch(pdf, -1) {
		r, err := zlib.NewReader(bytes.NewReader(s[1]))
		if err != nil {
			continue // not compressed: not a page
		}
		page, err := io.ReadAll(r)
		require.NoError(t, err)
		for _, show := range pdfShow.FindAllSubmatch(page, -1) {
			raw := regexp.MustCompile(`(?s)\\(.)`).ReplaceAllFunc(show[1], func(e []byte) []byte {
				if i := strings.IndexByte("nrtbf", e[1]); i >= 0 {
					return []byte{"\n\r\t\b\f"[i]}
				}
				return e[1:]
			})
			require.Zero(t, len(raw)%2)
			var units []uint16
			for i := 0; i < len(raw); i += 2 {
				units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			b.WriteString(string(utf16.Decode(units)) + "\n")
		}
	}
	return b.String()
}

func someLetter(l lang) letterContent {
	q := health()
	return newLetterContent(l, time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC), "Åse Łukasiewicz-Čapková Øst", &q, stageFirst,
		answers{"pain": {"2"}, "help": {"partly"}, "trouble": {"stairs", "night"}, "wish": {"Rødgrød (med fløde) på Ærø \\ ÆØÅ"}})
}

func zone(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Copenhagen")
	require.NoError(t, err)
	return z
}

func TestLetterSaysWhatWasAnswered(t *testing.T) {
	id := eboks.NewID()
	for l, want := range map[lang][]string{
		danish:  {"Kvittering fra Ærøpanelet", "12. marts 2026", "»Helbred og hjælp«", "Får du den hjælp, du har brug for?", "Noget af den", "At gå på trapper", "At falde i søvn"},
		english: {"Receipt from the Ærø Panel", "12 March 2026", "“Health and care”", "Do you get the help you need?", "Some of it", "Climbing stairs", "Falling asleep"},
	} {
		pdf, err := renderLetter(someLetter(l), id, "https://svar.example/brev/abc", zone(t))
		require.NoError(t, err)
		assert.True(t, bytes.HasPrefix(pdf, []byte("%PDF-")))
		text := pdfText(t, pdf)
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
	first, err := renderLetter(someLetter(danish), id, "https://svar.example/brev/abc", zone(t))
	require.NoError(t, err)
	for range 20 {
		again, err := renderLetter(someLetter(danish), id, "https://svar.example/brev/abc", zone(t))
		require.NoError(t, err)
		require.True(t, bytes.Equal(first, again))
	}
	// What is stored of it gives the same again.
	raw, err := someLetter(danish).write()
	require.NoError(t, err)
	read, err := readLetterContent(raw)
	require.NoError(t, err)
	again, err := renderLetter(read, id, "https://svar.example/brev/abc", zone(t))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(first, again))

	other, err := renderLetter(someLetter(danish), eboks.NewID(), "https://svar.example/brev/abc", zone(t))
	require.NoError(t, err)
	assert.False(t, bytes.Equal(first, other))
}

func TestLetterContentDoesNotPrint(t *testing.T) {
	c := someLetter(danish)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		assert.Equal(t, "letterContent{…}", fmt.Sprintf(verb, c))
		assert.NotContains(t, fmt.Sprintf(verb, struct{ C *letterContent }{&c}), "Åse")
	}
}

func TestLetterWithAnyLetters(t *testing.T) {
	c := someLetter(danish)
	c.Name = "Nguyễn Thị 😀 李 Ж Ω"
	c.Lines = append(c.Lines, contentLine{"Fri tekst", []string{"A\u030a e\u0301 \u200b\u202eא\tx {nb}\nlinje"}}, contentLine{"Intet", nil})
	pdf, err := renderLetter(c, eboks.NewID(), "", zone(t))
	require.NoError(t, err)
	text := pdfText(t, pdf)
	assert.Contains(t, text, "Nguyen Thi □ □ Ж Ω")
	assert.Contains(t, text, "Å é □ x {nb}\nlinje")
	assert.Contains(t, text, "Ikke besvaret")
	assert.NotContains(t, string(pdf), "/URI")
}

func TestLongLetterHasSeveralPages(t *testing.T) {
	c := someLetter(english)
	for range 8 {
		c.Lines = append(c.Lines, contentLine{"Why?", []string{strings.Repeat("ærlig talt ", 180)}})
	}
	pdf, err := renderLetter(c, eboks.NewID(), "", zone(t))
	require.NoError(t, err)
	assert.GreaterOrEqual(t, bytes.Count(pdf, []byte("/Type /Page\n")), 3)
	assert.Contains(t, pdfText(t, pdf), "Kind regards")
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
		c := someLetter(danish)
		c.Name, c.Lines = name, []contentLine{{"Hvad?", []string{answer}}}
		pdf, err := renderLetter(c, eboks.ID{1}, "", time.UTC)
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(pdf, []byte("%PDF-")))
	})
}

func BenchmarkLetter(b *testing.B) {
	z := zone(b)
	for b.Loop() {
		if _, err := renderLetter(someLetter(danish), eboks.ID{1}, "", z); err != nil {
			b.Fatal(err)
		}
	}
}
