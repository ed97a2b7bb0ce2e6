package mitidhttp_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// shop is an app at the fake with a page that asks for an age, an open page that
// tells who is there, and one behind a login.
type shop struct {
	fake *criiptotest.Broker
	at   string
	seen []*mitid.Login
}

func newShop(t *testing.T, change func(*mitidhttp.Config)) *shop {
	t.Helper()
	s := &shop{fake: criiptotest.New(t)}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.at = server.URL
	client, err := newClient(s.fake, server.URL)
	require.NoError(t, err)
	cfg := mitidhttp.Config{Client: client, OnLogin: func(_ http.ResponseWriter, _ *http.Request, l *mitid.Login) error {
		s.seen = append(s.seen, l)
		return nil
	}}
	if change != nil {
		change(&cfg)
	}
	gate, err := mitidhttp.New(cfg)
	require.NoError(t, err)
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/age", gate.Start(mitid.Request{Age: 18}))
	mux.Handle("/older", gate.StepUp(mitid.Request{Age: 21}))
	mux.HandleFunc("/who", func(w http.ResponseWriter, r *http.Request) {
		who := "nobody"
		if session, ok := gate.Session(r); ok {
			who = session.Identity.Name.Full
		}
		_, _ = io.WriteString(w, who)
	})
	mux.Handle("/members", gate.Require(claims.Substantial)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "members")
	})))
	return s
}

func visitAs(t *testing.T, w *mitidtest.Browser, address string, as ...mitidtest.Outcome) (status int, text string) {
	t.Helper()
	page, err := w.Visit(t.Context(), address, as...)
	require.NoError(t, err)
	defer func() { _ = page.Body.Close() }()
	body, err := io.ReadAll(page.Body)
	require.NoError(t, err)
	return page.StatusCode, string(body)
}

func TestProofOfAgeLogsNobodyIn(t *testing.T) {
	s := newShop(t, nil)
	w := s.fake.NewBrowser()
	status, text := visitAs(t, w, s.at+"/age?return=/who", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "nobody", text)
	require.Len(t, s.seen, 1)
	require.True(t, s.seen[0].Age.AtLeast(18))
	require.Empty(t, s.seen[0].Identity.Subject)

	_, text = visitAs(t, w, s.at+"/members", mitidtest.Approve(mitidtest.Paiman()))
	require.Equal(t, "members", text)
	require.Len(t, s.seen, 2, "the page for members asks for a login all the same")
	require.Nil(t, s.seen[1].Age)
}

func TestProofOfAgeByAnotherPersonLeavesTheSessionAlone(t *testing.T) {
	s := newShop(t, nil)
	w := s.fake.NewBrowser()
	visitAs(t, w, s.at+"/members", mitidtest.Approve(mitidtest.Ditlev()))
	for _, path := range []string{"/age", "/older"} {
		_, text := visitAs(t, w, s.at+path+"?return=/who", mitidtest.Approve(mitidtest.Teenager(s.fake.Now())))
		require.Equal(t, "Ditlev Von Testesen", text, path)
		l := s.seen[len(s.seen)-1]
		require.Equal(t, mitid.AgeNotReached, l.Age.Answer)
		require.False(t, l.Age.AtLeast(18))
	}
}

func TestPersonWhoIsTooYoungGetsTheAnswerOfOnLogin(t *testing.T) {
	tooYoung := errors.New("too young")
	var refused error
	s := newShop(t, func(cfg *mitidhttp.Config) {
		cfg.OnLogin = func(_ http.ResponseWriter, _ *http.Request, l *mitid.Login) error {
			if l.Age != nil && !l.Age.AtLeast(18) {
				return tooYoung
			}
			return nil
		}
		cfg.Refused = func(w http.ResponseWriter, _ *http.Request, err error) {
			refused = err
			w.WriteHeader(http.StatusForbidden)
		}
	})
	w := s.fake.NewBrowser()
	status, _ := visitAs(t, w, s.at+"/age?return=/who", mitidtest.Approve(mitidtest.Teenager(s.fake.Now())))
	require.Equal(t, http.StatusForbidden, status)
	require.ErrorIs(t, refused, tooYoung)
	status, _ = visitAs(t, w, s.at+"/age?return=/who", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, http.StatusOK, status)
}

func TestProofOfAgeThatNobodyWouldSeeIsNotAskedFor(t *testing.T) {
	s := newShop(t, func(cfg *mitidhttp.Config) { cfg.OnLogin = nil })
	status, _ := visitAs(t, s.fake.NewBrowser(), s.at+"/age")
	require.Equal(t, http.StatusInternalServerError, status)
	require.Zero(t, s.fake.Count("/oauth2/authorize"))
}

func TestOnLoginThatMakesAPersonOfAProofOfAgeIsRefused(t *testing.T) {
	for name, change := range map[string]func(l *mitid.Login){
		"a subject": func(l *mitid.Login) { l.Identity.Subject = "somebody" },
		"no proof":  func(l *mitid.Login) { l.Age = nil },
		"a level":   func(l *mitid.Login) { l.Level = claims.High },
		"a whole life": func(l *mitid.Login) {
			*l = mitid.Login{Identity: claims.Identity{Subject: "somebody", Capacity: claims.CapacityPrivate}, Broker: l.Broker, Issuer: l.Issuer}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, func(cfg *mitidhttp.Config) {
				cfg.OnLogin = func(_ http.ResponseWriter, _ *http.Request, l *mitid.Login) error { change(l); return nil }
			})
			w := s.fake.NewBrowser()
			status, _ := visitAs(t, w, s.at+"/age?return=/who", mitidtest.Approve(mitidtest.Ditlev()))
			require.Equal(t, http.StatusInternalServerError, status)
			_, text := visitAs(t, w, s.at+"/who")
			require.Equal(t, "nobody", text)
		})
	}
}

func TestGateThatRequiresAProofOfAgeWouldAskForEver(t *testing.T) {
	fake := criiptotest.New(t)
	client, err := newClient(fake, "http://127.0.0.1")
	require.NoError(t, err)
	_, err = mitidhttp.New(mitidhttp.Config{Client: client, Request: mitid.Request{Age: 18}})
	require.ErrorIs(t, err, mitid.ErrConfigInvalid)
	require.ErrorContains(t, err, "Config.Request")
}
