package mitidhttp_test

import (
	"errors"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// atNEB is an app behind Nets eID Broker, which remembers who logged in.
func atNEB(t *testing.T, change func(*mitidhttp.Config)) *nebSite {
	t.Helper()
	fake := nebtest.New(t)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	broker, err := neb.New(neb.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), Now: fake.Now})
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: server.URL + "/callback", Now: fake.Now})
	require.NoError(t, err)
	cfg := mitidhttp.Config{Client: client, Now: fake.Now}
	if change != nil {
		change(&cfg)
	}
	gate, err := mitidhttp.New(cfg)
	require.NoError(t, err)
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/login", gate.Start(mitid.Request{}))
	mux.HandleFunc("/app", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("open to all")) })
	mux.Handle("/", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := mitidhttp.FromContext(r.Context())
		_, _ = w.Write([]byte("Hej " + who.Identity.Name.Full))
	})))
	return &nebSite{fake, server.URL}
}

var onward = regexp.MustCompile(`<a [^>]*href="([^"]+)"`)

// TestTryAgainAfterAPasswordIsNoCircle: the broker remembers a login with a password,
// and would answer each new one with it, without asking anybody.
func TestTryAgainAfterAPasswordIsNoCircle(t *testing.T) {
	for name, change := range map[string]func(*mitidhttp.Config){
		"the page itself": nil,
		"a login page":    func(cfg *mitidhttp.Config) { cfg.Login = "/login" },
	} {
		t.Run(name, func(t *testing.T) {
			s := atNEB(t, change)
			b := s.fake.NewBrowser()
			status, refused := visitAs(t, b, s.url+"/letters", mitidtest.Approve(mitidtest.PasswordUser()))
			require.Equal(t, http.StatusForbidden, status)
			again := onward.FindStringSubmatch(refused)
			require.NotNil(t, again, "the page has a way on")
			better := mitidtest.PasswordUser()
			better.Password = false
			status, text := visitAs(t, b, s.url+html.UnescapeString(again[1]), mitidtest.Approve(better))
			require.Equal(t, http.StatusOK, status, text)
			require.Contains(t, text, "Hej Bjørn")
		})
	}
}

// TestWhoIsRefusedByTheAppMayComeAsSomebodyElse: the second person at a shared
// computer, or a colleague's account.
func TestWhoIsRefusedByTheAppMayComeAsSomebodyElse(t *testing.T) {
	stranger := errors.New("no customer of ours")
	s := atNEB(t, func(cfg *mitidhttp.Config) {
		cfg.OnLogin = func(_ http.ResponseWriter, _ *http.Request, l *mitid.Login) error {
			if l.Identity.Name.Full == mitidtest.Ditlev().Name {
				return stranger
			}
			return nil
		}
	})
	b := s.fake.NewBrowser()
	status, _ := visitAs(t, b, s.url+"/letters", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, http.StatusInternalServerError, status)
	status, text := visitAs(t, b, s.url+"/letters", mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "Hej Paiman Petersen", text)
}

// TestNobodyIsAskedAnewWithoutNeed: a store that fails for a moment costs no second
// approval, and neither does a login after one that was enough.
func TestNobodyIsAskedAnewWithoutNeed(t *testing.T) {
	down := true
	s := atNEB(t, func(cfg *mitidhttp.Config) {
		cfg.OnLogin = func(http.ResponseWriter, *http.Request, *mitid.Login) error {
			if down {
				return &mitid.Error{Kind: mitid.BrokerUnavailable, Op: "find profile"}
			}
			return nil
		}
	})
	b := s.fake.NewBrowser()
	status, _ := visitAs(t, b, s.url+"/letters", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, http.StatusServiceUnavailable, status)
	down = false
	pages := s.fake.Count("/Account/Login")
	_, text := visitAs(t, b, s.url+"/letters")
	require.Equal(t, "Hej Ditlev Von Testesen", text)
	require.Equal(t, pages, s.fake.Count("/Account/Login"), "the broker remembers")

	other := s.fake.NewBrowser()
	status, _ = visitAs(t, other, s.url+"/letters", mitidtest.Approve(mitidtest.PasswordUser()))
	require.Equal(t, http.StatusForbidden, status)
	_, text = visitAs(t, other, s.url+"/letters", mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, "Hej Paiman Petersen", text)
	pages = s.fake.Count("/Account/Login")
	status, _ = visitAs(t, other, s.url+"/login?return=/app")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, pages, s.fake.Count("/Account/Login"), "the fresh login was enough")
}

// TestAskedAnewNeedsNoMoreThanItCan: what goes together with no fresh login is asked
// as it is.
func TestAskedAnewNeedsNoMoreThanItCan(t *testing.T) {
	s := newSite(t, true, nil)
	s.logsIn(soren())
	s.person = func(*mitid.Attempt) (claims.Identity, error) {
		low := soren()
		low.Levels.LoA = claims.Low
		return low, nil
	}
	b := s.browser()
	begun := b.get("/login")
	require.False(t, s.lastBegun().Fresh)
	p := b.get("/callback?code=1&state=" + begun.handle())
	require.Equal(t, http.StatusForbidden, p.StatusCode)
	b.get("/in/x")
	assert.True(t, s.lastBegun().Fresh)
	for _, r := range []mitid.Request{{Silent: true}, {RevokeCPRConsent: true}} {
		b.do(http.MethodGet, "/login", "") // still marked
		require.True(t, s.lastBegun().Fresh)
		s.handler = s.gate.Start(r)
		b.get("/")
		assert.False(t, s.lastBegun().Fresh)
		s.replica()
	}
}
