package claims_test

import (
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/dkeid/dkeid/claims"
)

// BenchmarkParseNEB measures what a login waits for: an ID token and userinfo. The
// yardstick is the general parser of go-json-experiment into nine fields of each.
func BenchmarkParseNEB(b *testing.B) {
	p := nebSample(b, "ssn")
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(p["id_token"]) + len(p["userinfo"])))
		for b.Loop() {
			if _, err := claims.ParseNEBIDToken(p["id_token"]); err != nil {
				b.Fatal(err)
			}
			if _, err := claims.ParseNEBUserInfo(p["userinfo"]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ours with identity", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			t, err := claims.ParseNEBIDToken(p["id_token"])
			if err != nil {
				b.Fatal(err)
			}
			u, err := claims.ParseNEBUserInfo(p["userinfo"])
			if err != nil {
				b.Fatal(err)
			}
			if _, err := t.Identity(u); err != nil {
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
				SID   string `json:"sid"`
				Trans string `json:"transaction_id"`
			}
			if err := jsonv2.Unmarshal(p["id_token"], &nine); err != nil {
				b.Fatal(err)
			}
			var person struct {
				Sub    string `json:"sub"`
				LoA    string `json:"loa"`
				IdP    string `json:"idp"`
				UUID   string `json:"mitid.uuid"`
				Name   string `json:"mitid.identity_name"`
				Birth  string `json:"mitid.date_of_birth"`
				HasCPR string `json:"mitid.has_cpr"`
				CPR    string `json:"dk.cpr"`
				Trans  string `json:"mitid.transaction_id"`
			}
			if err := jsonv2.Unmarshal(p["userinfo"], &person); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkParseEIdent is the same for the one token of E-Ident.
func BenchmarkParseEIdent(b *testing.B) {
	p := eident(b, "ssn")
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(p)))
		for b.Loop() {
			if _, err := claims.ParseEIdent(p); err != nil {
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
