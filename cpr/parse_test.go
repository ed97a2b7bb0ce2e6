package cpr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hyphenated writes n as DDMMYY-XXXX.
func hyphenated(n cpr.Number) string {
	s := n.Reveal()
	return s[:6] + "-" + s[6:]
}

func TestParse_is_the_inverse_of_both_written_forms(t *testing.T) {
	for i := range 1000 {
		for _, n := range []cpr.Number{
			cprtest.Number(i), cprtest.Replacement(i), cprtest.WithChecksum(i), cprtest.WithoutChecksum(i),
		} {
			for _, s := range []string{n.Reveal(), hyphenated(n), "  " + n.Reveal() + " ", " " + hyphenated(n)} {
				got, err := cpr.Parse(s)
				require.NoError(t, err)
				require.True(t, n == got)
				require.Equal(t, n.Reveal(), got.Reveal())
			}
		}
	}
}

func TestParse_every_reason(t *testing.T) {
	for _, tt := range []struct {
		name, input string
		reason      cpr.Reason
		pos         int
	}{
		{"nothing", "", cpr.ReasonEmpty, 0},
		{"blanks", "   ", cpr.ReasonEmpty, 0},
		{"tab before", "\t2712589100", cpr.ReasonCharacter, 1},
		{"line break after", "2712589100\n", cpr.ReasonCharacter, 11},
		{"line break after the hyphenated form", "271258-9100\r\n", cpr.ReasonCharacter, 12},
		{"no-break space before", "\u00a02712589100", cpr.ReasonCharacter, 1},
		{"byte-order mark", "\ufeff2712589100", cpr.ReasonCharacter, 1},
		{"zero-width space in the date", "2712\u200b589100", cpr.ReasonCharacter, 5},
		{"NUL", "271258910\x00", cpr.ReasonCharacter, 10},
		{"plus", "+712589100", cpr.ReasonCharacter, 1},
		{"minus", "-712589100", cpr.ReasonCharacter, 1},
		{"position counts the blanks before", "  27a2589100", cpr.ReasonCharacter, 5},
		{"arabic digits, ten bytes", "١١١١١", cpr.ReasonCharacter, 1},
		{"full-width digit", "27125891０0", cpr.ReasonCharacter, 9},
		{"superscript digit", "271258910²", cpr.ReasonCharacter, 10},
		{"digits among letters", "a1b2c0d4e5f67890", cpr.ReasonCharacter, 1},
		{"a name", "Søren Ærøskøbing", cpr.ReasonCharacter, 1},
		{"Faroese letter", "27125ð9100", cpr.ReasonCharacter, 6},
		{"invalid UTF-8", "27125\xff9100", cpr.ReasonCharacter, 6},
		{"hyphens of a Danish date", "27-12-58-9100", cpr.ReasonCharacter, 3},
		{"blank in the last four", "271258-91 0", cpr.ReasonCharacter, 10},
		{"second hyphen at the end", "2712589100-", cpr.ReasonCharacter, 11},
		{"blank as separator", "271258 9100", cpr.ReasonSeparator, 7},
		{"no-break space as separator", "271258\u00a09100", cpr.ReasonSeparator, 7},
		{"hyphen U+2010", "271258\u20109100", cpr.ReasonSeparator, 7},
		{"non-breaking hyphen U+2011", "271258\u20119100", cpr.ReasonSeparator, 7},
		{"en dash", "271258\u20139100", cpr.ReasonSeparator, 7},
		{"em dash", "271258\u20149100", cpr.ReasonSeparator, 7},
		{"minus sign U+2212", "271258\u22129100", cpr.ReasonSeparator, 7},
		{"soft hyphen", "271258\u00ad9100", cpr.ReasonSeparator, 7},
		{"two hyphens", "271258--9100", cpr.ReasonSeparator, 8},
		{"hyphen and blank", "271258- 9100", cpr.ReasonSeparator, 8},
		{"slash", "271258/9100", cpr.ReasonSeparator, 7},
		{"national eCPR", "0203291WQ3", cpr.ReasonLetters, 0},
		{"national eCPR, century mark 7", "3101057JC9", cpr.ReasonLetters, 0},
		{"eCPR with hyphen, small letters", " 130878-1os6", cpr.ReasonLetters, 0},
		{"school number", "130878KOT1", cpr.ReasonLetters, 0},
		{"a sign among letters", "1308781.S6", cpr.ReasonCharacter, 8},
		{"Danish letter is no eCPR", "1308781ØS6", cpr.ReasonCharacter, 8},
		{"date only", "271258", cpr.ReasonLength, 0},
		{"date and hyphen", "271258-", cpr.ReasonLength, 0},
		{"company number", "13748136", cpr.ReasonLength, 0},
		{"nine digits", "101505000", cpr.ReasonLength, 0},
		{"nine digits, hyphen", "10150-5000", cpr.ReasonCharacter, 6},
		{"eleven digits", "27125891000", cpr.ReasonLength, 0},
		{"eleven digits, hyphen", "271258-91000", cpr.ReasonLength, 0},
		{"a megabyte of digits", strings.Repeat("1", 1<<20), cpr.ReasonLength, 0},
		{"month 00", "0100505000", cpr.ReasonMonth, 0},
		{"month 13", "0113505000", cpr.ReasonMonth, 0},
		{"zeros", "0000000000", cpr.ReasonMonth, 0},
		{"day 00", "0001505000", cpr.ReasonDay, 0},
		{"31 April", "3104505000", cpr.ReasonDay, 0},
		{"30 February", "3002525000", cpr.ReasonDay, 0},
		{"day 32", "3201505000", cpr.ReasonDay, 0},
		{"day 60 is neither kind", "6001505000", cpr.ReasonDay, 0},
		{"day 92", "9201505000", cpr.ReasonDay, 0},
		{"replacement for 31 April", "9104505000", cpr.ReasonDay, 0},
		{"29 February 2051", "2902515000", cpr.ReasonLeapDay, 0},
		{"29 February 1900", "2902001002", cpr.ReasonLeapDay, 0},
		{"replacement for 29 February 1900", "8902001002", cpr.ReasonLeapDay, 0},
		{"serial 0000", "2712580000", cpr.ReasonSerial, 0},
		{"serial 0000, hyphen", "271258-0000", cpr.ReasonSerial, 0},
		{"serial 0000, replacement", "8712580000", cpr.ReasonSerial, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, err := cpr.Parse(tt.input)
			assert.True(t, n.IsZero())
			refusedWith(t, err, tt.reason)
			var e *cpr.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, tt.pos, e.Pos)
			if trimmed := strings.TrimSpace(tt.input); len(trimmed) > 3 {
				assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), trimmed)
			}
		})
	}
}

