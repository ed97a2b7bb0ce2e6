package textletter_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/eboks/textletter"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", []string{" "}},
		{"ærø", []string{"ærø "}},
		{"rødgrød med", []string{"rødgrød ", "med "}},
		{"rød grøde", []string{"rød grøde "}},
		{"a  b\n\nc ", []string{"a b ", " ", "c "}},
		{"på øen\nÆrø", []string{"på øen ", "Ærø "}},
		{"på\u00a0Ærø\u00a0i dag", []string{"på\u00a0Ærø\u00a0i ", "dag "}},
		{"skærsommernat", []string{"skærsommer", "nat "}},
		{"en skærsommernat nu", []string{"en ", "skærsommer", "nat nu "}},
		{"svar.dk/abc/defgh", []string{"svar.dk/", "abc/defgh "}},
	} {
		assert.Equal(t, c.want, textletter.Wrap(c.text, 10), "%q", c.text)
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("Rødgrød med fløde på Ærø\nhttps://svar.example/a?b=c", 7)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < 1 || width > 1000 || !utf8.ValidString(text) {
			return // what is not UTF-8 was refused before
		}
		lines := textletter.Wrap(text, width)
		for _, l := range lines {
			assert.LessOrEqual(t, len([]rune(strings.TrimSuffix(l, " "))), width)
		}
		bare := strings.NewReplacer(" ", "", "\n", "")
		assert.Equal(t, bare.Replace(text), bare.Replace(strings.Join(lines, "")), "nothing is lost and nothing is added")
	})
}

func TestPages(t *testing.T) {
	held := func(s string) []bool {
		var h []bool
		for _, r := range s {
			h = append(h, r == 'h')
		}
		return h
	}
	for s, want := range map[string][]int{
		".":              {1},
		"...":            {3},
		"....":           {3, 1},
		"..h.":           {2, 2},    // a heading goes with its text
		".hh.":           {1, 3},    // all three
		"hhhhhhhhh.":     {3, 5, 2}, // more than a page has room for
		"..hhhh....":     {2, 5, 3}, // exactly a page
		"..hhhhh.":       {3, 5},    // too much for a page: it begins where it is
		"............":   {3, 5, 4},
		"...h.......h..": {3, 5, 5, 1},
	} {
		assert.Equal(t, want, textletter.Pages(held(s), 3, 5), s)
	}
}
