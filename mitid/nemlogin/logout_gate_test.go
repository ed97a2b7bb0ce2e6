package nemlogin

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

const spHost = "https://kommune.example"

// A site is an app behind a Gate, with a clock that tests move.
type site struct {
	tb     testing.TB
	at     time.Time
	mux    *http.ServeMux
	broker *Broker
}

func newSite(tb testing.TB, change func(*mitidhttp.Config)) *site {
	tb.Helper()
	s := &site{tb: tb, at: now, mux: http.NewServeMux()}
	clock := func() time.Time { return s.at }
	s.broker = newBroker(tb, func(c *Config) { c.Now = clock })
	client, err := mitid.New(mitid.Config{Broker: s.broker, RedirectURL: spACS, Now: clock})
	require.NoError(tb, err)
	cfg := mitidhttp.Config{Client: client, LoggedOut: "/logged-out", Now: clock}
	if change != nil {
		change(&cfg)
	}
	gate, err := mitidhttp.New(cfg)
	require.NoError(tb, err)
	s.mux.Handle("/callback", gate.Callback())
	s.mux.Handle("/logout", gate.ReceiveLogout()) // spLogout
	s.mux.Handle("/log-out", gate.Logout())
	s.mux.Handle("/logged-out", gate.LoggedOut())
	s.mux.Handle("/step-up", gate.StepUp(mitid.Request{CPR: mitid.CPRRequired}))
	s.mux.Handle("/", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := mitidhttp.FromContext(r.Context())
		_, _ = io.WriteString(w, "Hej "+who.Identity.Subject)
	})))
	return s
}

// A surfer is a browser. It keeps cookies, and sends Lax ones as browsers do.
type surfer struct {
	*site
	cookies map[string]*http.Cookie
}

func (s *site) surfer() *surfer { return &surfer{s, map[string]*http.Cookie{}} }

