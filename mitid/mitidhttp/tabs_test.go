package mitidhttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
)

// openTabs opens n protected pages at once: every request leaves before the first
// answer is there, so that each login knows nothing of the others.
func (b *browser) openTabs(n int) []page {
	b.s.t.Helper()
	jar := b.Jar
	b.Jar = nil // what the browser had before comes along by hand
	var had []string
	for name, value := range (&browser{Client: &http.Client{Jar: jar}, s: b.s}).cookies() {
		had = append(had, name+"="+value)
	}
	tabs := make([]page, n)
	for i := range tabs {
		tabs[i] = b.do(http.MethodGet, fmt.Sprintf("/in/skema/%02d?side=1", i), "", "Cookie", strings.Join(had, "; "))
		require.Equal(b.s.t, http.StatusFound, tabs[i].StatusCode)
	}
	b.Jar = jar
	for _, p := range tabs {
		b.Jar.SetCookies(p.Request.URL, p.Cookies())
	}
	return tabs
}

// weight is what the browser keeps: pending logins, and characters of a Cookie
// header with everything.
func (b *browser) weight() (pending, pendingSize, header int) {
	header = len("Cookie: ")
	for name, value := range b.cookies() {
		header += len(name) + len(value) + len("=; ")
		if strings.HasPrefix(name, b.s.cookie()+".") {
			pending++
			pendingSize += len(name) + len(value)
		}
	}
	return pending, pendingSize, header
}

func TestTwentyTabsAtOnceAndAnyOfThemCanBeFinished(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, n := range []int{1, 4, 5, 9, 12, 16, 20, 24} {
			for _, i := range []int{0, n / 2, n - 1} {
				t.Run(fmt.Sprintf("%s, %d of %d", method, i, n), func(t *testing.T) {
					s := newSite(t, true, func(s *site) { s.method = method })
					b := s.browser()
					tabs := b.openTabs(n)
					_, _, header := b.weight()
					t.Logf("%d tabs: a Cookie header of %d characters", n, header)
					require.Less(t, header, 6000, "a default nginx takes 8 kB, and the session is not there yet")
					done := b.answer(tabs[i])
					require.Contains(t, []int{http.StatusFound, http.StatusSeeOther}, done.StatusCode, done.body)
					require.Equal(t, fmt.Sprintf("/in/skema/%02d?side=1", i), done.to())
					require.Equal(t, 1, s.answers())
					count, size, _ := b.weight()
					require.LessOrEqual(t, count, 4)
					require.LessOrEqual(t, size, 4000)
					require.Equal(t, "{søren} substantial", b.get(done.to()).body)
				})
			}
		}
	}
}

func TestTheNextLoginTidiesUpAfterManyTabs(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	tabs := b.openTabs(20)
	last := b.get("/login?return=/in/sidst")
	count, size, _ := b.weight()
	require.LessOrEqual(t, count, 4)
	require.LessOrEqual(t, size, 4000)
	require.Equal(t, "/in/skema/19?side=1", b.answer(tabs[19]).to(), "the newest are kept")
	require.Equal(t, "/in/sidst", b.answer(last).to())
}

func TestACancelledTabTidiesUpToo(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	tabs := b.openTabs(16)
	require.Equal(t, http.StatusForbidden, b.get("/callback?error=access_denied&state="+tabs[3].handle()).StatusCode)
	count, _, _ := b.weight()
	require.Equal(t, 4, count)
	require.Equal(t, http.StatusFound, b.answer(tabs[15]).StatusCode)
}

// The answer that finishes a login must fit into 4 kB of header, which is what
// nginx reads of one; a large session leaves little room to drop cookies, so the
// pages that follow go on.
func TestManyTabsAndALargeIdentityFitThroughAProxy(t *testing.T) {
	s := newSite(t, true, nil)
	id := soren()
	id.Address = &claims.Address{Street: strings.Repeat("Æblevænget ", 94)}
	s.logsIn(id)
	b := s.browser()
	tabs := b.openTabs(24)
	done := b.answer(tabs[23])
	require.Equal(t, http.StatusFound, done.StatusCode)
	size := 0
	for name, values := range done.Header {
		for _, v := range values {
			size += len(name) + len(v) + 4
		}
	}
	require.Greater(t, len(b.session()), 2000)
	require.Less(t, size, 4000)
	_, _, header := b.weight()
	require.Less(t, header, 8000)
	b.get("/in/")
	b.get("/in/")
	count, _, _ := b.weight()
	require.Equal(t, 4, count)
}

func TestExpiredPendingLoginsMakeRoomFirst(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	for range 4 {
		b.get("/login")
	}
	s.advance(s.cfg.Lifetime + 16*60e9)
	fresh := b.get("/login")
	count, _, _ := b.weight()
	require.Equal(t, 1, count, "what has expired is gone")
	require.Equal(t, http.StatusFound, b.answer(fresh).StatusCode)
}

func TestAPendingCookieThatDoesNotOpenIsLeftAlone(t *testing.T) {
	s := newSite(t, false, nil)
	b := s.browser()
	begun := b.get("/login")
	name := s.cookie() + "." + begun.handle()
	b.put(name, "abc~def")
	require.Equal(t, http.StatusBadRequest, b.answer(begun).StatusCode)
	require.Equal(t, "abc~def", b.cookies()[name], "whose it is, nobody here can tell")
	require.Zero(t, s.answers())
	for range 8 {
		b.put(s.cookie()+"."+strings.Repeat("x", 20)+fmt.Sprint(10+len(b.cookies())), "abc~def")
	}
	for range 3 {
		assert.Len(t, b.get("/login").Cookies(), 1)
	}
	for range 20 { // they count for nothing, and ours stay bounded
		b.get("/login")
	}
	require.Len(t, b.cookies(), 9+4)
}

func TestAThousandCookiesCostLittle(t *testing.T) {
	s := newSite(t, true, nil)
	h := make([]string, 1000)
	for i := range h {
		h[i] = fmt.Sprintf("__Host-mitid.%022d=abc~def", i)
	}
	r := httptest.NewRequest(http.MethodGet, "/callback?code=c&state="+strings.Repeat("A", 22), nil)
	r.Header.Set("Cookie", strings.Join(h, "; "))
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	require.Equal(t, http.StatusBadRequest, w.Code)
	require.Empty(t, w.Result().Cookies())
}
