package mitidhttp_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

func recorded(h http.Handler, path string) *httptest.ResponseRecorder {
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}, Header: http.Header{}, Host: "app.example"}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestLogout(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		s := newSite(t, true, func(s *site) { s.method = method })
		b := s.browser()
		b.logIn()
		b.get("/high")
		require.Len(t, b.cookies(), 2)
		out := b.do(http.MethodPost, "/logout?return=/farvel", "")
		require.Equal(t, http.StatusSeeOther, out.StatusCode)
		require.True(t, strings.HasPrefix(out.to(), "https://broker.example/logout?"), out.to())
		require.Empty(t, b.session())
		require.Len(t, b.cookies(), 1, "the pending step-up is gone, the way back is kept")
		require.Equal(t, "nobody", b.get("/").body)
		u, err := url.Parse(out.to())
		require.NoError(t, err)
		require.Equal(t, s.server.URL+"/callback", u.Query().Get("to"))
		back := b.get("/callback?state=" + out.handle())
		require.Equal(t, http.StatusFound, back.StatusCode)
		require.Equal(t, "/farvel", back.to())
		require.Empty(t, b.cookies())
		require.Empty(t, s.refused)
	}
}

func TestLogoutOfABrokerThatForgetsTheState(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	b.logIn()
	b.do(http.MethodPost, "/logout?return=/farvel", "")
	require.Equal(t, "/farvel", b.get("/callback").to())
	require.Equal(t, http.StatusBadRequest, b.get("/callback").StatusCode)
}

func TestLogoutIsNobodyElses(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	b.logIn()
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"},
	} {
		p := b.do(http.MethodPost, "/logout", "", headers...)
		require.Equal(t, http.StatusForbidden, p.StatusCode)
		require.NotEmpty(t, b.session())
	}
	require.Equal(t, http.StatusMethodNotAllowed, b.get("/logout").StatusCode)
	require.Equal(t, "{søren} substantial", b.get("/").body)
	require.Equal(t, http.StatusSeeOther, b.do(http.MethodPost, "/logout", "", "Origin", s.server.URL).StatusCode)
}

func TestLogoutAlwaysWorksHere(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.noLogout, s.cfg.Home = true, "/hjem" })
	b := s.browser()
	b.logIn()
	out := b.do(http.MethodPost, "/logout?return=//evil.example", "")
	require.Equal(t, "/hjem", out.to())
	require.Empty(t, b.cookies())
	require.Equal(t, "/hjem", b.do(http.MethodPost, "/logout", "").to(), "nobody is logged in")
}

func TestCallbackOfALogoutLogsNobodyIn(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	b.logIn()
	out := b.do(http.MethodPost, "/logout", "")
	before := s.answers()
	require.Equal(t, http.StatusFound, b.get("/callback?code=c&state="+out.handle()).StatusCode)
	require.Equal(t, before, s.answers())
	require.Empty(t, b.session())
	require.ErrorIs(t, func() error { b.get("/callback?code=c&state=" + out.handle()); return s.lastRefusal() }(), mitid.ErrStateInvalid)
}
