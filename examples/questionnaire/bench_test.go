package main

import (
	"io"
	"net/http"
	"testing"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// BenchmarkPages asks for pages as a person who is logged in, over loopback.
func BenchmarkPages(b *testing.B) {
	h := newHouse(b)
	who := h.browser("da")
	who.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	who.post(everydayPath, everydayAnswers())
	for name, path := range map[string]string{"front": "/", "profile": "/profile", "answers": "/answers"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, h.url+path, nil)
				if err != nil {
					b.Fatal(err)
				}
				res, err := who.client.Do(req)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				if res.StatusCode != http.StatusOK {
					b.Fatal(res.Status)
				}
			}
		})
	}
}
