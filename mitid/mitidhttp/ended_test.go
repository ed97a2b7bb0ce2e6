package mitidhttp_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// nebSite is an app behind Nets eID Broker, which sends logout messages.
type nebSite struct {
	fake *nebtest.Broker
	url  string
}

func newNEBSite(t *testing.T, ended mitidhttp.Ended) *nebSite {
	t.Helper()
	fake := nebtest.New(t)
	server := httptest.NewUnstartedServer(nil)
	address := "http://" + server.Listener.Addr().String()
	broker, err := neb.New(neb.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), Now: fake.Now})
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: address + "/callback", Now: fake.Now})
	require.NoError(t, err)
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Ended: ended, Now: fake.Now})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/broker-logout", gate.ReceiveLogout())
	mux.Handle("/", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, _ := mitidhttp.FromContext(r.Context())
		_, _ = io.WriteString(w, "Hej "+s.Identity.Name.Full)
	})))
	server.Config.Handler = mux
	server.Start()
	t.Cleanup(server.Close)
	return &nebSite{fake, address}
}

func (s *nebSite) visit(t *testing.T, b *mitidtest.Browser, as ...mitidtest.Outcome) (int, string) {
	t.Helper()
	res, err := b.Visit(t.Context(), s.url+"/", as...)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

// post sends a logout token to the app and returns the status.
func (s *nebSite) post(t *testing.T, token string) int {
	t.Helper()
	res, err := http.PostForm(s.url+"/broker-logout", url.Values{"logout_token": {token}})
	require.NoError(t, err)
	_ = res.Body.Close()
	return res.StatusCode
}

func logoutToken(t *testing.T, fake *nebtest.Broker, subject string) string {
	t.Helper()
	token, err := fake.LogoutToken(subject)
	require.NoError(t, err)
	return token
}

// subjectOf logs who in once more, beside the app, to learn the broker's key.
func subjectOf(t *testing.T, fake *nebtest.Broker, who mitidtest.Citizen) string {
	t.Helper()
	broker, err := neb.New(neb.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), Now: fake.Now})
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example/callback", Now: fake.Now})
	require.NoError(t, err)
	l, err := mitidtest.Login(t, client, fake, mitid.Request{}, mitidtest.Approve(who))
	require.NoError(t, err)
	return l.Identity.Subject
}

func TestBackChannelLogoutEndsTheSessionsItNames(t *testing.T) {
	s := newNEBSite(t, nil)
	ditlev, paiman := mitidtest.Ditlev(), mitidtest.Paiman()
	subject := subjectOf(t, s.fake, ditlev)
	his, hers := s.fake.NewBrowser(), s.fake.NewBrowser()
	_, body := s.visit(t, his, mitidtest.Approve(ditlev))
	require.Equal(t, "Hej "+ditlev.Name, body)
	_, body = s.visit(t, hers, mitidtest.Approve(paiman))
	require.Equal(t, "Hej "+paiman.Name, body)

	status, err := s.fake.SendLogout(t.Context(), subject, s.url+"/broker-logout")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	logins := s.fake.Count("/op/connect/token")
	_, body = s.visit(t, hers)
	require.Equal(t, "Hej "+paiman.Name, body)
	require.Equal(t, logins, s.fake.Count("/op/connect/token"), "nobody else is logged out")
	_, body = s.visit(t, his, mitidtest.Approve(ditlev))
	require.Equal(t, "Hej "+ditlev.Name, body)
	require.Equal(t, logins+1, s.fake.Count("/op/connect/token"), "he is led through the broker again")
	s.visit(t, his)
	require.Equal(t, logins+1, s.fake.Count("/op/connect/token"), "and his new session lives")
}

// A broker sends a message again that we answered with 503, and it takes effect.
func TestLogoutSentAgainAfterAnOutageIsTaken(t *testing.T) {
	store := &flaky{down: true}
	s := newNEBSite(t, store)
	token := logoutToken(t, s.fake, subjectOf(t, s.fake, mitidtest.Ditlev()))
	require.Equal(t, http.StatusServiceUnavailable, s.post(t, token))
	store.down = false
	require.Equal(t, http.StatusOK, s.post(t, token))
	require.Len(t, store.ended, 1)
	require.False(t, store.ended[0].At.IsZero())
}

// flaky is a store with outages.
type flaky struct {
	down  bool
	ended []mitid.Logout
}

func (f *flaky) End(_ context.Context, l mitid.Logout) error {
	if f.down {
		return errors.New("down")
	}
	f.ended = append(f.ended, l)
	return nil
}

func (f *flaky) Ended(context.Context, string, string, time.Time) (bool, error) {
	if f.down {
		return false, errors.New("down")
	}
	return false, nil
}

// Nobody is let in while the store is down, nobody is sent to the broker for it,
// and nobody loses their session.
func TestStoreOfEndedSessionsDown(t *testing.T) {
	store := &flaky{}
	s := newNEBSite(t, store)
	b := s.fake.NewBrowser()
	s.visit(t, b, mitidtest.Approve(mitidtest.Ditlev()))
	logins := s.fake.Count("/op/connect/token")
	store.down = true
	status, _ := s.visit(t, b)
	require.Equal(t, http.StatusServiceUnavailable, status)
	store.down = false
	_, body := s.visit(t, b)
	require.Equal(t, "Hej Ditlev Von Testesen", body)
	require.Equal(t, logins, s.fake.Count("/op/connect/token"))
}

func TestLogoutMessagesThatAreRefused(t *testing.T) {
	s := newNEBSite(t, nil)
	b := s.fake.NewBrowser()
	s.visit(t, b, mitidtest.Approve(mitidtest.Ditlev()))
	token := logoutToken(t, s.fake, subjectOf(t, s.fake, mitidtest.Ditlev()))
	for name, bad := range map[string]string{
		"empty": "", "spoilt": token[:len(token)-8] + "AAAAAAAA", "no signature": token[:strings.LastIndex(token, ".")+1], "rubbish": "æ.ø.å",
	} {
		require.Equal(t, http.StatusBadRequest, s.post(t, bad), name)
	}
	_, body := s.visit(t, b)
	require.Equal(t, "Hej Ditlev Von Testesen", body)
	res, err := http.Post(s.url+"/broker-logout", "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	_ = res.Body.Close()
	require.Equal(t, http.StatusBadRequest, res.StatusCode)
}

func TestFrontChannelLogoutNeedsTheBrowserOfItsSession(t *testing.T) {
	s := newNEBSite(t, nil)
	b := s.fake.NewBrowser()
	s.visit(t, b, mitidtest.Approve(mitidtest.Ditlev()))
	res, err := http.Get(s.url + "/broker-logout?iss=" + url.QueryEscape(s.fake.Issuer()) + "&sid=anything")
	require.NoError(t, err)
	_ = res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	_, body := s.visit(t, b)
	require.Equal(t, "Hej Ditlev Von Testesen", body)
}
