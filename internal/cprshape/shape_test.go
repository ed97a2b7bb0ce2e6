package cprshape_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/cprshape"
	"github.com/stretchr/testify/assert"
)

// The numbers of these tests are nobody's: as those of cprtest, they are of people
// born in 2050.
func TestTextsThatMayHoldACPRNumber(t *testing.T) {
	for name, s := range map[string]string{
		"together":                    "Til 0101505234",
		"in letters":                  "Åse0101505234ø",
		"a hyphen":                    "010150-5234",
		"a comma":                     "010150,5234",
		"a colon":                     "010150:5234",
		"a middle dot":                "010150·5234",
		"a bullet":                    "010150•5234",
		"a plus":                      "010150+5234",
		"an asterisk":                 "010150*5234",
		"an equals sign":              "010150=5234",
		"a bar":                       "010150|5234",
		"a backslash":                 `010150\5234`,
		"a modifier minus":            "010150\u02d75234",
		"an emoji":                    "010150📮5234",
		"brackets":                    "(010150) 5234",
		"the end in brackets":         "010150(5234)",
		"five separators":             "010150  –  5234",
		"6+2+2":                       "010150 52 34",
		"3+3+4":                       "010 150 5234",
		"4+2+4":                       "0101 50 5234",
		"2+2+2+4":                     "01.01.50-5234",
		"2x5":                         "01 01 50 52 34",
		"10x1":                        "0 1 0 1 5 0 - 5 2 3 4",
		"2+2+4+4":                     "01 01 2050 5234",
		"8+4":                         "01012050-5234",
		"behind another number":       "Sag 12 01 01 50 5234",
		"before another number":       "010150 5234 12",
		"a digit before":              "Konto 10101505234",
		"a digit behind":              "01015052345",
		"a replacement number":        "Til 610150-5234",
		"the last day":                "Til 311250-5234",
		"the last replacement day":    "Til 911250-5234",
		"combining marks":             "0\u03011\u03010\u03011\u03015\u03010\u03015\u03012\u03013\u03014",
		"keycaps":                     keycaps("0101505234"),
		"keycaps with blanks":         keycaps("0 1 0 1 5 0 5 2 3 4"),
		"a grapheme joiner":           "01015\u034f05234",
		"a soft hyphen":               "01015\u00ad05234",
		"a Braille blank":             "010150\u2800-5234",
		"a Hangul filler":             "01015\u31640-5234",
		"superscripts":                "⁰¹⁰¹⁵⁰-⁵²³⁴",
		"circled":                     "⓪①⓪①⑤⓪⑤②③④",
		"circled, with a ten":         "①②③④⑤⑥⑦⑧⑨⑩",
		"Arabic":                      "٠١٠١٥٠-٥٢٣٤",
		"full width":                  "０１０１５０－５２３４",
		"O for 0":                     "O1O15O-5234",
		"small o for 0":               "o1o15o5234",
		"Cyrillic O for 0":            "О1О15О-5234",
		"O in another part":           "010150-5O34 på Ærø",
		"a date and a time":           "Møde 24.12.25 1200",
		"a date and a time in colons": "Møde 24.12.25 10:30",
		"the same, the year in full":  "Periode 01.01.2026-2027",
		"a date and a year":           "01-01-26 – 2026",
	} {
		assert.True(t, cprshape.In(s), "%s: %q", name, s)
	}
	for i := range 1000 {
		n := cprtest.Number(i).Reveal()
		for _, s := range []string{n, n[:6] + "-" + n[6:], "Årsopgørelse 2025, " + n, cprtest.Replacement(i).Reveal()} {
			assert.True(t, cprshape.In(s), "number %d", i)
		}
	}
}

func keycaps(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
		if r != ' ' {
			b.WriteString("\ufe0f\u20e3")
		}
	}
	return b.String()
}

