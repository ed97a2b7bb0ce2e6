package readlink_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/readlink"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

var (
	key1   = bytes.Repeat([]byte{1}, 32)
	key2   = bytes.Repeat([]byte{2}, 32)
	letter = mustID("0b8f3c4e-52a1-4d6f-9c55-6c1f0a7f9e2d")
)

func mustID(s string) eboks.ID {
	id, err := eboks.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// site is an app with a letter behind a link, and the fake broker it logs in with.
type site struct {
	*readlink.Links
	t      testing.TB
	fake   *mitidtest.Broker
	server *httptest.Server
	log    bytes.Buffer

	mu       sync.Mutex
	openings []readlink.Opening
	failing  error // of Record
	shown    int
	visited  []string // addresses that reached the app
}

// settings are what a test changes.
type settings struct {
	links readlink.Config
	gate  mitidhttp.Config
}

func newSite(t testing.TB, d string, changes ...func(*site, *settings)) *site {
	t.Helper()
	s := &site{t: t, fake: newFake(t, d)}
	broker, err := brokerOf(s.fake)
	require.NoError(t, err)
	mux := http.NewServeMux()
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.visited = append(s.visited, r.RequestURI)
		s.mu.Unlock()
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.server.Close)
	logger := slog.New(slog.NewTextHandler(&locked{s: s}, nil))
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: s.server.URL + "/callback", StateKeys: [][]byte{key1}, Now: s.fake.Now, Logger: logger})
	require.NoError(t, err)
	set := &settings{gate: mitidhttp.Config{Client: client, Keys: [][]byte{key1}, Now: s.fake.Now, Logger: logger},
		links: readlink.Config{Address: s.server.URL + "/brev", Keys: [][]byte{key1}, Record: s.record, Now: s.fake.Now, Logger: logger}}
	for _, change := range changes {
		change(s, set)
	}
	gate, err := mitidhttp.New(set.gate)
	require.NoError(t, err)
	set.links.Gate = gate
	s.Links, err = readlink.New(set.links)
	require.NoError(t, err)
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/login", gate.Start(mitid.Request{}))
	mux.Handle("/brev/", s.Handler(http.HandlerFunc(s.show)))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "forsiden") })
	return s
}

func brokerOf(fake *mitidtest.Broker) (mitid.Broker, error) {
	if fake.Name() == nebFake {
		return neb.New(neb.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now})
	}
	return criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), HTTPClient: fake.HTTPClient(), Now: fake.Now})
}

// locked is the log, for several at once.
type locked struct{ s *site }

func (l *locked) Write(p []byte) (int, error) {
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	return l.s.log.Write(p)
}

func (s *site) record(_ context.Context, o readlink.Opening) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing != nil {
		return s.failing
	}
	s.openings = append(s.openings, o)
	return nil
}

// show is the content. It is a fault to come here before the opening is stored.
func (s *site) show(w http.ResponseWriter, r *http.Request) {
	o, ok := readlink.FromContext(r.Context())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown++
	if !ok || len(s.openings) != s.shown {
		http.Error(w, "vist uden åbning", http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(w, "brevet %s på Ærø", o.Letter)
}

func (s *site) opened() []readlink.Opening {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]readlink.Opening(nil), s.openings...)
}

// everything is what was logged and which addresses were visited.
func (s *site) everything() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String() + strings.Join(s.visited, "\n")
}

func (s *site) link(to eboks.Recipient) string {
	s.t.Helper()
	address, err := s.For(letter, to)
	require.NoError(s.t, err)
	return address
}

// page is an answer that was read.
type page struct {
	*http.Response
	body string
}

// browser is one person at one computer.
type browser struct {
	*mitidtest.Browser
	s *site
}

func (s *site) browser() *browser { return &browser{s.fake.NewBrowser(), s} }

func (b *browser) visit(address string, as ...mitidtest.Outcome) page {
	b.s.t.Helper()
	res, err := b.Visit(b.s.t.Context(), address, as...)
	require.NoError(b.s.t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.s.t, err)
	return page{res, string(text)}
}

// get asks once, without a session, and follows nothing.
func (s *site) get(method, address string, headers ...string) page {
	s.t.Helper()
	req, err := http.NewRequest(method, address, nil)
	require.NoError(s.t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	c := &http.Client{Transport: http.DefaultTransport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Do(req)
	require.NoError(s.t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return page{res, string(text)}
}

// citizen returns one of the fake's people by name.
func (s *site) citizen(name string) mitidtest.Citizen {
	s.t.Helper()
	for _, c := range s.fake.Citizens() {
		if strings.HasPrefix(c.Name, name) && (name != "" || c.Name == "") {
			return c
		}
	}
	s.t.Fatal("no such citizen")
	return mitidtest.Citizen{}
}

var (
	errStore = errors.New("disken er fuld")
	brokers  = []string{criiptoFake, nebFake}
	days90   = 90 * 24 * time.Hour
)

// The fakes, by the names of their dialects.
const (
	criiptoFake = "criipto"
	nebFake     = "neb"
)

func newFake(t testing.TB, d string) *mitidtest.Broker {
	t.Helper()
	if d == nebFake {
		return nebtest.New(t).Broker
	}
	return criiptotest.New(t).Broker
}

func everyBroker(t *testing.T, f func(t *testing.T, d string)) {
	t.Helper()
	for _, d := range brokers {
		t.Run(d, func(t *testing.T) { f(t, d) })
	}
}

func cvr(s string) eboks.Recipient { return eboks.Company(claims.MustParseCVR(s)) }

func gateOf(t testing.TB) *mitidhttp.Gate {
	t.Helper()
	fake := criiptotest.New(t)
	broker, err := brokerOf(fake.Broker)
	require.NoError(t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: "https://app.example/callback"})
	require.NoError(t, err)
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client})
	require.NoError(t, err)
	return gate
}
