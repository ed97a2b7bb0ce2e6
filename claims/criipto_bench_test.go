package claims_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

// compact is a payload as it is on the wire.
func compact(tb testing.TB, name string) []byte {
	tb.Helper()
	file := "testdata/criipto/" + name + ".json"
	if strings.HasPrefix(name, "vendor-") {
		file = "../" + file // shared with other packages
	}
	raw, err := os.ReadFile(file)
	require.NoError(tb, err)
	var b bytes.Buffer
	require.NoError(tb, json.Compact(&b, raw))
	return b.Bytes()
}

// BenchmarkParseCriipto measures the parse that a login waits for. The yardstick
// is the general parser of go-json-experiment into nine fields.
func BenchmarkParseCriipto(b *testing.B) {
	for _, name := range []string{"a-citizen", "b-address"} {
		payload := compact(b, name)
		b.Run(name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(payload)))
			for b.Loop() {
				if _, err := claims.ParseCriipto(payload); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/ours with identity", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c, err := claims.ParseCriipto(payload)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := c.Identity(); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/yardstick", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var nine struct {
					Iss   string `json:"iss"`
					Sub   string `json:"sub"`
					Aud   string `json:"aud"`
					Exp   int64  `json:"exp"`
					Iat   int64  `json:"iat"`
					Nonce string `json:"nonce"`
					LoA   string `json:"loA"`
					CPR   string `json:"cprNumberIdentifier"`
					Name  string `json:"name"`
				}
				if err := jsonv2.Unmarshal(payload, &nine); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
