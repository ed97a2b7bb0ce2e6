package mitidtest

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseHint(t *testing.T) {
	const text = "Godkend overførsel?>~ÿ"
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		h, err := parseHint("message:" + encoding.EncodeToString([]byte(text)))
		require.NoError(t, err)
		assert.Equal(t, text, h.message)
	}
	h, err := parseHint("action:sign action:nonsense sub:2101270087 sub:ssn:x uuid:a uuid:b vatid:DK12345674 vatid:SE1 business business_optional" +
		" dk:mitid:ct scope:ssn scope:address acr_values:x appswitch:ios appswitch:resumeUrl:https://a/b mobile:continue_button:never css_path:/x?a=1%26b  cpr:1")
	require.NoError(t, err)
	assert.Equal(t, "sign", h.action)
	assert.Equal(t, "2101270087", h.sub)
	assert.Equal(t, "b", h.uuid, "the last one counts")
	assert.Equal(t, "12345674", h.vat)
	assert.True(t, h.business && h.optional && h.transfer)
	assert.Equal(t, []string{"ssn", "address"}, h.scopes)
	assert.Equal(t, []string{"action:nonsense", "sub:ssn:x", "vatid:SE1", "", "cpr:1"}, h.unknown)

	long := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("æ", 130)))
	_, err = parseHint("message:" + long)
	require.NoError(t, err)
	for _, bad := range []string{"message:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("æ", 131))), "message:*", "message:/w=="} {
		_, err = parseHint(bad)
		require.Error(t, err)
	}
}

func FuzzParseHint(f *testing.F) {
	f.Add("action:approve message:R29ka2VuZCBvdmVyZsO4cnNlbA== uuid:x  business")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parseHint(s)
		if err == nil && strings.Join(h.tokens, " ") != s {
			t.Fatal("a token got lost")
		}
	})
}

func TestShelfIsBounded(t *testing.T) {
	at := time.Unix(0, 0)
	s := newShelf[int](3)
	for i := range 100 {
		s.put(itoa(i), i, at, at.Add(time.Hour))
	}
	assert.Len(t, s.items, 3)
	assert.LessOrEqual(t, len(s.order), 6)
	_, ok := s.get("96", at)
	assert.False(t, ok, "the oldest goes")
	v, ok := s.take("97", at)
	assert.True(t, ok)
	assert.Equal(t, 97, v)
	_, ok = s.take("97", at)
	assert.False(t, ok)
	for i := range 100 { // put and taken at once
		s.put("x"+itoa(i), i, at, at.Add(time.Hour))
		s.take("x"+itoa(i), at)
	}
	assert.LessOrEqual(t, len(s.order), 6)
	_, ok = s.get("98", at.Add(2*time.Hour))
	assert.False(t, ok)
	s.put("new", 1, at.Add(2*time.Hour), at.Add(3*time.Hour))
	assert.Len(t, s.items, 1, "what has expired makes room")
}

func TestObjectKeepsOrder(t *testing.T) {
	o := Object{{"b", "æ\"ø\\å<>&"}, {"a", int64(7)}}
	o.Add("b", nil)
	o.Set("a", json.RawMessage("1e400"))
	o.Add("c", Object{{"x", []string{"y"}}, {"t", true}})
	assert.Equal(t, `{"b":"æ\"ø\\å<>&","a":1e400,"b":null,"c":{"x":["y"],"t":true}}`, string(o.Bytes()))
	o.Drop("b")
	assert.Equal(t, `{"a":1e400,"c":{"x":["y"],"t":true}}`, string(o.Bytes()))
}

func TestAge(t *testing.T) {
	born := time.Date(2000, 2, 29, 0, 0, 0, 0, time.UTC)
	assert.Equal(t, "25", Age(born, time.Date(2026, 2, 28, 12, 0, 0, 0, time.UTC)))
	assert.Equal(t, "26", Age(born, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)))
}

func TestSwitchesSurviveATampering(t *testing.T) {
	b := NewCriipto(t)
	b.Configure(func(s *Settings) { s.CompanyAlias = "Ærø" })
	require.NoError(t, b.Tamper("business-without-level"))
	require.NoError(t, b.Tamper("invalid-grant"), "a second tampering replaces the first")
	b.Configure(func(s *Settings) { assert.True(t, s.BusinessLevels); assert.Equal(t, "Ærø", s.CompanyAlias) })
}
