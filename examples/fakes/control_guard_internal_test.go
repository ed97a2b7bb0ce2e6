package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPagesOfOthersAreRefused: a web page that the developer visits cannot drive the fakes.
func TestPagesOfOthersAreRefused(t *testing.T) {
	c := startControl(t)
	host := strings.TrimPrefix(c.ready.Control.URL, "http://")
	_, port, _ := strings.Cut(host, ":")
	for name, at := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"nothing said": {func(*http.Request) {}, 204},
		"its own page": {func(r *http.Request) {
			r.Header.Set("Origin", c.ready.Control.URL)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}, 204},
		"localhost":               {func(r *http.Request) { r.Host = "localhost:" + port }, 204},
		"origin of another site":  {func(r *http.Request) { r.Header.Set("Origin", "https://ond.example") }, 403},
		"origin of another port":  {func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:8080") }, 403},
		"opaque origin":           {func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		"https in front of http":  {func(r *http.Request) { r.Header.Set("Origin", "https://"+host) }, 403},
		"cross-site":              {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"same-site":               {func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, 403},
		"rebinding":               {func(r *http.Request) { r.Host = "ond.example:" + port }, 421},
		"rebinding, same origin":  {func(r *http.Request) { r.Host = "ond.example"; r.Header.Set("Origin", "http://ond.example") }, 421},
		"a form":                  {func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, 415},
		"a form of text":          {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415},
		"no content type":         {func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
		"a content type and more": {func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=utf-8") }, 204},
	} {
		req := c.request(t, "POST", "/control/v1/reset", "{}")
		at.change(req)
		status, _ := c.do(t, req)
		assert.Equal(t, at.status, status, name)
	}
	req := c.request(t, "GET", "/control/v1/citizens", "")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	status, _ := c.do(t, req)
	assert.Equal(t, 403, status, "reading too")
	res, err := c.client.Do(c.request(t, "GET", "/control/v1/citizens", ""))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Empty(t, res.Header.Get("Access-Control-Allow-Origin"))
	assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	status, _ = c.send(t, "POST", "/control/v1/reset", "{}"+strings.Repeat(" ", maxControlBody))
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
	status, _ = c.send(t, "GET", "/control/v1/ingenting", "")
	assert.Equal(t, http.StatusNotFound, status)
	status, detail := c.send(t, "PUT", "/control/v1/clock", "{}")
	assert.Equal(t, http.StatusMethodNotAllowed, status)
	assert.Contains(t, detail, "GET or POST")
}

func TestToken(t *testing.T) {
	const token = "en hemmelighed, æøå"
	c := startControl(t, func(o *options) { o.controlToken = token })
	require.Equal(t, token, c.token)
	for given, want := range map[string]int{
		"": 401, "Bearer": 401, "Bearer ": 401, "Basic " + token: 401, "Bearer " + token[:8]: 401, "Bearer " + token + "x": 401,
		"Bearer " + token: 200, "bearer " + token: 200,
	} {
		req := c.request(t, "GET", "/control/v1/clock", "")
		req.Header.Del("Authorization")
		if given != "" {
			req.Header.Set("Authorization", given)
		}
		status, body := c.do(t, req)
		assert.Equal(t, want, status, given)
		assert.NotContains(t, string(body), token)
	}
	c.token = ""
	for _, open := range []string{"/healthz", "/readyz", "/control/openapi.yaml"} {
		status, _ := c.do(t, c.request(t, "GET", open, ""))
		assert.Equal(t, 200, status, open)
	}
	status, _ := c.send(t, "POST", "/healthz", "{}")
	assert.Equal(t, 401, status)
}

func TestControlFlags(t *testing.T) {
	for _, o := range []options{
		{listen: "127.0.0.1", controlToken: "lang nok til at være et"}, {listen: "127.0.0.1", control: true, controlToken: "for kort"},
	} {
		assert.Error(t, o.read(""), "%+v", o)
	}
}

func TestControlWithTLS(t *testing.T) {
	c := startControl(t, func(o *options) { o.tls = true })
	require.True(t, strings.HasPrefix(c.ready.Control.URL, "https://"))
	c.client = trusting(t, c.ready.CA)
	req := c.request(t, "POST", "/control/v1/reset", "{}")
	req.Header.Set("Origin", c.ready.Control.URL)
	status, _ := c.do(t, req)
	assert.Equal(t, 204, status)
}
