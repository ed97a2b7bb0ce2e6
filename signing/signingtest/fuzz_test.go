package signingtest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing/signingtest"
)

// Whatever arrives, the API answers: with plain text, or with JSON that has data.
func FuzzRequest(f *testing.F) {
	s := signingtest.New(f)
	app := application(f, s)
	o := app.place()
	for _, seed := range []struct {
		query     string
		variables any
	}{
		{create, object{"input": input()}},
		{query, object{"id": word(o, "id")}},
		{closing, object{"input": object{"signatureOrderId": word(o, "id"), "retainDocumentsForDays": 7}}},
		{`query a($x: Boolean!) { viewer { __typename ... on Application @skip(if: $x) { signatureOrders(first: 2) { edges { node { ...o } } } } } } fragment o on SignatureOrder { id }`, object{"x": false}},
		{`mutation v($input: ValidateDocumentInput!) { validateDocument(input: $input) { valid errors } }`, object{"input": object{"pdf": "JVBERi0xLjcKJSVFT0Y="}}},
		{`{ a: timezones b: timezones }`, nil},
		{seen, nil},
	} {
		body, err := json.Marshal(object{"query": seed.query, "variables": seed.variables})
		require.NoError(f, err)
		f.Add(string(body), true)
		f.Add(string(body), false)
	}
	f.Add(`{"query":"query($i:[[Int!]!]){timezones}","variables":{"i":[[1]]}}`, true)
	f.Add(`{"query":"{`+strings.Repeat("a{", 300)+`","operationName":"æ"}`, true)
	f.Fuzz(func(t *testing.T, body string, basic bool) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/graphql", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		if basic {
			r.Header.Set("Authorization", app.header.Get("Authorization"))
		} else {
			r.Header.Set("Signatory-Token", word(o, "signatories", 0, "token"))
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return
		}
		var a answer
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &a))
		assert.NotNil(t, a.Data)
	})
}

// Whatever a browser sends to the pages, they answer.
func FuzzPage(f *testing.F) {
	s := signingtest.New(f)
	app := application(f, s)
	o := app.place()
	link := "/s/" + word(o, "signatories", 0, "token")
	for _, path := range []string{link, link + "/document/0.pdf", link + "/document/-1.pdf", link + "/sign", link + "/reject", link + "/login", "/callback?state=æ", "/s/", "/differences"} {
		f.Add(path, "read=yes&lang=da", "da", true)
		f.Add(path, "%zz", "en;q=æ", false)
	}
	f.Fuzz(func(t *testing.T, path, form, language string, post bool) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		if post {
			r = httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		r.Host = "localhost"
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
		r.Header.Set("Accept-Language", language)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		assert.NotEqual(t, http.StatusInternalServerError, w.Code)
	})
}
