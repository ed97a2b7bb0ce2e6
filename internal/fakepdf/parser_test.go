package fakepdf

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The examples of ISO 32000-2, 7.3, and Danish text.
func TestParserReadsValues(t *testing.T) {
	for in, want := range map[string]object{
		"(a\\\nb)":                   text("ab"),
		`(a\053b\53c\7)`:             text("a+b+c\a"),
		`(\n\r\t\b\f\(\)\\\x)`:       text("\n\r\t\b\f()\\x"),
		"(a (b) c)":                  text("a (b) c"),
		"<48 65 6C6c6>":              text("Hell`"),
		"/A#42#e6":                   name("AB\xe6"),
		"/A#4":                       name("A#4"),
		"[1 0 R -2.5 null true /X]":  array{ref{num: 1}, number("-2.5"), nil, true, name("X")},
		"[1 2 3]":                    array{number("1"), number("2"), number("3")},
		"<</A 1 % (x)\n/B<</C[]>>>>": dict{"A": number("1"), "B": dict{"C": array{}}},
	} {
		got, err := (&parser{data: []byte(in)}).value(0)
		require.NoError(t, err, in)
		assert.Equal(t, want, got, in)
		again, err := (&parser{data: appendObject(nil, got)}).value(0)
		require.NoError(t, err, in)
		assert.Equal(t, want, again, "what is written reads the same: %s", in)
	}
	for _, in := range []string{"", "(a", "<4x>", "<41", "[1", "<</A", "<<1 2>>", "wrong", ">>", strings.Repeat("[", 70) + strings.Repeat("]", 70)} {
		_, err := (&parser{data: []byte(in)}).value(0)
		assert.Error(t, err, in)
	}
}

func TestTextStrings(t *testing.T) {
	for _, s := range []string{"", "plain", "Ærøskøbing på tværs", "(æ\\ø)\r\n", "𝄞"} {
		assert.Equal(t, s, stringOf(textOf(s)))
	}
	assert.Equal(t, "Æ", stringOf(text("\xef\xbb\xbf\xc3\x86")), "UTF-8 by its mark")
	assert.Equal(t, "Æ", stringOf(text("\xc6")), "a byte a character")
	assert.Equal(t, text("\xc6?"), winAnsi("Æ𝄞"))
}

// A row of a cross-reference stream with the filters None, Sub and Up.
func TestUnfilter(t *testing.T) {
	got, err := unfilter([]byte{0, 1, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1}, 3)
	require.NoError(t, err)
	assert.Equal(t, []byte{1, 2, 3, 1, 2, 3, 2, 3, 4}, got)
	_, err = unfilter([]byte{4, 1, 2, 3}, 3)
	assert.Error(t, err)
}
