package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzControl: whatever is asked is done, or refused with a problem that says what to do.
func FuzzControl(f *testing.F) {
	o := options{listen: "127.0.0.1", control: true}
	s, err := open(o)
	require.NoError(f, err)
	f.Cleanup(s.close)
	c := &control{s: s}
	c.activity = newActivity(c.sources())
	handler := c.handler()
	for i, body := range []string{
		`{}`, `{"seconds":86400}`, `{"name":"Ærø","cpr":"","companies":[{"cvr":"12345674","name":"Ø","role":"employee"}]}`, `{"outcomes":[{"act":"fail","code":"æ"}]}`,
		`{"next":["503",""]}`, `{"always":"503","letter":"11111111-1111-4111-8111-111111111111"}`, `{"state":"exempt","cvr":"12345674"}`, `{"a":1,"a":2}`, `[`, "\xff",
	} {
		f.Add(uint8(i*3), "criipto", body)
	}
	f.Fuzz(func(t *testing.T, which uint8, name, body string) {
		routes := c.routes()
		at := routes[int(which)%len(routes)]
		path := strings.NewReplacer("{item}", "x", "{citizen}", "x", "{letter}", "x", "{number}", "0", "{fake}", "signatures").Replace(at.path)
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") == "" && name != "" {
			path = strings.Replace(path, "signatures", name, 1)
		}
		r := httptest.NewRequestWithContext(t.Context(), at.method, path, strings.NewReader(body))
		r.Host = "127.0.0.1"
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		require.Less(t, w.Code, http.StatusInternalServerError, "%s %s %s", at.method, path, body)
		if w.Code >= http.StatusBadRequest {
			var p problem
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p), w.Body.String())
			require.NotEmpty(t, p.Detail)
		}
	})
}
