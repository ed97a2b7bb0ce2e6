package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing/signingtest"
)

func contract() []byte {
	return fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt for Ærøskøbing", "Åse Ødegård"}})
}

func ditlev() mitidtest.Citizen { return mitidtest.Ditlev() }

// at are the flags for a service, where Ditlev must sign.
func at(fake *signingtest.Service) []string {
	who := ditlev()
	return []string{"-url", fake.Endpoint(), "-client-id", fake.ClientID(), "-client-secret", fake.ClientSecret().Reveal(),
		"-issuer", fake.Verify().Issuer(), "-audience", fake.Verify().ClientID(), "-uuid", who.MitIDUUID(nil)}
}

// gate stands before a fake service. The test acts at each request, and counts what
// reached the service.
type gate struct {
	url string

	mu      sync.Mutex
	n       int
	passed  map[string]int
	content []byte // of the document that went out last
	// Before and after a request reaches the service; if true, there is no answer.
	before, after func(n int, operation string) bool
}

// seen returns what the gate knows now.
func (g *gate) seen() (n int, passed map[string]int, content []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.n, maps.Clone(g.passed), g.content
}

// act sets what the test does before and after requests.
func (g *gate) act(before, after func(n int, operation string) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.before, g.after = before, after
}

var operationName = regexp.MustCompile(`^(?:query|mutation) (\w+)`)

func newGate(t *testing.T, fake *signingtest.Service) *gate {
	g := &gate{passed: map[string]int{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock() // the command makes one call at a time
		defer g.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		var asked struct{ Query string }
		_ = json.Unmarshal(body, &asked)
		operation := operationName.FindStringSubmatch(asked.Query)[1]
		g.n++
		if g.before != nil && g.before(g.n, operation) {
			panic(http.ErrAbortHandler)
		}
		g.passed[operation]++
		answer := httptest.NewRecorder()
		r.Body = io.NopCloser(bytes.NewReader(body))
		fake.ServeHTTP(answer, r)
		var got struct {
			Data struct{ Document struct{ Blob []byte } }
		}
		if json.Unmarshal(answer.Body.Bytes(), &got) == nil && got.Data.Document.Blob != nil {
			g.content = got.Data.Document.Blob
		}
		if g.after != nil && g.after(g.n, operation) {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(server.Close)
	g.url = server.URL + "/v1/graphql"
	return g
}

// signs returns what signs as Ditlev once, with the first link that is printed.
func signs(t *testing.T, fake *signingtest.Service) func(string) {
	var once sync.Once
	return func(link string) {
		once.Do(func() { require.NoError(t, fake.SignAs(t.Context(), link, ditlev())) })
	}
}
