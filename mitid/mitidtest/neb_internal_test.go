package mitidtest

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

func TestParseNEBParams(t *testing.T) {
	// The documented vector.
	p, ok := parseNEBParams(`{"mitid":{"loa_value":"substantial","reference_text":"VGVzdCByZWZlcmVuY2UgdGV4dA=="}}`)
	require.True(t, ok)
	assert.False(t, p.nonsense)
	assert.Equal(t, "VGVzdCByZWZlcmVuY2UgdGV4dA==", p.mitid.reference)
	assert.Equal(t, claims.Substantial, p.mitid.level)

	p, ok = parseNEBParams(`{"mitid":{"aal_value":"high","loa_value":"low"}}`)
	require.True(t, ok)
	assert.Equal(t, claims.Low, p.mitid.level, "aal_value does not count beside loa_value")

	long := func(n int) string { return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("æ", n))) }
	for text, sensible := range map[string]bool{
		`{}`: true, ``: true, `{"mitid":{}}`: true, `{"ukendt":{"a":1}}`: true,
		`{"mitid":{"reference_text":"` + long(130) + `"}}`:                     true,
		`{"mitid":{"reference_text":"` + long(131) + `"}}`:                     false,
		`{"mitid":{"reference_text":"*"}}`:                                     false,
		`{"mitid":{"loa_value":"HØJ"}}`:                                        false,
		`{"mitid":{"require_psd2":"true"}}`:                                    false,
		`{"mitid":{"cpr_hint":"210127-0087"}}`:                                 false,
		`{"mitid":{"transaction_text":"Zg==","transaction_text_type":"docx"}}`: false,
	} {
		p, ok := parseNEBParams(text)
		require.True(t, ok, text)
		assert.Equal(t, sensible, !p.nonsense, text)
	}
	for _, text := range []string{`null`, `[]`, `{"mitid":1}`, `{“mitid”:{}}`, `{"mitid":{}} x`} {
		_, ok := parseNEBParams(text)
		assert.False(t, ok, text)
	}
}

func FuzzParseNEBParams(f *testing.F) {
	f.Add(`{"mitid":{"loa_value":"high","reference_text":"VGVzdA==","cpr_hint":"2101270087"},"mitid_erhverv":{"allow_private":true}}`)
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := parseNEBParams(s)
		if ok && s != "" && !json.Valid([]byte(s)) {
			t.Fatal("no JSON was accepted")
		}
		if !p.nonsense && p.mitid.cpr != "" && len(p.mitid.cpr) != 10 {
			t.Fatal("a CPR number of another length makes sense")
		}
	})
}

func TestEscapeText(t *testing.T) {
	// The digest of the documented vector has two plus signs.
	const digest = "KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8="
	text := newNEBText("U3R1YklEIHRyYW5zYWN0aW9uIHRleHQgb25l", "text")
	require.NotNil(t, text)
	assert.Equal(t, digest, text.digest())
	o := Object{{"a+b", digest}, {"n", 1}, {"s", `"\` + "\nÆ🙂&<>'`"}}
	assert.Equal(t, `{"a\u002Bb":"KJjd1jCP2c\u002BGnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=","n":1,"s":"\u0022\\\n\u00C6\uD83D\uDE42\u0026\u003C\u003E\u0027\u0060"}`, string(escapeText(o.Bytes())))
}

func FuzzEscapeText(f *testing.F) {
	f.Add("æøå+\"\\ \u2028 🙂")
	f.Fuzz(func(t *testing.T, s string) {
		plain, _ := json.Marshal(s)
		var want, got string
		require.NoError(t, json.Unmarshal(plain, &want))
		escaped := escapeText(plain)
		require.NoError(t, json.Unmarshal(escaped, &got))
		require.Equal(t, want, got)
		for _, c := range escaped {
			if c > 0x7e || c == '+' {
				t.Fatal("something is not escaped")
			}
		}
	})
}

// Names can be guessed: plain words, and no two tamperings of a dialect share one,
// at whatever stage they stand. Nor do two names say that the same arrives.
func TestTamperingsHavePlainNames(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for _, d := range Dialects() {
		seen, said := map[string]bool{}, map[string]string{}
		for _, m := range TamperingsOf(d) {
			assert.Regexp(t, form, m.Name)
			assert.False(t, seen[m.Name], "%s: twice: %s", d, m.Name)
			assert.NotEmpty(t, m.Doc, m.Name)
			at := m.Stage.String() + ": " + m.Doc
			assert.Empty(t, said[at], "%s: %s says the same: %q", d, m.Name, m.Doc)
			said[at] = m.Name
			assert.True(t, m.Want == accepted || m.Want.String() != "Unknown", m.Name)
			assert.NotEmpty(t, m.Stage.String())
			seen[m.Name] = true
		}
	}
	assert.Equal(t, "unknown", Dialect(9).String())
	_, err := Start(Dialect(9), Config{})
	require.Error(t, err)
}

func TestSwitchesOfAnotherDialect(t *testing.T) {
	var said []string
	b := NewNEB(t)
	b.complain = func(why string) { said = append(said, why) }
	b.Configure(func(*Settings) { t.Error("these are Criipto's") })
	b.ConfigureNEB(func(s *NEBSettings) { s.PublicProvider = true })
	c := NewCriipto(t)
	c.complain = b.complain
	c.ConfigureNEB(func(*NEBSettings) { t.Error("these are NEB's") })
	assert.Len(t, said, 2)
	assert.Nil(t, c.TransactionRoot())
	assert.Equal(t, NEB, b.Dialect())
	require.Error(t, b.Tamper("business-without-level"), "another dialect's tampering")
}
