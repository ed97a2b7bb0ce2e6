package mitidhttp_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
)

// around puts the whole app, callback and all, behind wrap.
func (s *site) around(wrap func(http.Handler) http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = wrap(s.handler)
}

func TestGateAroundItsOwnCallbackSendsNobodyInCircles(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for name, path := range map[string]string{
			"a plain path": "/callback", "a path with an escape": "/tilb%61ge/æ", "a query": "/callback?from=mitid&x=1",
		} {
			t.Run(method+" "+name, func(t *testing.T) {
				s := newSite(t, true, func(s *site) {
					s.method = method
					s.client.RedirectURL = s.server.URL + path
				})
				s.around(func(h http.Handler) http.Handler { return s.gate.Require(claims.Substantial)(h) })
				b := s.browser()
				begun := b.get("/in/letters?x=1")
				require.Equal(t, http.StatusFound, begun.StatusCode)
				require.Equal(t, "/in/letters?x=1", b.answerAt(path, begun).to())
				require.Equal(t, "{søren} substantial", b.get("/in/letters?x=1").body)
				require.Len(t, s.begun, 1, "one login was enough")

				stepUp := b.get("/high") // within the outer gate's session
				require.Equal(t, "/high", b.answerAt(path, stepUp).to())
				require.Equal(t, "{søren} high", b.get("/high").body)
			})
		}
	}
}

// answerAt is answer where the callback is not at /callback.
func (b *browser) answerAt(path string, begun page) page {
	b.s.t.Helper()
	q := url.Values{"state": {begun.handle()}, "code": {"c"}}.Encode()
	if b.s.method == http.MethodPost {
		return b.do(http.MethodPost, path, q, "Content-Type", "application/x-www-form-urlencoded")
	}
	u, err := url.Parse(path)
	require.NoError(b.s.t, err)
	if u.RawQuery != "" {
		q = u.RawQuery + "&" + q
	}
	u.RawQuery = q
	return b.get(u.String())
}

func TestTheCallbacksAddressNeverBeginsALogin(t *testing.T) {
	for name, wrap := range map[string]func(s *site) func(http.Handler) http.Handler{
		"Require": func(s *site) func(http.Handler) http.Handler { return s.gate.Require(claims.Substantial) },
		"Start": func(s *site) func(http.Handler) http.Handler {
			return func(http.Handler) http.Handler { return s.gate.Start(mitid.Request{}) }
		},
		"StepUp": func(s *site) func(http.Handler) http.Handler {
			return func(http.Handler) http.Handler { return s.gate.StepUp(mitid.Request{}) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, true, nil)
			s.around(wrap(s))
			b := s.browser()
			for _, path := range []string{"/callback", "/callback?code=c&state=AAAAAAAAAAAAAAAAAAAAAA", "/callback?error=access_denied", "/c%61llback?code=c"} {
				p := b.get(path)
				require.Equal(t, http.StatusBadRequest, p.StatusCode, path)
				require.ErrorIs(t, s.lastRefusal(), mitid.ErrStateInvalid)
			}
			require.Empty(t, s.begun)
			begun := b.get("/in/x") // Start and StepUp stand for every page here
			require.Equal(t, http.StatusFound, b.answer(begun).StatusCode, "and the login can be finished")
			require.Len(t, s.begun, 1)
		})
	}
}

func TestCallbackBehindStripPrefixOrAProxyIsRecognised(t *testing.T) {
	t.Run("http.StripPrefix", func(t *testing.T) {
		s := newSite(t, true, func(s *site) { s.client.RedirectURL = s.server.URL + "/admin/callback" })
		s.around(func(h http.Handler) http.Handler {
			return http.StripPrefix("/admin", s.gate.Require(claims.Substantial)(h))
		})
		b := s.browser()
		begun := b.get("/admin/in/x")
		require.Equal(t, "/admin/in/x", b.answerAt("/admin/callback", begun).to())
		require.Len(t, s.begun, 1)
	})
	t.Run("a proxy, without a setting", func(t *testing.T) {
		s := newSite(t, false, nil)
		proxy := stripping(t, s.server)
		s.client.RedirectURL = proxy.URL + "/app/callback"
		s.replica()
		s.around(func(h http.Handler) http.Handler { return s.gate.Require(claims.Substantial)(h) })
		b := s.behind(proxy).browser()
		begun := b.get("/app/in/x")
		require.Equal(t, "/in/x", b.answerAt("/app/callback", begun).to(), "the wrong page, but no circle")
		require.Len(t, s.begun, 1)
		require.Equal(t, "{søren} substantial", b.get("/app/in/x").body)
	})
}

// An app of one page may have that page's address as its redirect address.
func TestHomeAtTheRedirectAddressIsAPage(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.client.RedirectURL = s.server.URL + "/" })
	s.use(s.bare())
	b := s.browser()
	begun := b.get("/")
	require.Equal(t, http.StatusFound, begun.StatusCode)
	require.Equal(t, "/", b.answerAt("/", begun).to())
	require.Equal(t, "{søren} substantial", b.get("/").body)
	require.Len(t, s.begun, 1)
}

func TestStartBehindRequireAsksForOneLoginOnly(t *testing.T) {
	s := newSite(t, true, nil)
	s.around(func(h http.Handler) http.Handler { return s.gate.Require(claims.Substantial)(h) })
	b := s.browser()
	begun := b.get("/login?return=/in/x")
	back := b.answer(begun)
	require.Equal(t, "/login?return=/in/x", back.to())
	require.Equal(t, "/in/x", b.get(back.to()).to())
	require.Len(t, s.begun, 1)
	require.Equal(t, "/", b.get("/login").to())

	more := b.get("/more?return=/in/x") // asks for what the session has not
	require.Equal(t, "/in/x", b.answer(more).to())
	require.Equal(t, "{søren} substantial with CPR", b.get("/in/x").body)
	require.Len(t, s.begun, 2)
}
