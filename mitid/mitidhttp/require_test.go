package mitidhttp_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

func TestRequireLogsInAndComesBack(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	begun := b.get("/in/skema?nr=7&navn=%C3%86")
	require.Equal(t, http.StatusFound, begun.StatusCode)
	done := b.answer(begun)
	require.Equal(t, "/in/skema?nr=7&navn=%C3%86", done.to())
	p := b.get(done.to())
	require.Equal(t, "{søren} substantial", p.body)
	require.Equal(t, "no-store", p.Header.Get("Cache-Control"))
}

func TestRequireStepsUp(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	b.logIn()
	begun := b.get("/high")
	require.Equal(t, http.StatusFound, begun.StatusCode)
	asked := s.lastBegun()
	require.Equal(t, claims.High, asked.Level)
	require.Equal(t, soren().UUID, asked.UUID, "the same person, not just anybody")
	done := b.answer(begun)
	require.Equal(t, "/high", done.to())
	require.Equal(t, "{søren} high", b.get("/high").body)
}

func TestStepUpKeepsWhatTheSessionHas(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	b.answer(b.get("/high"))
	done := b.answer(b.get("/more?return=/in/"))
	require.Equal(t, "/in/", done.to())
	require.Equal(t, claims.High, s.lastBegun().Level)
	require.Equal(t, "{søren} high with CPR", b.get("/in/").body)

	s.advance(3 * time.Second)
	b2 := s.browser()
	b2.answer(b2.get("/more"))
	require.Equal(t, mitid.CPRRequired, s.lastBegun().CPR, "without a session it is Start")
	b2.answer(b2.get("/high"))
	require.Equal(t, mitid.CPRRequired, s.lastBegun().CPR)
	require.Equal(t, "{søren} high with CPR", b2.get("/").body)
}

func TestStepUpIsTheSamePersons(t *testing.T) {
	stepUp := func(t *testing.T, method string, between func(s *site, b *browser)) (*site, *browser, page) {
		s := newSite(t, true, func(s *site) { s.method, s.cfg.Lifetime = method, 10*time.Minute })
		b := s.browser()
		b.logIn()
		begun := b.get("/high")
		require.Equal(t, http.StatusFound, begun.StatusCode)
		between(s, b)
		return s, b, b.answer(begun)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		t.Run(method+" somebody else answers", func(t *testing.T) {
			s, b, p := stepUp(t, method, func(s *site, _ *browser) { s.logsIn(asta()) })
			require.Equal(t, http.StatusBadRequest, p.StatusCode)
			require.ErrorIs(t, s.lastRefusal(), mitid.ErrTokenInvalid)
			require.Equal(t, "{søren} substantial", b.get("/").body)
		})
		t.Run(method+" logged out meanwhile", func(t *testing.T) {
			s, b, p := stepUp(t, method, func(_ *site, b *browser) { b.do(http.MethodPost, "/logout", "") })
			require.Equal(t, http.StatusBadRequest, p.StatusCode)
			require.ErrorIs(t, s.lastRefusal(), mitid.ErrStateInvalid)
			require.Zero(t, s.answers()-1)
			require.Equal(t, "nobody", b.get("/").body)
		})
		t.Run(method+" another person logged in meanwhile", func(t *testing.T) {
			s, b, p := stepUp(t, method, func(s *site, b *browser) {
				s.logsIn(asta())
				b.logIn()
				s.logsIn(soren())
			})
			require.Equal(t, http.StatusBadRequest, p.StatusCode)
			require.ErrorIs(t, s.lastRefusal(), mitid.ErrStateInvalid)
			require.Equal(t, 2, s.answers())
			require.Equal(t, "{åsta} substantial", b.get("/").body)
		})
		t.Run(method+" the session expired meanwhile", func(t *testing.T) {
			_, b, p := stepUp(t, method, func(s *site, _ *browser) { s.advance(s.lifetime()) })
			require.Equal(t, http.StatusBadRequest, p.StatusCode)
			require.Equal(t, "nobody", b.get("/").body)
		})
	}
	t.Run("GET the cookie is gone", func(t *testing.T) {
		s, _, p := stepUp(t, http.MethodGet, func(_ *site, b *browser) { b.put("__Host-mitid", "") })
		require.Equal(t, http.StatusBadRequest, p.StatusCode)
		require.ErrorIs(t, s.lastRefusal(), mitid.ErrStateInvalid)
	})
	t.Run("POST the Lax cookie does not come along", func(t *testing.T) {
		s := newSite(t, true, func(s *site) { s.method = http.MethodPost })
		b := s.browser()
		b.logIn()
		begun := b.get("/high?x=1")
		was := b.session()
		u := s.browser() // a browser that sends only what SameSite lets through
		u.put("__Host-mitid."+begun.handle(), b.cookies()["__Host-mitid."+begun.handle()])
		require.NotEmpty(t, was)
		done := u.answer(begun)
		require.Equal(t, http.StatusSeeOther, done.StatusCode, done.body)
		require.Equal(t, "/high?x=1", done.to())
		require.Equal(t, "{søren} high", u.get("/high").body)
	})
}

// A session that is shorter than a pending login ends before it.
func (s *site) lifetime() time.Duration { return s.cfg.Lifetime }

func TestRefusedStepUpKeepsTheSession(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	b.logIn()
	before := b.session()
	begun := b.get("/high")
	p := b.get("/callback?error=access_denied&state=" + begun.handle())
	require.Equal(t, http.StatusForbidden, p.StatusCode)
	require.Equal(t, "UserCancelled back to /high", p.body)
	require.Equal(t, before, b.session())
}

