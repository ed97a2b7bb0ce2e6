package fakeoidc

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEscapeText(t *testing.T) {
	text := `{"a+b":"KJjd1jCP2c+GnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=","n":1,"s":"\"\\\nÆ🙂&<>'` + "`" + `"}`
	want := `{"a\u002Bb":"KJjd1jCP2c\u002BGnkLNl8cAEquyjsxVf6FI6EtoVddhHR8=","n":1,"s":"\u0022\\\n\u00C6\uD83D\uDE42\u0026\u003C\u003E\u0027\u0060"}`
	assert.Equal(t, want, string(EscapeText([]byte(text))))
}

func FuzzEscapeText(f *testing.F) {
	f.Add("æøå+\"\\ \u2028 🙂")
	f.Fuzz(func(t *testing.T, s string) {
		plain, _ := json.Marshal(s)
		var want, got string
		require.NoError(t, json.Unmarshal(plain, &want))
		escaped := EscapeText(plain)
		require.NoError(t, json.Unmarshal(escaped, &got))
		require.Equal(t, want, got)
		for _, c := range escaped {
			if c > 0x7e || c == '+' {
				t.Fatal("something is not escaped")
			}
		}
	})
}
