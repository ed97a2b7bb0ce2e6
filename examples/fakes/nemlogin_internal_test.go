package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMetadataIsFetchedWithinBounds(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/metadata", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<æøå/>")) })
	mux.HandleFunc("/long", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxMetadata+1)) })
	mux.HandleFunc("/error", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "canary", http.StatusInternalServerError) })
	mux.Handle("/away", http.RedirectHandler("/metadata", http.StatusFound))
	for name, server := range map[string]*httptest.Server{"http": httptest.NewServer(mux), "https that nobody vouches for": httptest.NewTLSServer(mux)} {
		t.Run(name, func(t *testing.T) {
			defer server.Close()
			text, err := fetch(server.URL + "/metadata")
			require.NoError(t, err)
			require.Equal(t, "<æøå/>", string(text))
			for _, path := range []string{"/long", "/error", "/away", "/nowhere"} {
				_, err := fetch(server.URL + path)
				require.Error(t, err, path)
				require.NotContains(t, err.Error(), "canary")
			}
		})
	}
}

// An anonymous visitor who names service providers makes no storm of requests.
func TestPortalAsksOnceASecond(t *testing.T) {
	asked, registered := 0, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked++ }))
	defer server.Close()
	p := &portal{addresses: []string{server.URL + "/metadata"}, register: func([]byte) error { registered++; return errors.New("no metadata") }}
	for range 50 {
		p.refresh()
	}
	require.Less(t, asked, 10)
	require.Equal(t, asked, registered)
	p.last = p.last.Add(-fetchEvery)
	before := asked
	p.refresh()
	require.Equal(t, before+1, asked)
}

func TestAddressesOfMetadata(t *testing.T) {
	for address, good := range map[string]bool{
		"https://app.example/metadata":        true,
		"http://127.0.0.1:8081/metadata":      true,
		"http://[::1]:8081/metadata":          true,
		"https://localhost:8443/metadata":     true,
		"http://app.example/metadata":         false,
		"http://127.0.0.1.example/metadata":   false,
		"https://user:secret@localhost/slash": false,
		"https:///metadata":                   false,
	} {
		require.Equal(t, good, checkAddress(address) == nil, address)
	}
}
