package transactiontext_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/dkeid/dkeid/internal/transactiontext"
)

// BenchmarkCheck measures what a login with a transaction text waits for. The
// yardstick is one parse of the same text.
func BenchmarkCheck(b *testing.B) {
	body := purchase
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := transactiontext.Check(transactiontext.HTML, body, 2000); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := html.Parse(strings.NewReader(body)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("plain/ours", func(b *testing.B) {
		text := strings.Repeat("æ", 600)
		for b.Loop() {
			if err := transactiontext.Check(transactiontext.Plain, text, 0); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("refused/ours", func(b *testing.B) {
		deep := strings.Repeat("<b>", 200)
		for b.Loop() {
			if transactiontext.Check(transactiontext.HTML, deep, 0) == nil {
				b.Fatal("accepted")
			}
		}
	})
}
