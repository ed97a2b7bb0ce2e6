package mitidhttp_test

import (
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

func TestLogin(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := newSite(t, secure, nil)
		b := s.browser()
		begun := b.get("/login?return=" + url.QueryEscape("/in/skema/æ?spørgsmål=1"))
		require.Equal(t, http.StatusFound, begun.StatusCode)
		require.Len(t, begun.handle(), 22)
		done := b.answer(begun)
		require.Equal(t, http.StatusFound, done.StatusCode, done.body)
		require.Equal(t, "/in/skema/%C3%A6?sp%C3%B8rgsm%C3%A5l=1", done.to())
		require.Equal(t, "{søren} substantial", b.get(done.to()).body)
		require.Len(t, b.cookies(), 1, "the pending one is gone")
	}
}

func TestCookiesAreTight(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	begun := b.get("/login")
	pending := begun.Cookies()[0]
	require.Equal(t, "__Host-mitid."+begun.handle(), pending.Name)
	done := b.answer(begun)
	cookies := done.Cookies()
	require.Len(t, cookies, 2)
	for _, c := range append(cookies, pending) {
		assert.True(t, c.Secure && c.HttpOnly && c.Path == "/" && c.Domain == "" && c.SameSite == http.SameSiteLaxMode, c.Name)
	}
	assert.Equal(t, 15*60, pending.MaxAge)
	assert.Equal(t, -1, cookies[0].MaxAge)
	assert.Equal(t, "__Host-mitid", cookies[1].Name)
	assert.Equal(t, 3600, cookies[1].MaxAge)
	for _, p := range []page{begun, done} {
		assert.Equal(t, "no-store", p.Header.Get("Cache-Control"))
		assert.Equal(t, "no-referrer", p.Header.Get("Referrer-Policy"))
		assert.Equal(t, "nosniff", p.Header.Get("X-Content-Type-Options"))
	}
}

func TestFormPost(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.method = http.MethodPost })
	b := s.browser()
	begun := b.get("/login?return=/in/")
	c := begun.Cookies()[0]
	require.True(t, c.Secure && c.SameSite == http.SameSiteNoneMode, "a form post from another site carries no Lax cookie")
	done := b.answer(begun)
	require.Equal(t, http.StatusSeeOther, done.StatusCode)
	require.Equal(t, "/in/", done.to())
	require.Equal(t, "{søren} substantial", b.get("/in/").body)

	_, err := mitidhttp.New(newSite(t, false, nil).cfgFor(t, http.MethodPost))
	require.ErrorIs(t, err, mitid.ErrConfigInvalid, "over http there is no SameSite=None")
}

func (s *site) cfgFor(t *testing.T, method string) mitidhttp.Config {
	s.method = method
	client, err := mitid.New(s.client)
	require.NoError(t, err)
	return mitidhttp.Config{Client: client}
}

// What is refused at the callback: nobody is logged in, the broker hears
// nothing more, and an older session stays as it is.
func TestCallbackRefuses(t *testing.T) {
	state := func(h string) string { return "state=" + h }
	for _, c := range []struct {
		name    string
		query   func(handle string) string
		kind    mitid.Kind
		usesUp  bool
		prepare func(s *site, b *browser)
	}{
		{name: "without state", query: func(string) string { return "code=c" }, kind: mitid.StateInvalid},
		{name: "nothing at all", query: func(string) string { return "" }, kind: mitid.StateInvalid},
		{name: "state plus one character", query: func(h string) string { return "code=c&" + state(h+"A") }, kind: mitid.StateInvalid},
		{name: "expired", query: func(h string) string { return "code=c&" + state(h) }, kind: mitid.StateInvalid, usesUp: true,
			prepare: func(s *site, _ *browser) { s.advance(15 * time.Minute) }},
		{name: "state twice", query: func(h string) string { return "code=c&" + state(h) + "&" + state(h) }, kind: mitid.ResponseInvalid, usesUp: true},
		{name: "state and another", query: func(h string) string { return "code=c&" + state(strings.Repeat("A", 22)) + "&" + state(h) }, kind: mitid.ResponseInvalid, usesUp: true},
		{name: "cancelled", query: func(h string) string { return "error=access_denied&" + state(h) }, kind: mitid.UserCancelled, usesUp: true},
		{name: "error with a state never issued", query: func(string) string { return "error=access_denied&" + state(strings.Repeat("A", 22)) }, kind: mitid.StateInvalid},
		{name: "malformed", query: func(h string) string { return state(h) + "&code=%zz" }, kind: mitid.ResponseInvalid, usesUp: true},
		{name: "too long", query: func(h string) string { return state(h) + "&code=" + strings.Repeat("c", 65<<10) }, kind: mitid.ResponseInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, false, nil)
			b := s.browser()
			s.logsIn(asta())
			b.logIn()
			before := b.session()
			s.logsIn(soren())
			begun := b.get("/login?return=/in/")
			if c.prepare != nil {
				c.prepare(s, b)
			}
			calls := s.answers()
			refused := b.get("/callback?" + c.query(begun.handle()))
			assert.Equal(t, c.kind, mitid.KindOf(s.lastRefusal()))
			assert.Equal(t, mitidhttp.StatusOf(s.lastRefusal()), refused.StatusCode)
			assert.GreaterOrEqual(t, refused.StatusCode, 400)
			assert.Equal(t, calls, s.answers(), "the broker heard something")
			assert.Equal(t, before, b.session(), "the older session changed")
			_, kept := b.cookies()[s.cookie()+"."+begun.handle()]
			assert.Equal(t, !c.usesUp, kept)
			if !c.usesUp {
				assert.Equal(t, http.StatusFound, b.answer(begun).StatusCode, "the pending login was used up")
			} else {
				assert.Equal(t, http.StatusBadRequest, b.answer(begun).StatusCode)
			}
		})
	}
}

