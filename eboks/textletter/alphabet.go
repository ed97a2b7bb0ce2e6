package textletter

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"

	"github.com/dkeid/dkeid/internal/shownline"
)

// alphabet is the characters that a letter can have: those that are in the regular and
// in the bold font.
type alphabet struct {
	fonts [2]*sfnt.Font
	buf   sfnt.Buffer
}

func newAlphabet() (*alphabet, error) {
	var a alphabet
	for i, ttf := range [][]byte{dejavusanscondensed.TTF, dejavusanscondensedbold.TTF} {
		f, err := sfnt.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("textletter: read font: %w", err)
		}
		a.fonts[i] = f
	}
	return &a, nil
}

// has reports whether a letter can have r. The typeface has letters of more scripts,
// but they are not written one by one from the left. fpdf has two bytes for a character.
func (a *alphabet) has(r rune) bool {
	simple := unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Georgian, unicode.Common)
	shown := (unicode.IsPrint(r) || isFixed(r)) && r != unicode.ReplacementChar
	if !simple || !shown || unicode.IsMark(r) || r > 0xffff {
		return false
	}
	for _, f := range a.fonts {
		if i, err := f.GlyphIndex(&a.buf, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// isFixed reports blanks at which no line breaks.
func isFixed(r rune) bool { return r == '\u00a0' || r == '\u202f' }

// plain makes tabs and the blanks of printers into plain blanks, and drops the places
// where a word may be divided.
func plain(r rune) rune {
	switch {
	case r == '\u00ad' || r == '\u200b':
		return -1
	case r == '\t' || unicode.Is(unicode.Zs, r) && !isFixed(r):
		return ' '
	}
	return r
}

// text returns s as it is written: composed, with line breaks as \n. field names s in
// an error.
func (a *alphabet) text(field, s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", refused(field + " is not UTF-8")
	}
	s = norm.NFC.String(strings.Map(plain, strings.ReplaceAll(s, "\r\n", "\n")))
	row := 1
	for whole := range strings.SplitSeq(s, "\n") {
		n := 0
		for _, r := range whole {
			if n++; !a.has(r) {
				return "", refused(fmt.Sprintf("%s: character %d of line %d (%U, %s) cannot be written", field, n, row, r, scriptOf(r)))
			}
		}
		row++
	}
	return s, nil
}

// Writable returns nil if a letter can have the text, and otherwise the error that
// [Letter.PDF] would return. It looks at the characters, not at the length.
func Writable(text string) error {
	a, err := newAlphabet()
	if err == nil {
		_, err = a.text("the text", text)
	}
	return err
}

// Legible returns text with instead in the place of each character that a letter cannot
// have, and without control characters: for what other people typed, where a letter must
// go out all the same. The error is one of the embedded fonts, or says that instead itself
// cannot be written.
func Legible(text string, instead rune) (string, error) {
	a, err := newAlphabet()
	if err != nil {
		return "", err
	}
	if !a.has(instead) {
		return "", refused(fmt.Sprintf("%U cannot be written itself", instead))
	}
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), string(instead))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', a.has(r):
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf):
			return -1
		}
		return instead
	}, norm.NFC.String(strings.Map(plain, text))), nil
}

// line is text for a line of its own of at most limit characters.
func (a *alphabet) line(field, s string, limit int) (string, error) {
	if why := shownline.Fault(s, limit); why != "" {
		return "", refused(field + why)
	}
	return a.text(field, s)
}

// scriptOf says what sort of character r is.
func scriptOf(r rune) string {
	switch {
	case unicode.IsMark(r):
		return "a mark that makes no letter of its own with the one in front of it"
	case shownline.Hidden(r), unicode.Is(unicode.Cf, r):
		return "a control character"
	}
	names := make([]string, 0, 1)
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "no character"
	}
	slices.Sort(names)
	if names[0] == "Common" {
		return "a sign that the typeface does not have"
	}
	return "script " + names[0]
}
