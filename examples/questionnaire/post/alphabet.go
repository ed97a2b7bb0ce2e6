package post

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// noLetter stands in a letter for a sign that its font does not have.
const noLetter = '□'

// alphabet is the letters that a font has. Names and answers hold any letter
// there is; the PDF shows what the font can show.
type alphabet struct {
	font   *sfnt.Font
	buffer sfnt.Buffer
}

func newAlphabet(ttf []byte) (*alphabet, error) {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	return &alphabet{font: f}, nil
}

func (a *alphabet) has(r rune) bool {
	i, err := a.font.GlyphIndex(&a.buffer, r)
	return err == nil && i != 0 && r <= 0xffff // the PDF's text is two bytes a letter
}

// legible writes s with the letters of the font: ễ becomes e where it must, and
// what is not there at all a box. Line ends stay.
func (a *alphabet) legible(s string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(s) {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case a.has(r):
			b.WriteRune(r)
		default:
			b.WriteString(a.plainer(r))
		}
	}
	return b.String()
}

// plainer takes the marks off a letter.
func (a *alphabet) plainer(r rune) string {
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc) {
		return ""
	}
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		if a.has(part) && !unicode.Is(unicode.Mn, part) {
			b.WriteRune(part)
		}
	}
	if b.Len() == 0 {
		return string(noLetter)
	}
	return b.String()
}
