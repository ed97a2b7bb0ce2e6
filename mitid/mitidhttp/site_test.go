package mitidhttp_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// stub is a broker without a wire, so that the browser's side can be seen alone.
// The person is decided at the answer.
type stub struct {
	method, issuer string
	clientID       string
	form           map[string]string
	noLogout       bool
	slow           time.Duration // how long Begin takes, as where it calls the broker

	mu       sync.Mutex
	begun    []mitid.Request
	person   func(a *mitid.Attempt) (claims.Identity, error)
	answered int
}

func (s *stub) Callback() mitid.CallbackRule {
	return mitid.CallbackRule{Name: "stub", Issuer: s.issuer, ClientID: s.clientID, Method: s.method, State: "state"}
}

func (s *stub) Begin(ctx context.Context, a *mitid.Attempt) (*mitid.Redirect, error) {
	if s.slow > 0 {
		select {
		case <-time.After(s.slow):
		case <-ctx.Done():
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun = append(s.begun, a.Request)
	return &mitid.Redirect{URL: s.issuer + "/authorize?state=" + a.Handle, Form: s.form}, nil
}

func (s *stub) Complete(_ context.Context, a *mitid.Attempt, cb mitid.Callback) (*mitid.Assertion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	values, err := cb.Values()
	if err != nil {
		return nil, err
	}
	if values.Get("error") != "" {
		return nil, fault.New(fault.UserCancelled, "the person pressed cancel")
	}
	s.answered++
	id, err := s.person(a)
	if err != nil {
		return nil, err
	}
	return &mitid.Assertion{Echo: a.Nonce, Identity: id}, nil
}

func (s *stub) EndSession(_ context.Context, _ *mitid.Login, returnTo, state string) (*mitid.Redirect, error) {
	if s.noLogout {
		return nil, fault.New(fault.BrokerUnavailable, "no answer")
	}
	return &mitid.Redirect{URL: s.issuer + "/logout?" + url.Values{"state": {state}, "to": {returnTo}}.Encode()}, nil
}

func (s *stub) answers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answered
}

func (s *stub) lastBegun() mitid.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.begun[len(s.begun)-1]
}

func (s *stub) logsIn(id claims.Identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person = func(a *mitid.Attempt) (claims.Identity, error) {
		got := id
		got.Levels.LoA = max(got.Levels.LoA, a.Level)
		got.AuthTime = a.Now
		if a.Request.CPR == mitid.CPRNo {
			got.CPR = noCPR
		}
		return got, nil
	}
}

var (
	key1  = bytes.Repeat([]byte{1}, 32)
	key2  = bytes.Repeat([]byte{2}, 32)
	start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	noCPR = claims.Identity{}.CPR
)

func uuid(s string) claims.UUID {
	u, err := claims.ParseUUID(s)
	if err != nil {
		panic(err)
	}
	return u
}

func soren() claims.Identity {
	return claims.Identity{Capacity: claims.CapacityPrivate, Subject: "{søren}", UUID: uuid("74ffcd31-fbaf-4c33-bdac-169f25c1e416"),
		CPR: cprtest.Number(1), Name: &claims.Name{Full: "Søren Ærø Ågård"}, Levels: claims.Levels{LoA: claims.Substantial}}
}

func asta() claims.Identity {
	return claims.Identity{Capacity: claims.CapacityPrivate, Subject: "{åsta}", UUID: uuid("0b4e2a34-5f0a-4f9e-8a43-0d2b6d3f8c11"),
		CPR: cprtest.Number(2), Name: &claims.Name{Full: "Åsta Øby"}, Levels: claims.Levels{LoA: claims.Substantial}}
}

// site is an app with a login, its broker and a clock that moves by hand. Its
// handler can be replaced by that of another replica.
type site struct {
	*stub
	t      testing.TB
	cfg    mitidhttp.Config
	client mitid.Config
	server *httptest.Server

	mu      sync.Mutex
	gate    *mitidhttp.Gate
	now     time.Time
	refused []error
	handler http.Handler
}

// newSite starts an app over plain http, or https when secure.
func newSite(t testing.TB, secure bool, change func(*site)) *site {
	t.Helper()
	s := &site{stub: &stub{method: http.MethodGet, issuer: "https://broker.example"}, t: t, now: start}
	s.logsIn(soren())
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		h := s.handler
		s.mu.Unlock()
		h.ServeHTTP(w, r)
	})
	if secure {
		s.server = httptest.NewTLSServer(h)
	} else {
		s.server = httptest.NewServer(h)
	}
	t.Cleanup(s.server.Close)
	clock := func() time.Time {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.now
	}
	s.client = mitid.Config{Broker: s.stub, RedirectURL: s.server.URL + "/callback", StateKeys: [][]byte{key1}, Now: clock}
	s.cfg = mitidhttp.Config{Keys: [][]byte{key1}, Now: clock, Refused: s.refuse}
	if change != nil {
		change(s)
	}
	s.replica()
	return s
}

