package mitidhttp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// twoGates is one host with the apps /a/ and /b/, which have nothing in common.
func twoGates(t *testing.T, secure bool, nameA, nameB string) *site {
	s := newSite(t, secure, nil)
	mux := http.NewServeMux()
	for _, app := range []struct {
		path, name string
		key        []byte
	}{{"/a/", nameA, key1}, {"/b/", nameB, key2}} {
		client, err := mitid.New(mitid.Config{Broker: s.stub, RedirectURL: s.server.URL + app.path + "callback", StateKeys: [][]byte{app.key}, Now: s.client.Now})
		require.NoError(t, err)
		cfg := s.cfg
		cfg.Client, cfg.Keys, cfg.Name, cfg.Home = client, [][]byte{app.key}, app.name, app.path
		g, err := mitidhttp.New(cfg)
		require.NoError(t, err)
		mux.Handle(app.path+"callback", g.Callback())
		mux.Handle(app.path+"login", g.Start(mitid.Request{}))
		mux.Handle(app.path+"logout", g.Logout())
		mux.Handle(app.path, g.Require(claims.Substantial)(http.HandlerFunc(whoIs)))
	}
	s.mu.Lock()
	s.handler = mux
	s.mu.Unlock()
	return s
}

func TestTwoGatesOnOneHostWithNamesOfTheirOwn(t *testing.T) {
	for _, secure := range []bool{false, true} {
		s := twoGates(t, secure, "a", "b")
		b := s.browser()
		beganA, beganB := b.get("/a/1"), b.get("/b/1")
		require.Equal(t, "/a/1", b.answerAt("/a/callback", beganA).to())
		require.Equal(t, "/b/1", b.answerAt("/b/callback", beganB).to())
		for _, path := range []string{"/a/2", "/b/2", "/a/3", "/b/3"} {
			p := b.get(path)
			require.Equal(t, "{søren} substantial", p.body, path)
			require.Empty(t, p.Cookies())
		}
		b.do(http.MethodPost, "/a/logout", "")
		require.Equal(t, "{søren} substantial", b.get("/b/4").body, "logging out of one leaves the other")
		require.Equal(t, http.StatusFound, b.get("/a/4").StatusCode)
	}
}

func TestAGateDeletesNothingThatItCouldNotOpen(t *testing.T) {
	s := twoGates(t, true, "", "") // the same name by mistake
	b := s.browser()
	b.answerAt("/a/callback", b.get("/a/1"))
	session := b.session()
	require.NotEmpty(t, session)
	tabs := make([]page, 4)
	for i := range tabs {
		tabs[i] = b.get("/a/login")
	}
	for range 6 { // far more than four, together
		p := b.get("/b/1")
		require.Equal(t, http.StatusFound, p.StatusCode)
		for _, c := range p.Cookies() {
			require.NotEqual(t, "__Host-mitid", c.Name)
			for _, tab := range tabs {
				require.False(t, strings.HasSuffix(c.Name, tab.handle()), "a pending login of the other gate")
			}
		}
	}
	b.do(http.MethodPost, "/b/1", "")
	b.get("/b/callback?code=c&state=" + tabs[0].handle())
	b.do(http.MethodPost, "/b/logout", "")
	require.Equal(t, session, b.session())
	require.Equal(t, "{søren} substantial", b.get("/a/2").body)
	for _, tab := range tabs {
		require.Equal(t, http.StatusFound, b.answerAt("/a/callback", tab).StatusCode)
	}
	require.LessOrEqual(t, len(b.cookies()), 1+4, "the bounds of the other gate hold as well")
}

func TestGateNamesAreChecked(t *testing.T) {
	s := newSite(t, true, nil)
	for _, bad := range []string{"a.b", "a b", "a;b", "a=b", "æ", "a,b", "\x00", strings.Repeat("a", 33), `"a"`, "__Host-mitid.x", "__Host-mitid", "__secure-a", "Http-a", "http-"} {
		cfg := s.cfg
		cfg.Name = bad
		_, err := mitidhttp.New(cfg)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid, bad)
		require.ErrorContains(t, err, "Config.Name")
	}
	for _, good := range []string{"a", "Borger-selvbetjening_2", strings.Repeat("a", 32), "0"} {
		cfg := s.cfg
		cfg.Name = good
		_, err := mitidhttp.New(cfg)
		require.NoError(t, err)
	}
}

// A gate around another one's callback has people of its own.
func TestSessionOfAnotherGateIsNotToldAsThisOnes(t *testing.T) {
	inner := newSite(t, true, func(s *site) { s.cfg.Refused, s.cfg.Name = nil, "inner" })
	outer := newSite(t, true, nil)
	b := outer.browser()
	b.logIn()
	outer.mu.Lock()
	outer.handler = outer.gate.Require(claims.Substantial)(http.StripPrefix("/inner", inner.handler))
	outer.mu.Unlock()
	p := b.get("/inner/callback?code=c&state=x")
	require.Equal(t, http.StatusBadRequest, p.StatusCode)
	require.NotContains(t, p.body, "Du er logget ind")
}