func (b *surfer) do(r *http.Request, crossSite bool) *http.Response {
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-Dest", "document")
	if !crossSite {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for _, name := range slices.Sorted(maps.Keys(b.cookies)) {
		if c := b.cookies[name]; !crossSite || r.Method == http.MethodGet || c.SameSite == http.SameSiteNoneMode {
			r.AddCookie(c)
		}
	}
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if b.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return w.Result()
}

func (b *surfer) get(path string) *http.Response {
	return b.do(httptest.NewRequest(http.MethodGet, spHost+path, nil), false)
}

// bring brings a message of the IdP: by redirect, or by a form post of another site.
func (b *surfer) bring(path string, cb mitid.Callback) *http.Response {
	if cb.Method == http.MethodGet {
		return b.do(httptest.NewRequest(http.MethodGet, spHost+path+"?"+cb.RawQuery, nil), true)
	}
	r := httptest.NewRequest(http.MethodPost, spHost+path, strings.NewReader(string(cb.Body)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r, true)
}

// login logs the person nameID in at the IdP's session.
func (b *surfer) login(nameID, session string) {
	b.tb.Helper()
	res := b.get("/")
	require.Equal(b.tb, http.StatusFound, res.StatusCode)
	w := newAnswer(receive(b.tb, res.Header.Get("Location"), &pairs("sp").Key.PublicKey))
	b.answer(w, nameID, session)
	require.True(b.tb, b.isIn(nameID))
}

func (b *surfer) answer(w *answer, nameID, session string) *http.Response {
	b.tb.Helper()
	w.at, w.nameID = b.at, nameID
	w.assertion = inSession(session)
	res := b.bring("/callback", w.callback(b.tb))
	require.Equal(b.tb, http.StatusSeeOther, res.StatusCode, textOf(b.tb, res))
	return res
}

func (b *surfer) isIn(nameID string) bool {
	res := b.get("/")
	return res.StatusCode == http.StatusOK && textOf(b.tb, res) == "Hej "+nameID
}

func textOf(tb testing.TB, res *http.Response) string {
	tb.Helper()
	text, err := io.ReadAll(res.Body)
	require.NoError(tb, err)
	return string(text)
}

// logoutOf returns a LogoutRequest for nameID, now, in a binding.
func (s *site) logoutOf(binding, nameID string, names ...string) mitid.Callback {
	s.tb.Helper()
	note := newLogoutRequest().with(sessions(names...))
	note.relayState = "hos-nemlog-in"
	note.root.CreateAttr("IssueInstant", stamp(s.at))
	note.root.RemoveAttr("NotOnOrAfter")
	note.root.SelectElement("NameID").SetText(nameID)
	if binding == "post" {
		return note.post(s.tb)
	}
	return note.redirect(s.tb)
}

const paiman = namePerson + "9b8f6a52-3f0e-4b9c-8b0f-51b7f8a8d0aa"

// shelf is a Sessions in memory, whose Delete can fail.
type shelf struct {
	mu     sync.Mutex
	rows   []mitidhttp.StoredSession
	broken bool
}

func (k *shelf) Save(_ context.Context, s mitidhttp.StoredSession) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rows = append(k.rows, s)
	return nil
}

func (k *shelf) Load(_ context.Context, id string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range k.rows {
		if s.ID == id {
			return s.Data, nil
		}
	}
	return nil, nil
}

func (k *shelf) Delete(_ context.Context, key string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.broken {
		return io.ErrUnexpectedEOF
	}
	k.rows = slices.DeleteFunc(k.rows, func(s mitidhttp.StoredSession) bool { return s.ID == key || s.Person == key || s.BrokerSession == key })
	return nil
}

func siteOf(tb testing.TB, kind string) *site {
	tb.Helper()
	return newSite(tb, func(c *mitidhttp.Config) {
		if kind == "store" {
			c.Sessions = new(shelf)
		}
	})
}

// everyWay runs f for sessions in cookies and in a store, and for both bindings.
func everyWay(t *testing.T, f func(t *testing.T, s *site, binding string)) {
	for _, kind := range []string{"cookies", "store"} {
		for _, binding := range []string{"redirect", "post"} {
			t.Run(kind+" "+binding, func(t *testing.T) {
				f(t, siteOf(t, kind), binding)
			})
		}
	}
}

// IT-SLO-2: the person logs out at another service.
func TestLogoutByTheIdPEndsTheSession(t *testing.T) {
	everyWay(t, func(t *testing.T, s *site, binding string) {
		his, hers, phone := s.surfer(), s.surfer(), s.surfer()
		his.login(soeren, "session-1")
		phone.login(soeren, "session-2")
		hers.login(paiman, "session-3")
		s.at = s.at.Add(time.Minute)

		res := his.bring("/logout", s.logoutOf(binding, soeren, "session-1"))
		require.Contains(t, []int{http.StatusFound, http.StatusSeeOther}, res.StatusCode)
		answer := receiveAs(t, "SAMLResponse", res.Header.Get("Location"), &pairs("sp").Key.PublicKey)
		require.Equal(t, "hos-nemlog-in", answer.relayState)
		require.Equal(t, "_note-1", answer.root.SelectAttrValue("InResponseTo", ""))
		require.False(t, his.isIn(soeren))
		require.True(t, phone.isIn(soeren), "another session of the same person")
		require.True(t, hers.isIn(paiman), "another person")
		require.Equal(t, "no-store", res.Header.Get("Cache-Control"))

		phone.bring("/logout", s.logoutOf(binding, soeren))
		require.False(t, phone.isIn(soeren), "all sessions of the person")
		require.True(t, hers.isIn(paiman))
	})
}

// The message of one person, brought by the browser of another, ends nothing there.
func TestLogoutBroughtByAnotherBrowser(t *testing.T) {
	everyWay(t, func(t *testing.T, s *site, binding string) {
		his, hers := s.surfer(), s.surfer()
		his.login(soeren, "session-1")
		hers.login(paiman, "session-1") // a SessionIndex may be the same for two people (SAML Core 2.0 section 2.7.2)
		cookies := len(hers.cookies)
		hers.bring("/logout", s.logoutOf(binding, soeren))
		require.False(t, his.isIn(soeren), "the IdP said so")
		require.Len(t, hers.cookies, cookies)
		require.True(t, hers.isIn(paiman))
	})
}

func TestLogoutOfASessionIndexThatTwoPeopleHave(t *testing.T) {
	s := newSite(t, nil)
	his, hers := s.surfer(), s.surfer()
	his.login(soeren, "1")
	hers.login(paiman, "1")
	his.bring("/logout", s.logoutOf("redirect", soeren, "1"))
	require.False(t, his.isIn(soeren))
	require.True(t, hers.isIn(paiman))
}

// An old message, from the browser's history, ends no later login.
func TestOldLogoutRequestEndsNoLaterLogin(t *testing.T) {
	for _, kind := range []string{"cookies", "store"} {
		for _, binding := range []string{"redirect", "post"} {
			for _, names := range [][]string{{"session-1"}, {}, {"session-1", "session-2"}} {
				t.Run(kind+" "+binding+" "+strings.Join(names, "+"), func(t *testing.T) {
					s := siteOf(t, kind)
					b := s.surfer()
					b.login(soeren, "session-1")
					s.at = s.at.Add(time.Minute)
					old := s.logoutOf(binding, soeren, names...)
					b.bring("/logout", old)
					require.False(t, b.isIn(soeren))
					s.at = s.at.Add(time.Minute)
					b.login(soeren, "session-9")
					res := b.bring("/logout", old)
					require.NotEmpty(t, res.Header.Get("Location"), "the IdP gets its answer")
					require.True(t, b.isIn(soeren))
					s.at = s.at.Add(10 * time.Minute)
					require.Equal(t, http.StatusBadRequest, b.bring("/logout", old).StatusCode, "and later it is too old")
					require.True(t, b.isIn(soeren))
				})
			}
		}
	}
}

// What is refused logs nobody out, and says so in both languages.
func TestRefusedLogoutLogsNobodyOut(t *testing.T) {
	everyWay(t, func(t *testing.T, s *site, binding string) {
		b := s.surfer()
		b.login(soeren, "session-1")
		cookies := len(b.cookies)
		cb := s.logoutOf(binding, soeren, "session-1")
		cb.RawQuery = strings.Replace(cb.RawQuery, "Signature=", "Signatur=", 1)
		cb.Body = []byte(strings.Replace(string(cb.Body), "SAMLRequest=", "SAMLRequest=x", 1))
		if binding == "redirect" {
			cb.Body = nil
		}
		res := b.bring("/logout", cb)
		require.Equal(t, http.StatusBadRequest, res.StatusCode)
		require.Contains(t, textOf(t, res), "Du er måske stadig logget ind")
		require.Len(t, b.cookies, cookies)
		require.True(t, b.isIn(soeren))
	})
	s := newSite(t, nil)
	r := httptest.NewRequest(http.MethodGet, spHost+"/logout?SAMLRequest=x", nil)
	r.Header.Set("Accept-Language", "en")
	res := s.surfer().do(r, true)
	require.Contains(t, textOf(t, res), "You may still be logged on")
}

// IT-SLO-1: the person logs out here, and the IdP everywhere.
func TestLogoutHereGoesThroughTheIdP(t *testing.T) {
	everyWay(t, func(t *testing.T, s *site, binding string) {
		for _, partial := range []bool{false, true} {
			b := s.surfer()
			b.login(soeren, "session-1")
			res := b.do(httptest.NewRequest(http.MethodPost, spHost+"/log-out?return=/farvel", nil), false)
			require.Equal(t, http.StatusSeeOther, res.StatusCode)
			request := receiveAs(t, "SAMLRequest", res.Header.Get("Location"), &pairs("sp").Key.PublicKey)
			require.Equal(t, "LogoutRequest", request.root.Tag)
			require.Equal(t, soeren, request.root.SelectElement("NameID").Text())
			require.Equal(t, "session-1", request.root.SelectElement("SessionIndex").Text())
			require.False(t, b.isIn(soeren), "the session here has ended before the IdP answers")

			note := newLogoutResponse(request.relayState)
			if partial {
				note.with(statusOf("Success", "PartialLogout"))
			}
			cb := note.redirect(t)
			if binding == "post" {
				cb = note.post(t)
			}
			res = b.bring("/logout", cb)
			require.Equal(t, "/farvel", res.Header.Get("Location"))
			res = b.bring("/logout", cb)
			require.Equal(t, "/logged-out", res.Header.Get("Location"), "the second time nothing is pending")
		}
	})
}

// A LogoutResponse of one browser means nothing in another.
func TestLogoutResponseInAnotherBrowser(t *testing.T) {
	s := newSite(t, nil)
	his, hers := s.surfer(), s.surfer()
	his.login(soeren, "session-1")
	hers.login(paiman, "session-3")
	res := his.do(httptest.NewRequest(http.MethodPost, spHost+"/log-out?return=/farvel", nil), false)
	request := receiveAs(t, "SAMLRequest", res.Header.Get("Location"), &pairs("sp").Key.PublicKey)
	res = hers.bring("/logout", newLogoutResponse(request.relayState).redirect(t))
	require.Equal(t, "/logged-out", res.Header.Get("Location"))
	require.True(t, hers.isIn(paiman))
}

// A store that does not answer gets the message again, and ends the sessions then.
func TestLogoutWhileTheStoreIsDown(t *testing.T) {
	for _, names := range [][]string{{"session-1"}, {}} {
		kept := new(shelf)
		s := newSite(t, func(c *mitidhttp.Config) { c.Sessions = kept })
		b := s.surfer()
		b.login(soeren, "session-1")
		kept.broken = true
		cb := s.logoutOf("post", soeren, names...)
		res := b.bring("/logout", cb)
		require.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
		require.Empty(t, res.Header.Get("Location"), "the IdP is not told that it worked")
		require.True(t, b.isIn(soeren))
		kept.broken = false
		require.NotEmpty(t, b.bring("/logout", cb).Header.Get("Location"))
		require.False(t, b.isIn(soeren))
		require.Empty(t, kept.rows)
	}
}

// A step-up ends with the session that began it, also though the browser sends no session
// cookie with the answer.
func TestLogoutByTheIdPEndsPendingStepUps(t *testing.T) {
	everyWay(t, func(t *testing.T, s *site, binding string) {
		b := s.surfer()
		b.login(soeren, "session-1")
		res := b.get("/step-up")
		w := newAnswer(receive(t, res.Header.Get("Location"), &pairs("sp").Key.PublicKey))
		b.bring("/logout", s.logoutOf(binding, soeren, "session-1"))
		w.at, w.nameID, w.assertion = s.at, soeren, inSession("session-1")
		res = b.bring("/callback", w.callback(t))
		require.Equal(t, http.StatusBadRequest, res.StatusCode)
		require.False(t, b.isIn(soeren))
	})
}
