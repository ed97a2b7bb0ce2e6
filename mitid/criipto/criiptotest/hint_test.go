package criiptotest

import (
	"encoding/base64"
	"strings"
	"testing"

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
