package criipto_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

// quiet is a ResponseWriter that keeps the status.
type quiet struct {
	header http.Header
	status int
}

func (q *quiet) Header() http.Header         { return q.header }
func (q *quiet) Write(p []byte) (int, error) { return len(p), nil }
func (q *quiet) WriteHeader(status int)      { q.status = status }

func serve(b *testing.B, h http.Handler, body, signed string) int {
	b.Helper()
	r, err := http.NewRequest(http.MethodPost, "/hook", bytes.NewReader([]byte(body)))
	if err != nil {
		b.Fatal(err)
	}
	r.Header["Content-Type"] = []string{"application/json"}
	r.Header["X-Criipto-Signature"] = []string{signed}
	q := quiet{header: http.Header{}}
	h.ServeHTTP(&q, r)
	return q.status
}

func numbered(i int) string {
	return `{"event":"SIGNATORY_SIGNED","signatureOrderId":"SignatureOrder:1|x","signatoryId":"s1","n":` + strconv.Itoa(i) + `}`
}

// plainHook is what somebody writes who only checks the signature, with the standard
// library: no limits, no memory of events, and no order read again.
func plainHook(secret []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		mac := hmac.New(sha256.New, secret)
		_, _ = mac.Write(body)
		given, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Criipto-Signature"))
		if err != nil || !hmac.Equal(mac.Sum(nil), given) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		var event map[string]any
		if json.Unmarshal(body, &event) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusOK)
	}
}

func benchmarkHook(b *testing.B) http.Handler {
	cfg := config("http://localhost/")
	cfg.HTTPClient = answering([]byte(`{"data":{"signatureOrder":` + openOrder + `}}`))
	s, err := criipto.New(cfg)
	require.NoError(b, err)
	h, err := s.Webhook(criipto.WebhookConfig{Secrets: [][]byte{secretNow, secretBefore}, Handle: func(context.Context, signing.Event) error { return nil }})
	require.NoError(b, err)
	return h
}

// Target: 1,000 a second on one core, each with its order read again (without a network).
func BenchmarkEventAccepted(b *testing.B) {
	for name, h := range map[string]http.Handler{"ours": benchmarkHook(b), "yardstick": plainHook(secretNow)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n++
				body := numbered(n)
				if status := serve(b, h, body, signature(secretNow, body)); status != http.StatusOK {
					b.Fatal(status)
				}
			}
		})
	}
}

// Target: 10,000 a second on one core.
func BenchmarkEventForged(b *testing.B) {
	forged := signature(bytes.Repeat([]byte{9}, 32), signedEvent)
	for name, h := range map[string]http.Handler{"ours": benchmarkHook(b), "yardstick": plainHook(secretNow)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if status := serve(b, h, signedEvent, forged); status != http.StatusUnauthorized {
					b.Fatal(status)
				}
			}
		})
	}
}

// A signed copy of 20 MB. The yardstick decodes the same JSON with the standard library.
func BenchmarkFetch(b *testing.B) {
	answer := []byte(documentSays(quoted(make([]byte, twentyMB))))
	cfg := config("http://localhost/")
	cfg.HTTPClient = answering(answer)
	s, err := criipto.New(cfg)
	require.NoError(b, err)
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(twentyMB)
		for b.Loop() {
			if err := s.Fetch(b.Context(), theOrder, "d1", io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(twentyMB)
		for b.Loop() {
			var got struct {
				Data struct{ Document struct{ Blob []byte } }
			}
			if err := json.NewDecoder(bytes.NewReader(answer)).Decode(&got); err != nil || len(got.Data.Document.Blob) != twentyMB {
				b.Fatal(err)
			}
		}
	})
}
