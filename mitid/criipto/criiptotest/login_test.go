package criiptotest_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func newClient(t testing.TB, fake *criiptotest.Broker, redirect string) *mitid.Client {
	t.Helper()
	c, err := mitid.New(mitid.Config{Broker: open(nil)(t, fake), RedirectURL: redirect, Now: fake.Now})
	require.NoError(t, err)
	return c
}

func TestLoginRefusesWhatTamperPromises(t *testing.T) {
	fake := criiptotest.New(t)
	c := newClient(t, fake, redirectURL)
	for _, m := range []struct {
		name string
		want error
	}{
		{"callback-in-other-browser", mitid.ErrStateInvalid}, {"callback-replayed", mitid.ErrStateInvalid}, {"callback-late", mitid.ErrStateInvalid},
		{"code-twice", mitid.ErrResponseInvalid}, {"wrong-signature", mitid.ErrTokenInvalid}, {"other-nonce", mitid.ErrTokenInvalid},
	} {
		require.NoError(t, fake.Tamper(m.name))
		l, err := mitidtest.Login(t, c, fake, mitid.Request{})
		require.ErrorIs(t, err, m.want, m.name)
		require.Nil(t, l)
		_, err = mitidtest.Login(t, c, fake, mitid.Request{})
		require.NoError(t, err, "a tampering spoils one login")
	}
	require.NoError(t, fake.Tamper("invalid-grant"))
	fake.Untamper()
	_, err := mitidtest.Login(t, c, fake, mitid.Request{})
	require.NoError(t, err)
}

// app is a small web app around a client, with a session in a cookie.
func app(t *testing.T, fake *criiptotest.Broker, change func(*criiptotest.Broker, *criipto.Config)) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c, err := mitid.New(mitid.Config{Broker: open(change)(t, fake), RedirectURL: server.URL + "/callback", Now: fake.Now})
	require.NoError(t, err)
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) {
		rd, err := c.Begin(r.Context(), mitid.Request{})
		if err != nil {
			http.Error(w, "begin", http.StatusBadGateway)
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "p-" + rd.Handle, Value: rd.State, Path: "/"})
		http.Redirect(w, r, rd.URL, http.StatusFound)
	})
	mux.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		cb, err := mitid.ReadCallback(r)
		values, _ := cb.Values()
		state := ""
		if pending, none := r.Cookie("p-" + values.Get("state")); none == nil {
			state = pending.Value
		}
		var l *mitid.Login
		if err == nil {
			l, err = c.Complete(r.Context(), state, cb)
		}
		var e *mitid.Error
		if errors.As(err, &e) {
			w.WriteHeader(http.StatusForbidden)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": e.Kind.String()})
			return
		}
		http.SetCookie(w, &http.Cookie{Name: "me", Value: url.QueryEscape(l.Identity.Name.Full), Path: "/"})
		http.Redirect(w, r, "/me", http.StatusFound)
	})
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		me, err := r.Cookie("me")
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(me.Value))
	})
	return server
}

func TestVisit(t *testing.T) {
	t.Run("query", func(t *testing.T) { visits(t, nil) })
	t.Run("form_post", func(t *testing.T) {
		visits(t, func(_ *criiptotest.Broker, cfg *criipto.Config) { cfg.FormPost = true })
	})
}

func visits(t *testing.T, change func(*criiptotest.Broker, *criipto.Config)) {
	fake := criiptotest.New(t)
	server := app(t, fake, change)
	visit := func(as ...mitidtest.Outcome) (int, string) {
		res, err := fake.NewBrowser().Visit(t.Context(), server.URL+"/login", as...)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		var answer struct{ Error string }
		_ = json.NewDecoder(res.Body).Decode(&answer)
		return res.StatusCode, answer.Error
	}
	status, _ := visit(mitidtest.Approve(mitidtest.WithoutCPR()))
	assert.Equal(t, http.StatusOK, status)
	_, class := visit(mitidtest.Abort())
	assert.Equal(t, "UserCancelled", class)
	for name, want := range map[string]string{
		"missing-state": "StateInvalid", "callback-in-other-browser": "StateInvalid", "callback-replayed": "StateInvalid", "callback-late": "StateInvalid",
		"code-twice": "ResponseInvalid", "error-with-unknown-state": "StateInvalid", "expiry-1e400": "TokenInvalid",
	} {
		require.NoError(t, fake.Tamper(name))
		status, class := visit()
		assert.Equal(t, http.StatusForbidden, status, name)
		assert.Equal(t, want, class, name)
	}
}
