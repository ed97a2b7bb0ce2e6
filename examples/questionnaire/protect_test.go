package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFormFromAnotherSiteIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	for name, header := range map[string][]string{
		"fetch metadata": {"Sec-Fetch-Site", "cross-site"},
		"origin":         {"Origin", "https://evil.example"},
	} {
		t.Run(name, func(t *testing.T) {
			p := b.post(everydayPath, everydayAnswers(), header...)
			assert.Equal(t, http.StatusForbidden, p.status)
			assert.Contains(t, p.body, "Det kom fra en anden side")
			assert.Equal(t, http.StatusForbidden, b.post("/logout", nil, header...).status)
		})
	}
	assert.Contains(t, b.get("/answers").body, "Du har ikke svaret på noget endnu.")
}

func TestTooLargeForm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	p := b.post(everydayPath, url.Values{"joy": {strings.Repeat("å", 128<<10)}})
	assert.Equal(t, http.StatusRequestEntityTooLarge, p.status)
	assert.Contains(t, p.body, "Det var for meget på én gang")
}

func TestPagesThatAreNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("en")
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	for _, path := range []string{"/nothing", "/questionnaires/nothing", "/records/nothing", "/records/nothing/done", "/records/nothing/follow-up", "/login/nothing"} {
		p := b.get(path)
		assert.Equal(t, http.StatusNotFound, p.status, path)
		assert.Contains(t, p.body, "The page does not exist", path)
	}
	assert.Equal(t, http.StatusNotFound, b.post("/profile", nil).status)
	assert.Equal(t, http.StatusNoContent, b.get("/ready").status)
}

func TestLanguageSwitchLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for wish, want := range map[string]string{
		"/profile": "/profile", "/answers?x=1": "/answers?x=1", "": "/", "//evil.example": "/", `/\evil.example`: "/", "https://evil.example": "/",
		"https:evil.example": "/", "javascript:alert(1)": "/", "/\tevil": "/", "/" + strings.Repeat("a", 600): "/", "profile": "/",
	} {
		p := b.get("/language/en?" + url.Values{"return": {wish}}.Encode())
		assert.Equal(t, want, p.header.Get("Location"), wish)
	}
}

func TestReturnPathOfALoginLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.browser("da").get("/login?return=" + url.QueryEscape("//evil.example"))
	assert.Equal(t, http.StatusBadRequest, p.status)
	assert.NotContains(t, p.body, "evil")
}

func TestCookiesAndHeaders(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	front := b.get("/")
	assert.Contains(t, front.header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
	assert.Equal(t, "same-origin", front.header.Get("Referrer-Policy"))
	b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
	at, err := url.Parse(h.url)
	require.NoError(t, err)
	for _, c := range b.client.Jar.Cookies(at) {
		assert.NotContains(t, c.Value, "Ditlev")
	}
	css := b.get("/assets/app.css")
	assert.Equal(t, http.StatusOK, css.status)
	assert.Contains(t, css.header.Get("Content-Type"), "text/css")
	assert.NotContains(t, css.body, "http", "nothing is fetched from elsewhere")
	assert.Equal(t, http.StatusOK, b.get("/assets/mitid-button.css").status)
}
