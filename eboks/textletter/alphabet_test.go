package textletter_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/textletter"
)

// The letters of these blocks can all be written, but for those that are named.
var blocks = []struct {
	from, to rune
	but      string
}{
	{0x0041, 0x024f, ""},               // Latin, Latin-1, Extended-A and -B
	{0x0250, 0x02af, ""},               // phonetic
	{0x0370, 0x03e1, ""},               // Greek
	{0x03e2, 0x03ef, "ϢϣϤϥϦϧϨϩϪϫϬϭϮϯ"}, // Coptic
	{0x03f0, 0x03ff, ""},               // Greek symbols
	{0x0400, 0x0525, ""},               // Cyrillic
	{0x1e00, 0x1eff, "ỼỽỾỿ"},           // Latin Extended Additional: Vietnamese, ẞ; not the Welsh of the Middle Ages
	{0x1f00, 0x1fff, ""},               // Greek with all accents
	{0x2c60, 0x2c7f, "ⱸ"},              // Latin Extended-C
	{0x0531, 0x0556, ""},               // Armenian
	{0x10d0, 0x10f0, ""},               // Georgian
}

func TestAlphabetIsAsPromised(t *testing.T) {
	var all []rune
	for _, b := range blocks {
		var block []rune
		for r := b.from; r <= b.to; r++ {
			if unicode.IsLetter(r) && !strings.ContainsRune(b.but, r) && norm.NFC.String(string(r)) == string(r) {
				block = append(block, r)
			}
		}
		assert.NoError(t, textletter.Writable(string(block)))
		for _, r := range b.but {
			assert.Error(t, textletter.Writable(string(r)), "%U %c", r, r)
		}
		all = append(all, block...)
	}
	assert.Greater(t, len(all), 1400)
	all = append(all, []rune("0123456789.,;:!?&%@#/()[]{}<>+-=*'\"|~^_$§°½¼¾²³µ×÷¿¡–—‘’“”„‚‹›«»…•†‡‰€£¥©®™→←≤≥≠∞✓")...)

	// Through the file and back.
	l := short()
	l.Paragraphs[0].Text = ""
	for i, r := range all {
		l.Paragraphs[0].Text += string(r)
		if i%40 == 39 {
			l.Paragraphs[0].Text += "\n"
		}
	}
	text := strings.ReplaceAll(words(t, put(t, l)), " ", "")
	for i := 0; i+40 < len(all); i += 40 {
		assert.Contains(t, text, string(all[i:i+40]))
	}
}

func TestComposedAndPlain(t *testing.T) {
	l := short()
	l.Title = "A\u030a og e\u0301"
	l.Paragraphs[0].Text = "Rød\u00adgrød\tmed\u2003fløde\r\npå\u00a0Ærø, o\u031b\u0309"
	text := words(t, put(t, l))
	assert.Contains(t, text, "Å og é")
	assert.Contains(t, text, "Rødgrød med fløde på Ærø, ở")
}

// What cannot be written is refused with place and script, and nothing is shown of the
// rest.
func TestWhatCannotBeWritten(t *testing.T) {
	for text, want := range map[string]string{
		"Kære א":           "character 6 of line 1 (U+05D0, script Hebrew)",
		"Kære Åse\nسلام":   "character 1 of line 2 (U+0633, script Arabic)",
		"李":                "(U+674E, script Han)",
		"ไทย":              "(U+0E44, script Thai)",
		"Hej 😀":            "character 5 of line 1 (U+1F600, a sign that the typeface does not have)",
		"\u20bf":           "(U+20BF, a sign that the typeface does not have)",
		"Ỽ":                "(U+1EFC, script Latin)",
		"g\u0303":          "character 2 of line 1 (U+0303, a mark that makes no letter of its own with the one in front of it)",
		"a\u202eb":         "(U+202E, a control character)",
		"a\x00b":           "(U+0000, a control character)",
		"a\rb":             "(U+000D, a control character)",
		"\ufeffHej":        "(U+FEFF, a control character)",
		"a\u2028b":         "(U+2028, a control character)",
		"a\ufffdb":         "(U+FFFD, a sign that the typeface does not have)",
		"\ue000":           "(U+E000, no character)",
		"\u2764\ufe0f":     "(U+FE0F, a mark",
		"\U0001d4d0":       "(U+1D4D0, a sign that the typeface does not have)",
		"hemmeligt \u0e01": "(U+0E01, script Thai) cannot be written",
	} {
		l := short()
		l.Paragraphs = append(l.Paragraphs, textletter.Paragraph{Text: text})
		err := refusal(t, l)
		assert.Contains(t, err, "paragraph 2: ", "%q", text)
		assert.Contains(t, err, want, "%q", text)
		assert.NotContains(t, err, "hemmeligt")
	}
}

// What other people typed goes out, with a sign for what cannot be written.
func TestLegible(t *testing.T) {
	for in, want := range map[string]string{
		"Åse Đặng Œ ẞ":               "Åse Đặng Œ ẞ",
		"A\u030a\tb\u200b\u202e\x00": "Å b",
		"😀 李\r\nא\xff":               "□ □\n□□",
		"":                           "",
	} {
		got, err := textletter.Legible(in, '□')
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.NoError(t, textletter.Writable(got))
	}
	_, err := textletter.Legible("Åse", '李')
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
}
