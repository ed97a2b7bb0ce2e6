package fakehttp_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

func TestPages(t *testing.T) {
	type texts struct{ Title, Fake, Footer, FooterLink, DifferencesTitle string }
	type view struct {
		Lang, Heading, Differences string
		List                       []string
		T                          texts
	}
	pages := fakehttp.NewPages(`{{define "style"}}:root{--width:1rem}{{end}}{{define "one"}}{{template "top" .}}<h1>{{.Heading}}</h1>{{template "bottom" .}}{{end}}`)
	show := func(name string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		pages.Show(w, http.StatusTeapot, name, &view{Lang: "da", Heading: "<script>", Differences: "/differences", List: []string{"æøå"},
			T: texts{"Title", "FAKE", "Footer", "Link", "Differences"}}, fakehttp.Policy)
		return w
	}
	one := show("one")
	assert.Equal(t, http.StatusTeapot, one.Code)
	assert.Equal(t, fakehttp.Policy, one.Header().Get("Content-Security-Policy"))
	assert.Equal(t, "no-store", one.Header().Get("Cache-Control"))
	for _, want := range []string{`lang="da"`, "FAKE", "--width:1rem", "<h1>&lt;script&gt;</h1>", "&lt;script&gt; – Title", "Footer"} {
		assert.Contains(t, one.Body.String(), want)
	}
	assert.Contains(t, show("differences").Body.String(), "<li>æøå</li>")
	assert.Equal(t, http.StatusInternalServerError, show("unknown").Code)
}

func TestLanguage(t *testing.T) {
	for accepts, want := range map[string]string{
		"": "da", "en-GB,en;q=0.9": "en", "kl, da;q=0.8, en": "da", "sv,EN-us": "en", "zh": "da",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", accepts)
		assert.Equal(t, want, fakehttp.Language(r), accepts)
		assert.Equal(t, "en", fakehttp.Language(r, "fr", "en"), "a wish comes first")
	}
}