func TestTextsThatHoldNoCPRNumber(t *testing.T) {
	for _, s := range []string{
		"",
		"Afgørelse på Ærø",
		"Sagsnr. 123456/2024",    // month 34
		"Sagsnr. 321256/2024",    // day 32
		"Sagsnr. 920150-5234",    // day 92
		"Sagsnr. 000150-5234",    // day 0
		"Sagsnr. 010050-5234",    // month 0
		"Sagsnr. 011350-5234",    // month 13
		"EAN 5790000123456",      // 13 digits
		"Konto 1234 1234567890",  // month 34
		"Sag 010150, bilag 1234", // a word between
		"010150      1234",       // six separators
		"010150-123",             // nine digits
		"010150-52345",           // eleven, and no run of them
		"Møde 24.12.25 kl. 1200", // a word between
		"Møde 24.12.2025 10:30",  // 2+2+4+2+2
		"Møde 2026-11-22 10:30",  // 4+2+2+2+2
		"Perioden 01.01.2026-31.12.2026",
		"Årsopgørelse 2025/2026",
		"Tlf. 12 34 56 78",
		"Tlf. +45 10 12 56 78",
		"Budget 100.000-200.000 kr.",
		"12.345.678,90 kr.",
		"Zoo og foto 123456789",
	} {
		assert.False(t, cprshape.In(s), "%q", s)
	}
}

func TestNumberIsFoundInWhateverAProgramMadeOfIt(t *testing.T) {
	const n = "0101505234"
	packed := base64.RawStdEncoding.EncodeToString([]byte(n))
	percent, escaped := "", ""
	for _, c := range n {
		percent += fmt.Sprintf("%%%02X", c)
		escaped += fmt.Sprintf(`\\u%04x`, c)
	}
	for name, raw := range map[string]string{
		"behind an equals sign":    `"a=1&cpr=` + packed + `&ø=2"`,
		"a data address":           `"data:text/plain;base64,` + packed + `"`,
		"in a path":                `"https://x.example/opslag/` + packed + `/fejl"`,
		"behind a hyphen":          `"id-` + packed + `"`,
		"behind an underscore":     `"id_` + packed + `"`,
		"a stray percent sign":     `"100% ` + percent + `%"`,
		"a list over two lines":    "[\n            \"010150\",\n            \"5234\"\n]",
		"two members":              `{"dato":"010150","løbenummer":"5234"}`,
		"a text and a number":      `{"date":"010150","serial":5234}`,
		"four members":             `{"d":"01","m":"01","y":"50","ok":true,"nil":null,"n":"5234"}`,
		"members of inner objects": `[{"a":{"date":"010150"}},{"b":["5234"]}]`,
		"name and value":           `{"010150":"5234"}`,
		"JSON in a text":           `"{\"cpr\":\"` + escaped + `\"}"`,
		"padded with blanks":       `"010150            5234"`,
	} {
		assert.True(t, cprshape.Known{}.InJSON([]byte(raw)), "%s: %s", name, raw)
	}
	for _, raw := range []string{
		`{"year":"2026","month":"12","day":"10","time":"10:30"}`, `{"street":"Ågade 10","floor":"1","door":"12","postal":"2100"}`, `[1,2,3]`, `{}`, `[`,
		`{"010150":{"x":1},"y":"5234 Å"}`, `"100 % af 12"`, `{"id":"74ffcd31-0101-4053-8123-0123456789ab","n":1799999999}`,
	} {
		assert.False(t, cprshape.Known{}.InJSON([]byte(raw)), raw)
	}
	known := cprshape.Known{Numbers: []cpr.Number{cprtest.Number(4711)}}
	digits := known.Numbers[0].Reveal()
	assert.True(t, strings.HasPrefix(digits, "0"))
	assert.True(t, known.In("nr. "+digits[1:]), "a spreadsheet took the zero")
}

// A text of 64 kB of digits once took eight seconds.
func TestLongTextOfDigitsCostsLittle(t *testing.T) {
	for _, s := range []string{strings.Repeat("7", 1<<16), strings.Repeat("7 ", 1<<15), strings.Repeat(`{"a":`, 1<<10) + "1" + strings.Repeat("}", 1<<10)} {
		began := time.Now()
		cprshape.Known{}.InJSON([]byte(s))
		assert.Less(t, time.Since(began), 4*time.Second)
	}
}
