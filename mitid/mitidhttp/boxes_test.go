package mitidhttp_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// application is a gate beside others: what it is to the broker, and to its users.
type application struct {
	issuer, clientID, redirect string
	floor                      claims.Level
	request                    mitid.Request
	sessions                   mitidhttp.Sessions
}

// open mounts the application with the keys that all of them share.
func (a application) open(t *testing.T) (*mitidhttp.Gate, http.Handler, *stub) {
	t.Helper()
	broker := &stub{method: http.MethodGet, issuer: a.issuer, clientID: a.clientID}
	broker.logsIn(soren())
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: a.redirect, StateKeys: [][]byte{key1}, MinLevel: a.floor})
	require.NoError(t, err)
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Keys: [][]byte{key1}, Request: a.request, Sessions: a.sessions})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/login", gate.Start(mitid.Request{}))
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/in", gate.Require(claims.Low)(http.HandlerFunc(whoIs)))
	mux.HandleFunc("/open", func(w http.ResponseWriter, r *http.Request) {
		if s, ok := gate.Session(r); ok {
			tell(w, s)
			return
		}
		_, _ = io.WriteString(w, "nobody")
	})
	return gate, mux, broker
}

// visit asks h for path with the cookies that carried are, and returns the cookies
// after it.
func visit(h http.Handler, path string, carried []*http.Cookie) (*httptest.ResponseRecorder, []*http.Cookie) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for _, c := range carried {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var after []*http.Cookie
	for _, c := range w.Result().Cookies() {
		if c.MaxAge >= 0 {
			after = append(after, c)
		}
	}
	return w, after
}

// logInAt returns the cookies of somebody who has logged in at h.
func logInAt(t *testing.T, h http.Handler) []*http.Cookie {
	t.Helper()
	begun, pending := visit(h, "/login", nil)
	state := (page{Response: begun.Result()}).handle()
	done, session := visit(h, "/callback?code=c&state="+state, pending)
	require.Equal(t, http.StatusFound, done.Code, done.Body.String())
	require.Len(t, session, 1)
	return session
}

func first() application {
	return application{issuer: "https://broker.example", clientID: "urn:first", redirect: "https://app.example/callback"}
}

// strangers are applications that share the keys with the first one and nothing
// else that matters.
func strangers() map[string]application {
	all := map[string]application{}
	for name, change := range map[string]func(*application){
		"another client id at the same broker":   func(a *application) { a.clientID = "urn:second" },
		"a client id that begins alike":          func(a *application) { a.clientID = "urn:firs" },
		"a client id in other letters":           func(a *application) { a.clientID = "urn:First" },
		"no client id":                           func(a *application) { a.clientID = "" },
		"the test system":                        func(a *application) { a.issuer = "https://test.broker.example" },
		"another host":                           func(a *application) { a.redirect = "https://app2.example/callback" },
		"another port":                           func(a *application) { a.redirect = "https://app.example:8443/callback" },
		"a host below":                           func(a *application) { a.redirect = "https://test.app.example/callback" },
		"client id and host with another border": func(a *application) { a.clientID, a.redirect = "urn:firsthttps:", "https://app.example/callback" },
	} {
		a := first()
		change(&a)
		all[name] = a
	}
	return all
}

func TestSessionOfOneApplicationDoesNotOpenAnother(t *testing.T) {
	_, mine, _ := first().open(t)
	session := logInAt(t, mine)
	w, _ := visit(mine, "/in", session)
	require.Equal(t, "{søren} substantial", w.Body.String())
	for name, other := range strangers() {
		t.Run(name, func(t *testing.T) {
			_, theirs, broker := other.open(t)
			w, _ := visit(theirs, "/open", session)
			require.Equal(t, "nobody", w.Body.String())
			w, _ = visit(theirs, "/in", session)
			require.Equal(t, http.StatusFound, w.Code, "led to a login of its own")
			require.Len(t, broker.begun, 1)
		})
	}
}

func TestReplicasOfOneApplicationShareSessions(t *testing.T) {
	_, mine, _ := first().open(t)
	session := logInAt(t, mine)
	for _, redirect := range []string{"https://app.example/callback", "https://APP.example/callback", "https://app.example:443/other/callback"} {
		again := first()
		again.redirect = redirect
		_, replica, _ := again.open(t)
		w, _ := visit(replica, "/in", session)
		require.Equal(t, "{søren} substantial", w.Body.String(), redirect)
	}
}

