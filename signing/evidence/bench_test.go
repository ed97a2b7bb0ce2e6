package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"

	"github.com/dkeid/dkeid/internal/timestamptest"
	"github.com/dkeid/dkeid/signing/evidence"
)

// large is a bundle with a document of n bytes, and the document.
func large(tb testing.TB, n int) (evidence.Bundle, []byte) {
	tb.Helper()
	document := bytes.Repeat([]byte("Blåbærgrød på Ærø. "), n/21+1)[:n]
	sum := sha256.Sum256(document)
	i := newIssuer(tb)
	return evidence.Bundle{About: evidence.AboutSignature, Reference: "ordre-1", Parts: []evidence.Part{
		evidence.Text(evidence.PartIDToken, "", i.token(tb, claimsOf(object{"refTextBody": hex.EncodeToString(sum[:])}))),
		evidence.Text(evidence.PartKeys, "", i.jwks(tb)),
		evidence.Bytes(evidence.PartOriginal, "", document),
	}}, document
}

// BenchmarkWrite compares writing a bundle of 4 MB with hashing its bytes and checking the
// one signature in it. The target is twice that.
func BenchmarkWrite(b *testing.B) {
	bundle, document := large(b, 4<<20)
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(document)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := evidence.Write(context.Background(), io.Discard, bundle, evidence.Options{Now: at(began)}); err != nil {
				b.Fatal(err)
			}
		}
	})
	yardstick(b, document)
}

// BenchmarkVerify does the same for checking a bundle with a timestamp.
func BenchmarkVerify(b *testing.B) {
	bundle, document := large(b, 4<<20)
	a, authority := tsa(b, timestamptest.Config{})
	file := write(b, bundle, evidence.Options{Authority: authority})
	policy := evidence.Policy{Roots: a.Roots()}
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(document)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := verify(file, began.AddDate(1, 0, 0), policy); err != nil {
				b.Fatal(err)
			}
		}
	})
	yardstick(b, document)
}

// yardstick hashes the document and checks one ES256 signature.
func yardstick(b *testing.B, document []byte) {
	i := newIssuer(b)
	check := signatureCheck(b, i)
	b.Run("yardstick", func(b *testing.B) {
		b.SetBytes(int64(len(document)))
		for b.Loop() {
			_ = sha256.Sum256(document)
			if !check() {
				b.Fatal("the signature does not hold")
			}
		}
	})
}