func TestOtherBrowser(t *testing.T) {
	s := newSite(t, true, nil)
	mine, other := s.browser(), s.browser()
	begun := mine.get("/login")
	refused := other.answer(begun)
	require.Equal(t, http.StatusBadRequest, refused.StatusCode)
	require.ErrorIs(t, s.lastRefusal(), mitid.ErrStateInvalid)
	require.Zero(t, s.answers())
	require.Empty(t, other.cookies())

	theirs := other.get("/login")
	other.put("__Host-mitid."+begun.handle(), other.cookies()["__Host-mitid."+theirs.handle()])
	require.Equal(t, http.StatusBadRequest, other.answer(begun).StatusCode, "another login's cookie, renamed")
	require.Zero(t, s.answers())

	require.Equal(t, http.StatusFound, mine.answer(begun).StatusCode, "a strange browser used it up")
}

func TestReplay(t *testing.T) {
	s := newSite(t, false, nil)
	b := s.browser()
	begun := b.get("/login")
	kept := b.cookies()
	require.Equal(t, http.StatusFound, b.answer(begun).StatusCode)
	first := b.session()
	require.Equal(t, http.StatusBadRequest, b.answer(begun).StatusCode)
	require.ErrorIs(t, s.lastRefusal(), mitid.ErrStateInvalid)
	for name, value := range kept { // also by somebody who kept the cookie
		b.put(name, value)
	}
	require.Equal(t, http.StatusBadRequest, b.answer(begun).StatusCode)
	require.Equal(t, first, b.session())
	require.Equal(t, 1, s.answers())
}

func TestFixation(t *testing.T) {
	s := newSite(t, true, nil)
	attacker, victim := s.browser(), s.browser()
	s.logsIn(asta())
	attacker.logIn()
	planted := attacker.session()
	victim.put("__Host-mitid", planted)
	s.logsIn(soren())
	victim.logIn()
	require.NotEqual(t, planted, victim.session())
	require.Equal(t, "{søren} substantial", victim.get("/").body)
	require.Equal(t, "{åsta} substantial", attacker.get("/").body, "the planted session is nobody else's")
	again := victim.session()
	victim.logIn()
	require.NotEqual(t, again, victim.session(), "each login has a new value")
}

func TestParallelTabs(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	var begun []page
	for _, path := range []string{"/in/1", "/in/2", "/in/3", "/in/4"} {
		begun = append(begun, b.get("/login?return="+path))
	}
	for i := range begun {
		done := b.answer(begun[len(begun)-1-i])
		require.Equal(t, "/in/"+string(rune('4'-i)), done.to())
	}
	require.Len(t, b.cookies(), 1)
}

func TestPendingLoginsAreBounded(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	first := b.get("/login")
	for range 20 {
		b.get("/login?return=/" + strings.Repeat("x", 1000))
		n, size := 0, 0
		for name, value := range b.cookies() {
			n++
			size += len(name) + len(value)
		}
		require.LessOrEqual(t, n, 4)
		require.LessOrEqual(t, size, 4000)
	}
	for range 5 {
		b.get("/login")
	}
	last := b.get("/login")
	require.Len(t, b.cookies(), 4)
	require.Equal(t, http.StatusBadRequest, b.answer(first).StatusCode, "the oldest went")
	require.Equal(t, http.StatusFound, b.answer(last).StatusCode)
}

func TestOnLogin(t *testing.T) {
	s := newSite(t, false, func(s *site) {
		s.cfg.OnLogin = func(w http.ResponseWriter, _ *http.Request, l *mitid.Login) error {
			if l.Identity.Subject == "{åsta}" {
				return errors.New("no profile for Åsta Øby")
			}
			http.SetCookie(w, &http.Cookie{Name: "app", Value: "1", Path: "/"})
			l.Identity.Name = nil
			return nil
		}
	})
	b := s.browser()
	b.logIn()
	require.Equal(t, "1", b.cookies()["app"])
	before := b.session()
	s.logsIn(asta())
	refused := b.answer(b.get("/login"))
	require.Equal(t, http.StatusInternalServerError, refused.StatusCode)
	require.Equal(t, before, b.session())
	require.Equal(t, "{søren} substantial", b.get("/").body)
}

