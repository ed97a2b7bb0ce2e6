package mitidhttp_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// storedNEB is an app behind Nets eID Broker that keeps its sessions in a store.
// Each call of the returned function is a new program with the same settings.
func storedNEB(t *testing.T, kept mitidhttp.Sessions, onLogin func(*mitid.Login)) (s *nebSite, restart func() *mitid.Client) {
	t.Helper()
	fake := nebtest.New(t)
	server := httptest.NewUnstartedServer(nil)
	s = &nebSite{fake, "http://" + server.Listener.Addr().String()}
	restart = func() *mitid.Client {
		broker, err := neb.New(neb.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), Now: fake.Now})
		require.NoError(t, err)
		client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: s.url + "/callback", StateKeys: [][]byte{key1}, Now: fake.Now})
		require.NoError(t, err)
		gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Keys: [][]byte{key1}, Sessions: kept, LoggedOut: "/logged-out", Now: fake.Now,
			OnLogin: func(_ http.ResponseWriter, _ *http.Request, l *mitid.Login) error {
				if onLogin != nil {
					onLogin(l)
				}
				return nil
			}})
		require.NoError(t, err)
		mux := http.NewServeMux()
		mux.Handle("/callback", gate.Callback())
		mux.Handle("/logout", gate.Logout())
		mux.Handle("/logged-out", gate.LoggedOut())
		mux.Handle("/broker-logout", gate.ReceiveLogout())
		mux.Handle("/", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			who, _ := mitidhttp.FromContext(r.Context())
			says := "Hej " + who.Identity.Name.Full
			if r.URL.Path == "/match" {
				yes, err := client.MatchCPR(r.Context(), who.Login(), mitidtest.Ditlev().CPR)
				says = strconv.FormatBool(yes) + " " + mitid.KindOf(err).String()
			}
			_, _ = w.Write([]byte(says))
		})))
		server.Config.Handler = mux
		return client
	}
	restart()
	server.Start()
	t.Cleanup(server.Close)
	return s, restart
}

func TestLogoutAtNetsComesBackToTheApp(t *testing.T) {
	s, _ := storedNEB(t, newShelf(), nil)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	b := &http.Client{Jar: jar}
	s.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	res, err := b.Get(s.url + "/")
	require.NoError(t, err)
	_ = res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	res, err = b.PostForm(s.url+"/logout", nil)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	require.Equal(t, "/logged-out", res.Request.URL.Path, "the browser came back")
	require.Equal(t, 1, s.fake.Count("/op/connect/endsession"))
}

func TestCPRMatchAsksFromAStoredSession(t *testing.T) {
	s, _ := storedNEB(t, newShelf(), nil)
	b := s.fake.NewBrowser()
	s.visit(t, b, mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "true Unknown", textAt(t, b, s.url+"/match"))

	// OnLogin decides what stays.
	s, _ = storedNEB(t, newShelf(), func(l *mitid.Login) { l.Evidence = mitid.Evidence{} })
	b = s.fake.NewBrowser()
	s.visit(t, b, mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "false InputInvalid", textAt(t, b, s.url+"/match"))
}

// A program that was started anew has forgotten what Ended kept in memory.
func TestBackChannelLogoutOutlivesARestart(t *testing.T) {
	kept := newShelf()
	s, restart := storedNEB(t, kept, nil)
	subject := subjectOf(t, s.fake, mitidtest.Ditlev())
	his, hers := s.fake.NewBrowser(), s.fake.NewBrowser()
	s.visit(t, his, mitidtest.Approve(mitidtest.Ditlev()))
	s.visit(t, hers, mitidtest.Approve(mitidtest.Paiman()))
	kept.breaks("Delete", true)
	require.Equal(t, http.StatusServiceUnavailable, s.post(t, logoutToken(t, s.fake, subject)), "the broker sends it again")
	kept.breaks("Delete", false)
	status, err := s.fake.SendLogout(t.Context(), subject, s.url+"/broker-logout")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, 1, kept.count(), "hers")
	restart()
	logins := s.fake.Count("/op/connect/token")
	_, body := s.visit(t, hers)
	require.Equal(t, "Hej Paiman Petersen", body)
	require.Equal(t, logins, s.fake.Count("/op/connect/token"))
	s.visit(t, his, mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, logins+1, s.fake.Count("/op/connect/token"), "he is led through the broker again")
}

// The tokens of this broker may hold a CPR number, so no session keeps them.
func TestStoredSessionKeepsNoTokenThatMayNameThePerson(t *testing.T) {
	fake := criiptotest.New(t)
	kept := newShelf()
	var seen *mitid.Login
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), Now: fake.Now})
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: address + "/callback", Now: fake.Now})
	require.NoError(t, err)
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Sessions: kept, Now: fake.Now})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, _ := mitidhttp.FromContext(r.Context())
		seen = who.Login()
	})))
	server.Config.Handler = mux
	server.Start()
	t.Cleanup(server.Close)
	textAt(t, fake.NewBrowser(), address+"/", mitidtest.Approve(mitidtest.Ditlev()))
	require.NotNil(t, seen)
	require.Empty(t, seen.Evidence.Tokens)
	require.Equal(t, fake.ClientID(), seen.ClientID)
}

func textAt(t *testing.T, b *mitidtest.Browser, address string, as ...mitidtest.Outcome) string {
	t.Helper()
	res, err := b.Visit(t.Context(), address, as...)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	var text [512]byte
	n, _ := res.Body.Read(text[:])
	return string(text[:n])
}
