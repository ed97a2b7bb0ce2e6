package cprshape_test

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/cprshape"
)

// someone is a person of these tests: born on 1 January 2050, as the numbers of
// cprtest are.
const someone = "0101505234"

func TestNumberInAnotherWritingIsFound(t *testing.T) {
	b64, url := base64.StdEncoding.EncodeToString, base64.RawURLEncoding.EncodeToString
	for name, s := range map[string]string{
		"as it is":                       "nr. " + someone,
		"base64":                         b64([]byte("cpr=" + someone)),
		"base64 of the digits alone":     url([]byte(someone)),
		"base64 between words":           "Fejl ved opslag på " + b64([]byte("nr "+someone+" på Ærø")) + ", prøv igen",
		"base64 with + and /":            b64([]byte("\u00fb\u00ff\u00be" + someone)),
		"base64 for addresses":           url([]byte("??>>" + someone + "??>>æøå")),
		"a part of a signed token":       "eyJhbGciOiJub25lIn0." + url([]byte(`{"cpr":"`+someone+`"}`)) + ".x",
		"hexadecimal":                    hex.EncodeToString([]byte(someone)),
		"capital hexadecimal":            strings.ToUpper(hex.EncodeToString([]byte("cpr:" + someone))),
		"percent-encoded":                "%30%31%30%31%35%30%35%32%33%34",
		"percent-encoded, with a hyphen": "010150%2D5234",
		"HTML entities":                  "&#48;&#49;&#48;&#49;&#53;&#48;&#53;&#50;&#51;&#52;",
		"HTML entities between":          "010150&nbsp;&ndash;&nbsp;5234",
		"behind fifteen digits of a key": "0101505234abcde",
		"digits as long as a key":        "0101505234123496",
		"a UUID with blanks":             "01015052 3412 4c33 bdac 169f25c1e416",
		"a UUID with other letters":      "xx010150-5234-4c33-bdac-169f25c1e416",
		"nearly a UUID":                  "01015052-3412-4c33-bdac-169f25c1e4161",
		"beside a UUID":                  "74ffcd31-fbaf-4c33-bdac-169f25c1e416 010150-5234",
	} {
		assert.True(t, cprshape.Known{}.In(s), "%s: %q", name, s)
	}
	for name, s := range map[string]string{
		"a UUID":                        "74ffcd31-fbaf-4c33-bdac-169f25c1e416",
		"a UUID that looks like one":    "01015052-3412-4c33-bdac-169f25c1e416",
		"a UUID of digits":              "01015052-3412-4123-8123-123412341234",
		"two UUIDs":                     "01015052-3412-4c33-bdac-169f25c1e416/01015052-3412-4c33-bdac-169f25c1e416",
		"a long key":                    "0101505234abcdef",
		"a long key in capitals":        "x:0101505234ABCDEF",
		"a text without digits":         "Åse på Ærø",
		"bytes, not a text":             b64([]byte("\x00\x01" + someone)),
		"bytes in hexadecimal":          hex.EncodeToString([]byte("\x01" + someone)),
		"a word too short for a number": b64([]byte("010150523")),
		"a percent sign":                "100 % af 2025",
	} {
		assert.False(t, cprshape.Known{}.In(s), "%s: %q", name, s)
	}
}

func TestEveryNumberIsFoundInEveryWriting(t *testing.T) {
	writings := map[string]func(string) string{
		"base64":      func(d string) string { return base64.StdEncoding.EncodeToString([]byte("hej " + d)) },
		"hexadecimal": func(d string) string { return hex.EncodeToString([]byte(d)) },
		"Arabic":      func(d string) string { return in('٠', d) },
		"Osmanya":     func(d string) string { return in('\U000104a0', d) },
		"as it is":    func(d string) string { return d },
		"spread":      func(d string) string { return strings.Join(strings.Split(d, ""), "ø") },
	}
	for i := range 300 {
		n := cprtest.Number(i)
		k := cprshape.Known{Numbers: []cpr.Number{n}}
		for name, write := range writings {
			assert.True(t, k.In(write(n.Reveal())), "%s: number %d", name, i)
			if name != "base64" && name != "hexadecimal" {
				assert.True(t, k.Is(write(n.Reveal())), "%s: number %d", name, i)
			}
		}
	}
}