func TestPendingLoginOfOneApplicationIsNotFinishedByAnother(t *testing.T) {
	_, mine, _ := first().open(t)
	begun, pending := visit(mine, "/login", nil)
	state := (page{Response: begun.Result()}).handle()
	for name, other := range strangers() {
		t.Run(name, func(t *testing.T) {
			_, theirs, broker := other.open(t)
			w, session := visit(theirs, "/callback?code=c&state="+state, pending)
			require.Equal(t, http.StatusBadRequest, w.Code)
			require.Empty(t, session)
			require.Zero(t, broker.answers(), "the code went to the broker")
		})
	}
	w, _ := visit(mine, "/callback?code=c&state="+state, pending)
	require.Equal(t, http.StatusFound, w.Code)
}

func TestLogoutOfOneApplicationIsNotLedOnByAnother(t *testing.T) {
	mine, h, _ := first().open(t)
	session := logInAt(t, h)
	r := httptest.NewRequest(http.MethodPost, "/logout?return=/farvel", nil)
	r.AddCookie(session[0])
	out := httptest.NewRecorder()
	mine.Logout().ServeHTTP(out, r)
	state := (page{Response: out.Result()}).handle()
	var pending []*http.Cookie
	for _, c := range out.Result().Cookies() {
		if c.MaxAge > 0 {
			pending = append(pending, c)
		}
	}
	require.Len(t, pending, 1)
	for _, name := range []string{"another client id at the same broker", "another host"} {
		_, theirs, _ := strangers()[name].open(t)
		w, _ := visit(theirs, "/callback?state="+state, pending)
		require.Equal(t, http.StatusBadRequest, w.Code, name)
	}
	w, _ := visit(h, "/callback?state="+state, pending)
	require.Equal(t, "/farvel", w.Result().Header.Get("Location"))
}

// One application may run with two floors for a while: a deploy, or a forgotten
// setting.
func TestSessionBelowTheFloorOfTheOtherGateDoesNotPass(t *testing.T) {
	_, low, _ := first().open(t)
	session := logInAt(t, low)
	for name, change := range map[string]func(*application){
		"MinLevel":             func(a *application) { a.floor = claims.High },
		"Config.Request.Level": func(a *application) { a.request.Level = claims.High },
	} {
		t.Run(name, func(t *testing.T) {
			a := first()
			change(&a)
			_, high, broker := a.open(t)
			w, _ := visit(high, "/in", session)
			require.Equal(t, http.StatusFound, w.Code)
			require.Equal(t, claims.High, broker.lastBegun().Level)
			if a.floor == claims.High {
				w, _ = visit(high, "/open", session)
				require.Equal(t, "nobody", w.Body.String())
			}
			r := httptest.NewRequest(http.MethodPost, "/in", nil)
			r.AddCookie(session[0])
			post := httptest.NewRecorder()
			high.ServeHTTP(post, r)
			require.Equal(t, http.StatusForbidden, post.Code)
		})
	}
}

// A session in a cookie is not taken by a gate that keeps them in a store, nor a
// handle by one that does not, nor what one store keeps by another.
func TestSessionsDoNotMoveBetweenCookieAndStores(t *testing.T) {
	kept, elsewhere := first(), first()
	kept.sessions, elsewhere.sessions = newShelf(), newShelf()
	for name, c := range map[string]struct{ from, to application }{
		"cookie to store": {first(), kept}, "store to cookie": {kept, first()}, "store to store": {kept, elsewhere},
	} {
		t.Run(name, func(t *testing.T) {
			_, from, _ := c.from.open(t)
			_, to, _ := c.to.open(t)
			session := logInAt(t, from)
			w, _ := visit(from, "/open", session)
			require.Equal(t, "{søren} substantial", w.Body.String())
			w, _ = visit(to, "/open", session)
			require.Equal(t, "nobody", w.Body.String())
		})
	}
}

// Two applications may keep their sessions in one table.
func TestSharedTableOpensNothingForAnotherApplication(t *testing.T) {
	mine := first()
	mine.sessions = newShelf()
	_, h, _ := mine.open(t)
	session := logInAt(t, h)
	for name, other := range strangers() {
		other.sessions = mine.sessions
		_, theirs, _ := other.open(t)
		w, _ := visit(theirs, "/open", session)
		require.Equal(t, "nobody", w.Body.String(), name)
	}
	w, _ := visit(h, "/open", session)
	require.Equal(t, "{søren} substantial", w.Body.String())
}
