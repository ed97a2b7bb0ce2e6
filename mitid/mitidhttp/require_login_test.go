package mitidhttp_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// wants are the paths of a site whose pages ask for different things.
var wants = map[string]mitid.Request{
	"/plain": {}, "/high2": {Level: claims.High}, "/cpr": {CPR: mitid.CPRRequired}, "/maybe": {CPR: mitid.CPRIfPresent}, "/address": {Address: true},
	"/company": {Capacity: claims.CapacityProfessional}, "/either": {Capacity: claims.CapacityEither}, "/age": {Age: 18},
}

// newSiteByPath is newSite with the paths of wants. After "/judge", the same paths are
// answered by Admit.
func newSiteByPath(t testing.TB, change func(*site)) *site {
	t.Helper()
	s := newSite(t, true, change)
	app, gate := s.handler, s.gate
	mux := http.NewServeMux()
	mux.Handle("/", app)
	for path, want := range wants {
		mux.Handle(path, gate.RequireLogin(want)(http.HandlerFunc(whoIs)))
		mux.HandleFunc("/judge"+path, func(w http.ResponseWriter, r *http.Request) {
			who, err := gate.Admit(r, want)
			if err != nil {
				w.WriteHeader(mitidhttp.StatusOf(err))
				_, _ = io.WriteString(w, mitid.KindOf(err).String())
				return
			}
			tell(w, who)
		})
	}
	s.mu.Lock()
	s.handler = mux
	s.mu.Unlock()
	return s
}

func employee() claims.Identity {
	id := asta()
	id.Capacity, id.Organisation = claims.CapacityProfessional, &claims.Organisation{Name: "Ærø Færger", CVR: claims.MustParseCVR("13748136")}
	return id
}

func TestRequireLoginAsksWhatThePathAsksFor(t *testing.T) {
	s := newSiteByPath(t, nil)
	b := s.browser()
	for _, c := range []struct{ path, shown string }{
		{"/plain", "{søren} substantial"}, {"/high2", "{søren} high"}, {"/cpr", "{søren} high with CPR"},
	} {
		refused := b.do(http.MethodPost, c.path, "æ")
		require.Contains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, refused.StatusCode, c.path)
		begun := b.get(c.path)
		require.Equal(t, http.StatusFound, begun.StatusCode, c.path)
		require.Equal(t, max(wants[c.path].Level, s.lastBegun().Level), s.lastBegun().Level)
		done := b.answer(begun)
		require.Equal(t, c.path, done.to())
		require.Equal(t, c.shown, b.get(c.path).body)
		require.Equal(t, c.shown, b.get("/judge"+c.path).body)
	}
	require.Equal(t, "{søren} high with CPR", b.get("/plain").body)
}

func TestAdmitSaysWhyNot(t *testing.T) {
	s := newSiteByPath(t, nil)
	b := s.browser()
	for path := range wants {
		want := "InteractionRequired"
		if path == "/age" {
			want = "ConfigInvalid"
		}
		require.Equal(t, want, b.get("/judge"+path).body, path)
	}
	b.logIn()
	for path, want := range map[string]string{
		"/plain": "{søren} substantial", "/either": "{søren} substantial", "/high2": "AssuranceTooLow", "/cpr": "ClaimMissing", "/maybe": "ClaimMissing", "/address": "ClaimMissing",
		"/company": "InteractionRequired", "/age": "ConfigInvalid",
	} {
		p := b.get("/judge" + path)
		require.Equal(t, want, p.body, path)
		require.Empty(t, p.Cookies())
		if want == "ClaimMissing" {
			require.Equal(t, http.StatusForbidden, b.do(http.MethodPost, path, "").StatusCode)
			require.ErrorIs(t, s.lastRefusal(), mitid.ErrClaimMissing)
		}
	}
	require.Len(t, s.begun, 1, "nobody was asked for anything")
	s.advance(2 * time.Hour)
	require.Equal(t, "InteractionRequired", b.get("/judge/plain").body)
}