// replica replaces the running program by a new one with the same settings.
func (s *site) replica() {
	s.t.Helper()
	client, err := mitid.New(s.client)
	require.NoError(s.t, err)
	s.cfg.Client = client
	g, err := mitidhttp.New(s.cfg)
	require.NoError(s.t, err)
	mux := http.NewServeMux()
	mux.Handle("/login", g.Start(mitid.Request{}))
	mux.Handle("/more", g.StepUp(mitid.Request{CPR: mitid.CPRRequired}))
	mux.Handle("/callback", g.Callback())
	mux.Handle("/logout", g.Logout())
	mux.Handle("/high", g.Require(claims.High)(http.HandlerFunc(whoIs)))
	mux.Handle("/in/", g.Require(claims.Substantial)(http.HandlerFunc(whoIs)))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		who, ok := g.Session(r)
		if !ok {
			_, _ = io.WriteString(w, "nobody")
			return
		}
		tell(w, who)
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate, s.handler = g, mux
}

func whoIs(w http.ResponseWriter, r *http.Request) {
	who, ok := mitidhttp.FromContext(r.Context())
	if !ok {
		_, _ = io.WriteString(w, "nobody behind Require")
		return
	}
	tell(w, who)
}

func tell(w http.ResponseWriter, s *mitidhttp.Session) {
	_, _ = io.WriteString(w, s.Identity.Subject+" "+s.Level.String())
	if !s.Identity.CPR.IsZero() {
		_, _ = io.WriteString(w, " with CPR")
	}
}

func (s *site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	s.mu.Lock()
	s.refused = append(s.refused, err)
	s.mu.Unlock()
	w.WriteHeader(mitidhttp.StatusOf(err))
	_, _ = io.WriteString(w, mitid.KindOf(err).String()+" back to "+mitidhttp.ReturnPath(r.Context()))
}

func (s *site) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	*http.Client
	s *site
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if own := s.server.Client(); own != nil { // trusts the server's certificate
		c.Transport = own.Transport
	}
	return &browser{c, s}
}

// browserWith is a browser that got these cookies from the app.
func (s *site) browserWith(cookies []*http.Cookie) *browser {
	b := s.browser()
	for _, c := range cookies {
		b.put(c.Name, c.Value)
	}
	return b
}

// page is an answer that was read.
type page struct {
	*http.Response
	body string
}

func (p page) to() string { return p.Header.Get("Location") }

// handle of the login that the answer begins at the broker.
func (p page) handle() string {
	u, err := url.Parse(p.to())
	if err != nil {
		return ""
	}
	return u.Query().Get("state")
}

func (b *browser) do(method, path string, body string, headers ...string) page {
	b.s.t.Helper()
	req, err := http.NewRequest(method, b.s.server.URL+path, strings.NewReader(body))
	require.NoError(b.s.t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.Do(req)
	require.NoError(b.s.t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.s.t, err)
	return page{res, string(text)}
}

func (b *browser) get(path string) page { b.s.t.Helper(); return b.do(http.MethodGet, path, "") }

// answer brings the broker's answer to the pending login.
func (b *browser) answer(begun page) page {
	b.s.t.Helper()
	q := url.Values{"state": {begun.handle()}, "code": {"c"}}.Encode()
	if b.s.method == http.MethodPost {
		return b.do(http.MethodPost, "/callback", q, "Content-Type", "application/x-www-form-urlencoded")
	}
	return b.get("/callback?" + q)
}

// logIn walks a whole login.
func (b *browser) logIn() page {
	b.s.t.Helper()
	begun := b.get("/login")
	require.Equal(b.s.t, http.StatusFound, begun.StatusCode, begun.body)
	done := b.answer(begun)
	require.Contains(b.s.t, []int{http.StatusFound, http.StatusSeeOther}, done.StatusCode, done.body)
	return done
}

func (b *browser) cookies() map[string]string {
	u, err := url.Parse(b.s.server.URL)
	require.NoError(b.s.t, err)
	found := map[string]string{}
	for _, c := range b.Jar.Cookies(u) {
		found[c.Name] = c.Value
	}
	return found
}

// cookie is the name of the session's cookie.
func (s *site) cookie() string {
	if port, plain := strings.CutPrefix(s.server.URL, "http://127.0.0.1:"); plain {
		return "mitid-" + port
	}
	return "__Host-mitid"
}

// session returns the session cookie's value.
func (b *browser) session() string {
	return b.cookies()[b.s.cookie()]
}

func (b *browser) put(name, value string) {
	u, err := url.Parse(b.s.server.URL)
	require.NoError(b.s.t, err)
	b.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: u.Scheme == "https"}})
}

func (s *site) lastRefusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	require.NotEmpty(s.t, s.refused, "nothing was refused")
	return s.refused[len(s.refused)-1]
}
