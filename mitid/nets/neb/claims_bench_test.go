package neb

import (
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
)

// BenchmarkParseClaims measures what a login waits for: an ID token and userinfo. The
// yardstick is the general parser of go-json-experiment into nine fields of each.
func BenchmarkParseClaims(b *testing.B) {
	p := nebSample(b, "ssn")
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(p["id_token"]) + len(p["userinfo"])))
		for b.Loop() {
			if _, err := readIDToken(p["id_token"]); err != nil {
				b.Fatal(err)
			}
			if _, err := readUserInfo(p["userinfo"]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ours with identity", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			t, err := readIDToken(p["id_token"])
			if err != nil {
				b.Fatal(err)
			}
			u, err := readUserInfo(p["userinfo"])
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
