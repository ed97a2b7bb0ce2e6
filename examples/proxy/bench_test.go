package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkRequest compares a request through the proxy, which opens the session, signs
// the identity and looks at the headers, with one through the standard library's proxy,
// which does none of that.
func BenchmarkRequest(b *testing.B) {
	page := []byte("rødgrød med fløde")
	h := newHouse(b)
	h.app = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) }
	person := h.browser()
	person.logIn("/x")
	cookies := person.cookies()
	target, err := url.Parse(h.set.Upstream.URL)
	require.NoError(b, err)
	bare := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, Transport: newTransport(target, nil, 0),
	})
	b.Cleanup(bare.Close)
	for name, at := range map[string]string{"proxy": h.url + "/x", "public": h.url + "/open", "ReverseProxy": bare.URL + "/x"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, _ := http.NewRequest(http.MethodGet, at, nil)
				if name != "public" {
					r.Header.Set("Cookie", cookies)
				}
				res, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					b.Fatal(err)
				}
				n, _ := io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				if res.StatusCode != http.StatusOK || n != int64(len(page)) {
					b.Fatal(res.Status)
				}
			}
		})
	}
}

func BenchmarkJudge(b *testing.B) {
	all := testRules(b)
	for b.Loop() {
		if _, _, err := all.judge("/%C3%A6r%C3%B8/borgere/1/breve/2"); err != nil {
			b.Fatal(err)
		}
	}
}