// A key or a P number may look like anything, so only a known number is one in it.
func TestNumberOfThePersonIsFoundInAnyForm(t *testing.T) {
	n, other := cprtest.Number(1), cprtest.Number(2)
	d := n.Reveal()
	k := cprshape.Known{Numbers: []cpr.Number{{}, other, n}}
	spread := strings.Join(strings.Split(d, ""), "æ")
	for name, s := range map[string]string{
		"in a UUID":          d[:8] + "-" + d[8:] + "ab-4c33-bdac-169f25c1e416",
		"in a long key":      "ab" + d + "cdef0123",
		"letters between":    spread,
		"digits around":      "9" + d + "9",
		"Arabic":             in('٠', d),
		"Osmanya":            in('\U000104a0', d),
		"Adlam":              in('\U0001e950', d),
		"mathematical":       in('\U0001d7d8', d),
		"full width":         in('０', d),
		"the letter O":       strings.ReplaceAll(d, "0", "O"),
		"the Cyrillic one":   strings.ReplaceAll(d, "0", "о"),
		"the other person's": other.Reveal(),
	} {
		assert.True(t, k.Is(s), "%s: %q", name, s)
		assert.True(t, k.In(s), "%s: %q", name, s)
	}
	for name, s := range map[string]string{"nothing": "", "a digit less": d[:9], "another one": cprtest.Number(3).Reveal(), "backwards": d[5:] + d[:5]} {
		assert.False(t, k.Is(s), "%s: %q", name, s)
	}
	assert.False(t, cprshape.Known{}.Is(d), "nobody is known")
	assert.False(t, cprshape.Known{Numbers: []cpr.Number{{}}}.Is("0000000000 "+d), "no number is nobody's number")
}

// in writes digits in the script whose zero is given.
func in(zero rune, digits string) string {
	return strings.Map(func(r rune) rune { return zero + r - '0' }, digits)
}

func TestBirthDateWithFourDigitsBehindItIsANumber(t *testing.T) {
	k := cprshape.Known{Born: []time.Time{{}, time.Date(2050, 1, 1, 0, 0, 0, 0, time.UTC)}}
	for s, want := range map[string]bool{
		"født 010150, nr. 5234":       true,
		"010150 – løbenr. 52 34":      true,
		"O1O15O, nr. 5234":            true,
		"erstatning 610150, nr. 5234": true,
		"født 010150, nr. 523":        false,
		"nr. 5234, født 010150":       false,
		"født 020150, nr. 5234":       false,
		"født 710150, nr. 5234":       false,
	} {
		assert.Equal(t, want, k.In(s), "%q", s)
		assert.False(t, cprshape.Known{}.In(s), "nobody is known: %q", s)
	}
	assert.False(t, k.In("den 010101, nr. 5234"), "no date is nobody's birth date")
}

func TestNumberAnywhereInJSONIsFound(t *testing.T) {
	for name, s := range map[string]string{
		"in a text":               `{"a":"nr. 010150-5234"}`,
		"in a name":               `{"nr 010150-5234":1}`,
		"in an escaped text":      `{"a":"\u0030101505234"}`,
		"in an escaped name":      `{"\u0030101505234":true}`,
		"behind an escaped slash": `["010150\/5234"]`,
		"in base64":               `["` + base64.StdEncoding.EncodeToString([]byte("cpr="+someone)) + `"]`,
		"a number":                `{"a":[1,2101505234]}`,
		"without its first zero":  `{"a":101505234}`,
		"with an exponent":        `{"a":1.01505234e8}`,
		"with a capital exponent": `[2101505234E0]`,
		"with a fraction":         `[2101505234.0]`,
		"over a list":             `["010150","5234"]`,
		"no JSON":                 `nr. 010150-5234`,
		"behind broken JSON":      `{"a":"nr. 010150-5234`,
	} {
		assert.True(t, cprshape.Known{}.InJSON([]byte(s)), "%s: %s", name, s)
	}
	for name, s := range map[string]string{
		"nothing":               ``,
		"a text":                `{"a":"Ærø 2050"}`,
		"eight digits":          `{"a":10150523}`,
		"nine that are no date": `{"a":981505234}`,
		"a small number":        `[1e-9,1.5,0,null,true]`,
		"no number at all":      `[1e999]`,
	} {
		assert.False(t, cprshape.Known{}.InJSON([]byte(s)), "%s: %s", name, s)
	}
}