func TestRequireRefusesWhatCannotComeBack(t *testing.T) {
	s := newSite(t, true, nil)
	for _, c := range []struct {
		name    string
		method  string
		headers []string
	}{
		{"a form post", "POST", nil},
		{"PUT", "PUT", nil},
		{"a fetch", "GET", []string{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}},
		{"an image", "GET", []string{"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}},
		{"a frame", "GET", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}},
		{"fetched in advance", "GET", []string{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Purpose", "prefetch;prerender"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := s.browser()
			p := b.do(c.method, "/high", "navn=Søren", c.headers...)
			assert.Equal(t, http.StatusUnauthorized, p.StatusCode)
			assert.ErrorIs(t, s.lastRefusal(), mitid.ErrInteractionRequired)
			assert.Empty(t, p.Cookies())
			b.logIn()
			p = b.do(c.method, "/high", "navn=Søren", c.headers...)
			assert.Equal(t, http.StatusForbidden, p.StatusCode)
			assert.ErrorIs(t, s.lastRefusal(), mitid.ErrAssuranceTooLow)
			p = b.do(c.method, "/in/", "navn=Søren", c.headers...)
			assert.Equal(t, http.StatusOK, p.StatusCode)
		})
	}
	b := s.browser()
	require.Equal(t, http.StatusFound, b.do("GET", "/in/", "", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document").StatusCode)
}

func TestRequireMindsTheCapacity(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.cfg.Request = mitid.Request{Capacity: claims.CapacityProfessional} })
	b := s.browser()
	b.logIn() // privately
	begun := b.get("/in/")
	require.Equal(t, http.StatusFound, begun.StatusCode, "a private person is not let in")
	require.Equal(t, claims.CapacityProfessional, s.lastBegun().Capacity)
	require.Zero(t, s.lastBegun().UUID, "an employee is another identity, so this is no step-up")
	work := soren()
	work.Capacity, work.Subject, work.Organisation = claims.CapacityProfessional, "{søren i firmaet}", &claims.Organisation{Name: "Smørrebrød & Søn ApS"}
	s.logsIn(work)
	require.Equal(t, "/in/", b.answer(begun).to())
	require.Equal(t, "{søren i firmaet} substantial", b.get("/in/").body)
}

func TestRequireOfLongAndStrangeAddresses(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.cfg.Home = "/hjem" })
	b := s.browser()
	begun := b.get("/in/?q=" + strings.Repeat("a", 2000))
	require.Equal(t, "/hjem", b.answer(begun).to())

	g, err := mitidhttp.New(s.cfg)
	require.NoError(t, err)
	for _, path := range []string{"//evil.example/", "/\\evil.example", "//evil.example/%2e%2e"} {
		w := recorded(g.Require(claims.Low)(http.NotFoundHandler()), path)
		require.Equal(t, http.StatusFound, w.Code, path)
		require.Equal(t, "/hjem", s.browserWith(w.Result().Cookies()).answer(page{Response: w.Result()}).to(), path)
	}
}

func TestGarbageIsNoSession(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	b.logIn()
	good := b.session()
	for _, bad := range []string{"x", good + "A", good[:len(good)-4], strings.Repeat("A", 20000), "....", good[1:]} {
		c := s.browser()
		c.put("__Host-mitid", bad)
		require.Equal(t, "nobody", c.get("/").body)
		p := c.do("POST", "/in/", "")
		require.Equal(t, http.StatusUnauthorized, p.StatusCode)
		require.Empty(t, p.Cookies(), "it may be another gate's")
	}
	pending := b.get("/login")
	c := s.browser()
	c.put("__Host-mitid", strings.Split(b.cookies()["__Host-mitid."+pending.handle()], "~")[0])
	require.Equal(t, "nobody", c.get("/").body, "a pending login is no session")
	d := s.browser()
	p := d.do("GET", "/", "", "Cookie", "__Host-mitid="+good+"; __Host-mitid="+good)
	require.Equal(t, "nobody", p.body, "never the first one wins")
}

func TestSessionEndsAbsolutely(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.cfg.Lifetime = 20 * time.Minute })
	b := s.browser()
	b.logIn()
	value := b.session()
	s.advance(20*time.Minute - 1)
	require.Equal(t, "{søren} substantial", b.get("/in/").body)
	s.advance(1)
	b.put("__Host-mitid", value) // a browser that ignores Max-Age
	require.Equal(t, "nobody", b.get("/").body)
}

func TestStepUpWithoutANewLoginDoesNotProlong(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	b.logIn()
	s.advance(30 * time.Minute)
	old := soren()
	old.AuthTime = start
	s.stub.person = func(a *mitid.Attempt) (claims.Identity, error) {
		old.Levels.LoA = a.Level
		return old, nil
	}
	done := b.answer(b.get("/more"))
	require.Equal(t, 30*60, done.Cookies()[1].MaxAge)
	s.advance(30 * time.Minute)
	require.Equal(t, "nobody", b.get("/").body)
}

func TestAnotherBrokersSession(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	b.logIn()
	s.issuer = "https://test.broker.example"
	s.replica()
	require.Equal(t, "nobody", b.get("/").body, "a test broker with the keys of production opens no doors")
}

func TestLoginsSpeakTheAppsLanguage(t *testing.T) {
	s := newSite(t, true, func(s *site) {
		s.cfg.Locale = func(r *http.Request) mitid.Locale {
			if r.Header.Get("Accept-Language") == "en" {
				return mitid.English
			}
			return mitid.Danish
		}
	})
	b := s.browser()
	b.get("/in/")
	require.Equal(t, mitid.Danish, s.stub.lastBegun().Locale)
	b.logIn()
	b.get("/more")
	require.Equal(t, mitid.Danish, s.stub.lastBegun().Locale, "a step-up too")
}
