package nameform

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letter is a letter of a name in upper case, with the forms that Doc 9303 allows for
// it. The first form is that of Danish documents.
type letter struct {
	of    rune
	forms []string
}

// blank never changes.
var blank = letter{' ', []string{" "}}

func (l letter) choose(opts MachineReadableOptions) string {
	switch l.of {
	case 'Å':
		if opts.SingleA {
			return "A"
		}
	case 'Ñ':
		if opts.LongN {
			return "NXX"
		}
	case 'Ä', 'Ö', 'Ü':
		switch {
		case opts.Umlauts == UmlautsPlain:
			return l.forms[0][:1]
		case opts.Umlauts == UmlautsUXX && l.of == 'Ü':
			return "UXX"
		}
	}
	return l.forms[0]
}

// transliterate cuts a name into letters and single blanks between them.
func transliterate(name string, language Language) ([]letter, error) {
	switch language {
	case "", Belarusian, Bulgarian, Macedonian, Russian, Serbian, Ukrainian:
	default:
		return nil, &NameError{Reason: NameLanguageUnknown}
	}
	if len(name) > MaxName*utf8.UTFMax {
		return nil, &NameError{Reason: NameTooLong}
	}
	runes := []rune(norm.NFC.String(name))
	if len(runes) > MaxName {
		return nil, &NameError{Reason: NameTooLong}
	}
	t := transliterator{language: language, start: true}
	for i, r := range runes {
		if reason := t.add(r); reason != 0 {
			return nil, &NameError{Reason: reason, Pos: i + 1}
		}
	}
	if t.letters == nil {
		return nil, &NameError{Reason: NameEmpty}
	}
	return t.letters, nil
}

type transliterator struct {
	language Language
	letters  []letter
	start    bool // this part of the name has no letter yet
}

// add adds the next character. If it cannot, it returns the reason.
func (t *transliterator) add(r rune) NameReason {
	switch {
	case r == ' ', r == ',', r == '<', unicode.Is(unicode.Zs, r), unicode.Is(unicode.Pd, r):
		t.start = true
		return 0
	case strings.ContainsRune("'`´’‘ʼʻ", r):
		return 0
	case unicode.IsLetter(r):
		return t.letter(r)
	case unicode.Is(unicode.Mn, r): // a mark that NFC did not join with a letter
		if t.start {
			return NameSign
		}
		return 0
	case unicode.IsPunct(r):
		return 0
	}
	return NameSign
}

func (t *transliterator) letter(r rune) NameReason {
	upper := unicode.ToUpper(r)
	if unicode.Is(unicode.Cyrillic, upper) && t.language == "" {
		return NameLanguageMissing
	}
	upper, forms := t.lookUp(upper)
	switch {
	case forms == nil:
		return NameLetter
	case forms[0] == "": // the soft sign
		return 0
	}
	if t.start && len(t.letters) > 0 {
		t.letters = append(t.letters, blank)
	}
	t.start = false
	t.letters = append(t.letters, letter{upper, forms})
	return 0
}

// lookUp finds a letter in the tables. If it is not there, lookUp removes as few marks
// as possible. It returns the letter that it found.
func (t *transliterator) lookUp(upper rune) (rune, []string) {
	if forms := t.forms(upper); forms != nil {
		return upper, forms
	}
	parts := []rune(norm.NFD.String(string(upper)))
	for n := len(parts) - 1; n > 0; n-- {
		if !unicode.Is(unicode.Mn, parts[n]) {
			break
		}
		rest := []rune(norm.NFC.String(string(parts[:n])))
		if len(rest) != 1 {
			continue
		}
		if forms := t.forms(rest[0]); forms != nil {
			return rest[0], forms
		}
	}
	return upper, nil
}

func (t *transliterator) forms(upper rune) []string {
	if forms := latinForms(upper); forms != nil {
		return forms
	}
	if t.language == "" {
		return nil
	}
	return cyrillicForms(upper, t.language, t.start)
}

// latinForms is the Latin table of Doc 9303-3, section 6. lookUp handles the letters
// that are A to Z with marks.
func latinForms(upper rune) []string {
	switch upper {
	case 'Å':
		return []string{"AA", "A"}
	case 'Æ':
		return []string{"AE"}
	case 'Ä':
		return []string{"AE", "A"}
	case 'Ð', 'Đ':
		return []string{"D"}
	case 'Ħ':
		return []string{"H"}
	case 'Ĳ':
		return []string{"IJ"}
	case 'Ł', 'Ŀ':
		return []string{"L"}
	case 'Ŋ':
		return []string{"N"}
	case 'Ñ':
		return []string{"N", "NXX"}
	case 'Ø', 'Œ':
		return []string{"OE"}
	case 'Ö':
		return []string{"OE", "O"}
	case 'ß', 'ẞ':
		return []string{"SS"}
	case 'Ŧ':
		return []string{"T"}
	case 'Þ':
		return []string{"TH"}
	case 'Ü':
		return []string{"UE", "UXX", "U"}
	}
	if 'A' <= upper && upper <= 'Z' {
		return []string{string(upper)}
	}
	return nil
}

// canBeEqual reports whether some choice of forms makes a and b the same text. It goes
// through both at the same time. rest is the text by which one of them is longer.
func canBeEqual(a, b []letter) bool {
	type state struct {
		i, j  int
		rest  string
		ahead bool // the rest is a's
	}
	todo := []state{{}}
	seen := make(map[state]bool)
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[s] {
			continue
		}
		seen[s] = true
		if s.i == len(a) && s.j == len(b) && s.rest == "" {
			return true
		}
		switch {
		case s.i < len(a) && (s.rest == "" || !s.ahead):
			for _, f := range a[s.i].forms {
				if rest, overtaken, ok := takeForm(s.rest, f); ok {
					todo = append(todo, state{s.i + 1, s.j, rest, overtaken})
				}
			}
		case s.j < len(b) && (s.rest == "" || s.ahead):
			for _, f := range b[s.j].forms {
				if rest, overtaken, ok := takeForm(s.rest, f); ok {
					todo = append(todo, state{s.i, s.j + 1, rest, rest != "" && !overtaken})
				}
			}
		}
	}
	return false
}

// takeForm compares form with the rest of the other side. left is the new rest.
// overtaken says that left belongs to the side of form.
func takeForm(rest, form string) (left string, overtaken, ok bool) {
	if strings.HasPrefix(form, rest) {
		left = form[len(rest):]
		return left, left != "", true
	}
	return strings.TrimPrefix(rest, form), false, strings.HasPrefix(rest, form)
}