// Also after a step-up for something else, with sessions in cookies and on the server.
func TestRequireLoginAsksOnceForANumberThatIsOptional(t *testing.T) {
	for name, change := range map[string]func(*site){
		"in cookies":    nil,
		"on the server": func(s *site) { s.cfg.Sessions = &table{rows: map[string]mitidhttp.StoredSession{}} },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSiteByPath(t, change)
			without := soren()
			without.CPR = noCPR
			s.logsIn(without)
			b := s.browser()
			b.logIn()
			begun := b.get("/maybe")
			require.Equal(t, http.StatusFound, begun.StatusCode)
			require.Equal(t, mitid.CPRIfPresent, s.lastBegun().CPR)
			b.answer(begun)
			require.Equal(t, "{søren} substantial", b.get("/maybe").body)
			b.answer(b.get("/high2"))
			require.Equal(t, "{søren} high", b.get("/high2").body)
			n := len(s.begun)
			require.Equal(t, "{søren} high", b.get("/maybe").body)
			require.Len(t, s.begun, n)
			require.Equal(t, http.StatusFound, b.get("/cpr").StatusCode, "where it is required, they are asked again")

			b.answer(b.get("/address"))
			require.Equal(t, "{søren} high", b.get("/address").body, "a protected address does not lead round in circles")
			require.Equal(t, "{søren} high", b.get("/maybe").body)

			b.do(http.MethodPost, "/logout", "", "Origin", s.server.URL)
			b.logIn()
			require.Equal(t, http.StatusFound, b.get("/maybe").StatusCode, "a new session has not asked")
		})
	}
}

func TestRequireLoginOfAnotherCapacityIsANewLogin(t *testing.T) {
	s := newSiteByPath(t, nil)
	b := s.browser()
	b.logIn()
	s.logsIn(employee())
	begun := b.get("/company")
	require.Equal(t, claims.CapacityProfessional, s.lastBegun().Capacity)
	b.answer(begun)
	require.Equal(t, "{åsta} substantial", b.get("/company").body)
	require.Equal(t, "{åsta} substantial", b.get("/either").body)
	require.Equal(t, http.StatusFound, b.get("/plain").StatusCode)
	require.Equal(t, http.StatusUnauthorized, b.do(http.MethodHead, "/plain", "").StatusCode)
}

// A proof of age begins no session, so a page behind one would ask without end.
func TestRequireLoginWithAnAgeAdmitsNobody(t *testing.T) {
	s := newSiteByPath(t, nil)
	b := s.browser()
	b.logIn()
	require.Equal(t, http.StatusInternalServerError, b.get("/age").StatusCode)
	require.ErrorIs(t, s.lastRefusal(), mitid.ErrConfigInvalid)
	require.Len(t, s.begun, 1)
}

func TestRequireLoginWhenTheStoreDoesNotAnswer(t *testing.T) {
	s := newSiteByPath(t, func(s *site) { s.cfg.Sessions = silent{} })
	r := httptest.NewRequest(http.MethodGet, "/judge/plain", nil)
	r.AddCookie(&http.Cookie{Name: s.gate.CookieName(), Value: strings.Repeat("A", 43)})
	for path, want := range map[string]string{"/judge/plain": "BrokerUnavailable", "/plain": "BrokerUnavailable back to /plain"} {
		r.URL.Path, r.RequestURI = path, path
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Equal(t, want, w.Body.String())
	}
}

// silent is a store that does not answer.
type silent struct{ mitidhttp.Sessions }

func (silent) Load(_ context.Context, _ string) ([]byte, error) { return nil, io.ErrUnexpectedEOF }

func TestCookieNameIsTheBeginOfEveryName(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	b.get("/login")
	b.logIn()
	require.NotEmpty(t, b.cookies())
	for name := range b.cookies() {
		require.True(t, name == s.gate.CookieName() || strings.HasPrefix(name, s.gate.CookieName()+"."), name)
	}
}