// Each of the 256 bytes at each place of both written forms, put in and put
// between.
func TestParse_every_byte_at_every_place(t *testing.T) {
	for _, s := range []string{"2712589100", "271258-9100", " 8712589100 "} {
		for i := range len(s) + 1 {
			for c := range 256 {
				changed := []string{s[:i] + string([]byte{byte(c)}) + s[i:]}
				if i < len(s) {
					changed = append(changed, s[:i]+string([]byte{byte(c)})+s[i+1:])
				}
				for _, in := range changed {
					digits, ok := oracle(in)
					n, err := cpr.Parse(in)
					require.Equal(t, ok, err == nil, "byte %#x at %d", c, i)
					if ok {
						require.Equal(t, digits, n.Reveal())
					}
				}
			}
		}
	}
}

// refusedWith checks that err is this package's refusal for one reason.
func refusedWith(t *testing.T, err error, reason cpr.Reason) {
	t.Helper()
	var e *cpr.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, reason.String(), e.Reason.String())
	assert.ErrorIs(t, err, cpr.ErrInputInvalid)
}

func TestParse_allocates_nothing(t *testing.T) {
	inputs := []string{"2712589100", "271258-9100", "  8712589100 "}
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		for _, s := range inputs {
			n, err := cpr.Parse(s)
			if err != nil || n.Kind() == 0 || n.Sex() == 0 || n.BirthDate().IsZero() || !n.ChecksumOK() && n.Kind() == cpr.Ordinary {
				t.Fail()
			}
		}
	}))
}

func TestMustParse_panics_without_the_input(t *testing.T) {
	assert.PanicsWithValue(t, "cpr: MustParse: the month is not 01 to 12", func() { cpr.MustParse("2713589100") })
	assert.Equal(t, "2712589100", cpr.MustParse("271258-9100").Reveal())
}

func TestNumber_is_a_value(t *testing.T) {
	a, b, c := cpr.MustParse("2712589100"), cpr.MustParse("271258-9100"), cpr.MustParse("2101270087")
	assert.True(t, a == b)
	assert.False(t, a == c)
	names := map[cpr.Number]string{a: "Åse", c: "Bjørn"}
	assert.Equal(t, "Åse", names[b])
	assert.Equal(t, "", names[cpr.Number{}])
}

func TestNumber_zero(t *testing.T) {
	var n cpr.Number
	assert.True(t, n.IsZero())
	assert.False(t, cpr.MustParse("2712589100").IsZero())
	assert.Empty(t, n.Reveal())
	assert.Empty(t, n.Masked())
	assert.Empty(t, n.String())
	assert.True(t, n.BirthDate().IsZero())
	assert.Zero(t, n.Kind())
	assert.Zero(t, n.Sex())
	assert.False(t, n.ChecksumOK())
}

func TestError_texts(t *testing.T) {
	_, err := cpr.Parse("271258–9100")
	assert.EqualError(t, err, "cpr: the separator is not a single hyphen after the sixth digit (at position 7)")
	_, err = cpr.Parse("2713589100")
	assert.EqualError(t, err, "cpr: the month is not 01 to 12")
	assert.Equal(t, "unknown reason", cpr.Reason(0).String())
	assert.Equal(t, "unknown reason", cpr.Reason(255).String())

	seen := map[string]bool{}
	for r := cpr.ReasonEmpty; r <= cpr.ReasonBytes; r++ {
		assert.NotEqual(t, "unknown reason", r.String())
		assert.NotEmpty(t, r.String())
		assert.False(t, seen[r.String()], "two reasons read %q", r)
		seen[r.String()] = true
	}
	assert.Equal(t, "unknown reason", (cpr.ReasonBytes + 1).String())
	assert.True(t, errors.Is(err, cpr.ErrInputInvalid))
}
