package eident

import (
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/dkeid/dkeid/mitid/internal/claimsuite"
)

// BenchmarkParseClaims measures what a login waits for: an ID token. The yardstick is the
// general parser of go-json-experiment into nine fields.
func BenchmarkParseClaims(b *testing.B) {
	p := claimsuite.Sample(b, "ssn")
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(p)))
		for b.Loop() {
			if _, err := parseClaims(p); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var nine struct {
				Iss   string `json:"iss"`
				Sub   string `json:"sub"`
				Aud   string `json:"aud"`
				Exp   int64  `json:"exp"`
				Iat   int64  `json:"iat"`
				Nonce string `json:"nonce"`
				LoA   string `json:"loa"`
				CPR   string `json:"dk_ssn"`
				Name  string `json:"name"`
			}
			if err := jsonv2.Unmarshal(p, &nine); err != nil {
				b.Fatal(err)
			}
		}
	})
}