func TestOnLoginCannotMixPeopleUp(t *testing.T) {
	for name, change := range map[string]func(*mitid.Login){
		"subject": func(l *mitid.Login) { l.Identity.Subject = asta().Subject },
		"nobody":  func(l *mitid.Login) { l.Identity = claims.Identity{} },
		"level":   func(l *mitid.Login) { l.Level = claims.High },
		"kind":    func(l *mitid.Login) { l.Identity.Capacity = claims.CapacityProfessional },
	} {
		s := newSite(t, false, func(s *site) {
			s.cfg.OnLogin = func(_ http.ResponseWriter, _ *http.Request, l *mitid.Login) error { change(l); return nil }
		})
		b := s.browser()
		require.Equal(t, http.StatusInternalServerError, b.answer(b.get("/login")).StatusCode, name)
		require.ErrorIs(t, s.lastRefusal(), mitid.ErrConfigInvalid)
		require.Empty(t, b.session())
	}
}

func TestReplicasShareKeys(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	begun := b.get("/login?return=/in/")
	s.replica()
	done := b.answer(begun)
	require.Equal(t, "/in/", done.to())
	s.replica()
	require.Equal(t, "{søren} substantial", b.get("/in/").body)

	s.client.StateKeys, s.cfg.Keys = [][]byte{key2, key1}, [][]byte{key2, key1}
	begun = b.get("/login")
	s.replica()
	require.Equal(t, "{søren} substantial", b.get("/in/").body, "sealed under the old key")
	require.Equal(t, http.StatusFound, b.answer(begun).StatusCode, "begun under the old key")

	s.cfg.Keys = [][]byte{key1}
	s.replica()
	require.Equal(t, "nobody", b.get("/").body, "sealed under a key that is gone")

	s.client.StateKeys, s.cfg.Keys = nil, nil
	s.replica()
	begun = b.get("/login")
	s.replica()
	require.Equal(t, http.StatusBadRequest, b.answer(begun).StatusCode, "keys of a process that is gone")
}

// Broker A's answer to a login that was begun with A arrives at a program
// that asks broker B.
func TestOtherBrokersLogin(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	begun := b.get("/login")
	s.issuer = "https://b.example"
	s.replica()
	require.Equal(t, http.StatusBadRequest, b.answer(begun).StatusCode)
	require.ErrorIs(t, s.lastRefusal(), mitid.ErrIssuerMismatch)
	require.Zero(t, s.answers())
}

func TestMethods(t *testing.T) {
	s := newSite(t, false, nil)
	b := s.browser()
	for _, c := range []struct{ method, path, allow string }{
		{"POST", "/login", "GET"}, {"HEAD", "/login", "GET"}, {"PUT", "/callback", "GET, POST"}, {"HEAD", "/callback", "GET, POST"},
		{"GET", "/logout", "POST"}, {"DELETE", "/more", "GET"},
	} {
		p := b.do(c.method, c.path, "")
		assert.Equal(t, http.StatusMethodNotAllowed, p.StatusCode, c)
		assert.Equal(t, c.allow, p.Header.Get("Allow"), c)
	}
	require.Empty(t, s.begun)
}

// What begins a login keeps nothing, so nothing has to be thrown out.
func TestUnfinishedLoginsCostNoMemory(t *testing.T) {
	s := newSite(t, false, nil)
	begin := func(n int) {
		for range n {
			w := &discarded{h: http.Header{}}
			s.handler.ServeHTTP(w, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/login"}, Header: http.Header{}})
			require.Equal(t, http.StatusFound, w.status)
			s.begun = s.begun[:0]
		}
	}
	inUse := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	begin(100)
	before := inUse()
	begin(10_000)
	require.Less(t, inUse()-before, int64(256<<10), "bytes kept of 10,000 logins")
	s.browser().logIn()
}

// discarded is an answer that nobody keeps.
type discarded struct {
	h      http.Header
	status int
}

func (d *discarded) Header() http.Header         { return d.h }
func (d *discarded) Write(b []byte) (int, error) { return len(b), nil }
func (d *discarded) WriteHeader(status int)      { d.status = status }

func TestTooLargeIdentityIsRefusedWhole(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	id := soren()
	id.Address = &claims.Address{Street: strings.Repeat("Æblevænget ", 300)}
	s.logsIn(id)
	refused := b.answer(b.get("/login"))
	require.Equal(t, http.StatusBadRequest, refused.StatusCode)
	require.ErrorIs(t, s.lastRefusal(), mitid.ErrResponseInvalid)
	require.Empty(t, b.session())
}
