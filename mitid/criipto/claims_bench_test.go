package criipto

import (
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
)

// BenchmarkParseClaims measures the parse that a login waits for. The yardstick
// is the general parser of go-json-experiment into nine fields.
func BenchmarkParseClaims(b *testing.B) {
	for _, name := range []string{"a-citizen", "b-address"} {
		payload := compact(b, name)
		b.Run(name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(payload)))
			for b.Loop() {
				if _, err := parseClaims(payload); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/ours with identity", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c, err := parseClaims(payload)
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
