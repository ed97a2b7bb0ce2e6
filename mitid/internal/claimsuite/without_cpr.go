package claimsuite

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/davecgh/go-spew/spew"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
)

// Show prints everything in v, methods or not. The digits of a CPR number are noise
// in it, those of a text are not.
func Show(v any) string {
	return (&spew.ConfigState{DisableMethods: true, DisablePointerAddresses: true, DisableCapacities: true, SortKeys: true, Indent: " "}).Sdump(v)
}

// disguises are ways to write a number in a text.
func disguises(digits string) map[string]string {
	date, serial := digits[:6], digits[6:]
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, digits)
	return map[string]string{
		"together":            digits,
		"hyphen":              date + "-" + serial,
		"en dash":             date + "–" + serial,
		"no-break space":      date + "\u00a0" + serial,
		"blanks":              date[:2] + " " + date[2:4] + " " + date[4:] + " " + serial,
		"full width":          wide,
		"in a sentence":       "Opslag fejlede: " + digits + " (" + date + "-" + serial + ") findes ikke på Ærø",
		"glued to words":      "CPR" + digits + "ukendt",
		"zero width":          date[:3] + "\u200b" + date[3:] + serial,
		"several separators":  date + " - - " + serial,
		"the year in full":    date[:4] + "20" + date[4:] + "-" + serial,
		"letters O for zeros": strings.ReplaceAll(digits, "0", "O"),
		"base64":              base64.StdEncoding.EncodeToString([]byte("nr. " + digits)),
		"base64 for URLs":     base64.RawURLEncoding.EncodeToString([]byte("nummer?" + digits)),
		"percent":             strings.ReplaceAll(digits, "0", "%30"),
		"an HTML entity":      strings.ReplaceAll(digits, "0", "&#48;"),
		"hexadecimal":         fmt.Sprintf("%x", "nr. "+digits),
	}
}

// Dialect is one kind of token.
type Dialect struct {
	Title    string
	Base     map[string]any // a login without a CPR number
	CPR      string         // the claim that tells the person's number
	Names    []string       // of the claims that are known
	Parse    func([]byte) (Claims, error)
	Identity func(Claims) (claims.Identity, error)
}

// Claims are a pointer to the claim struct of a dialect.
type Claims interface{ WithoutCPR() any }

// parsed returns base with one more claim.
func (d Dialect) parsed(t *testing.T, name string, value any) Claims {
	payload := maps.Clone(d.Base)
	payload[name] = value
	b, err := json.Marshal(payload)
	require.NoError(t, err)
	c, err := d.Parse(b)
	require.NoError(t, err)
	return c
}

// NoNumberLeaves checks that a CPR number, whatever claim it stands in and whoever's it
// is, reaches neither the identity nor what is left of the claims of a login that asked
// for none.
func NoNumberLeaves(t *testing.T, number cpr.Number, d Dialect) {
	t.Helper()
	for how, written := range disguises(number.Reveal()) {
		names := d.Names
		if !slices.Contains([]string{"together", "en dash", "in a sentence"}, how) {
			names = []string{"name", "nemlogin.org_name", "unknown"} // a test of all takes long
		}
		for _, name := range append([]string{"unknown"}, names...) {
			check := func(c Claims, where string) {
				assertSilent(t, c.WithoutCPR(), written, number.Reveal(), d.Title, "claims", where, how)
				if id, err := d.Identity(c); err == nil {
					assertSilent(t, id, written, number.Reveal(), d.Title, "identity", where, how)
				} else {
					assertSilent(t, err.Error(), written, number.Reveal(), d.Title, "error", where, how)
				}
			}
			check(d.parsed(t, name, written), name)
			check(d.parsed(t, name, base64.StdEncoding.EncodeToString([]byte(written))), name)
		}
		for i, value := range []any{map[string]any{"a": []any{written}}, map[string]any{written: 1}, []any{1, written}} {
			c := d.parsed(t, "unknown", value)
			assertSilent(t, c.WithoutCPR(), written, number.Reveal(), d.Title, fmt.Sprint(i), how)
		}
		c := d.parsed(t, "om "+written, 1)
		assertSilent(t, c.WithoutCPR(), written, number.Reveal(), d.Title, how)
	}
	whole := strings.TrimLeft(number.Reveal(), "0") // as a JSON number it has lost its zero
	for _, value := range []string{whole, whole + ".0", whole + "e0", whole + "0e-1", whole[:1] + "." + whole[1:] + "e8"} {
		c := d.parsed(t, "unknown", json.Number(value))
		assertSilent(t, c.WithoutCPR(), value, number.Reveal(), d.Title, value)
	}
}

// assertSilent fails if v shows the number as it was written, or its digits. The
// value itself may be kept of a field with a form of its own.
func assertSilent(t *testing.T, v any, written, digits string, where ...string) {
	t.Helper()
	shown := Show(v)
	if strings.Contains(shown, written) || strings.Contains(shown, fmt.Sprintf("%q", written)) || strings.Contains(shown, digits) {
		for _, form := range []string{`RID: (string) (len=10) "` + digits + `"`} {
			shown = strings.ReplaceAll(shown, form, "")
		}
		if strings.Contains(shown, written) || strings.Contains(shown, digits) {
			t.Errorf("%s: the number is still there", strings.Join(where, ", "))
		}
	}
}

// OwnNumberIsFound checks that the number that the token tells itself is found in every
// arrangement.
func OwnNumberIsFound(t *testing.T, person cpr.Number, d Dialect) {
	t.Helper()
	number := person.Reveal()
	d.Base = maps.Clone(d.Base)
	d.Base[d.CPR] = number
	for _, written := range []string{
		number[:1] + " " + number[1:5] + " " + number[5:], // in an unusual grouping
		"født " + number[:6] + ", løbenummer " + number[6:],
		strings.Join(strings.Split(number, ""), " og "),
		strings.Map(func(r rune) rune { return r - '0' + '٠' }, number), // Arabic
	} {
		c := d.parsed(t, "unknown", written)
		assert.NotContains(t, Show(c.WithoutCPR()), written, d.Title)
	}
	c := d.parsed(t, "nemlogin.nemid.rid", number)
	assert.NotContains(t, Show(c.WithoutCPR()), number, d.Title)
}
