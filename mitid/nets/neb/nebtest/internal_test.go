package nebtest

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

func TestParseParams(t *testing.T) {
	// The documented vector.
	p, ok := parseParams(`{"mitid":{"loa_value":"substantial","reference_text":"VGVzdCByZWZlcmVuY2UgdGV4dA=="}}`)
	require.True(t, ok)
	assert.False(t, p.nonsense)
	assert.Equal(t, "VGVzdCByZWZlcmVuY2UgdGV4dA==", p.mitid.reference)
	assert.Equal(t, claims.Substantial, p.mitid.level)

	p, ok = parseParams(`{"mitid":{"aal_value":"high","loa_value":"low"}}`)
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
		p, ok := parseParams(text)
		require.True(t, ok, text)
		assert.Equal(t, sensible, !p.nonsense, text)
	}
	for _, text := range []string{`null`, `[]`, `{"mitid":1}`, `{“mitid”:{}}`, `{"mitid":{}} x`} {
		_, ok := parseParams(text)
		assert.False(t, ok, text)
	}
}

func FuzzParseParams(f *testing.F) {
	f.Add(`{"mitid":{"loa_value":"high","reference_text":"VGVzdA==","cpr_hint":"2101270087"},"mitid_erhverv":{"allow_private":true}}`)
	f.Fuzz(func(t *testing.T, s string) {
		p, ok := parseParams(s)
		if ok && s != "" && !json.Valid([]byte(s)) {
			t.Fatal("no JSON was accepted")
		}
		if !p.nonsense && p.mitid.cpr != "" && len(p.mitid.cpr) != 10 {
			t.Fatal("a CPR number of another length makes sense")
		}
	})
}

func TestDigestOfAText(t *testing.T) {
	// The documented vector. Its digest has two plus signs.
	text := newText("U3R1YklEIHRyYW5zYWN0aW9uIHRleHQgb25l", "text")
	require.NotNil(t, text)
	assert.Equal(t, "KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=", text.digest())
}

// An authority that a clock ahead has made is not valid yet once the clock is turned back.
func TestResetForgetsTheAuthorityOfSeals(t *testing.T) {
	fake := New(t)
	fake.Advance(365 * 24 * time.Hour)
	ahead, err := fake.dialect.seals()
	require.NoError(t, err)
	fake.Reset()
	now, err := fake.dialect.seals()
	require.NoError(t, err)
	assert.NotSame(t, ahead, now)
}
