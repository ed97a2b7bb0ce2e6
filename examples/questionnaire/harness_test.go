package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/examples/internal/distributor"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/stretchr/testify/require"
)

// house is the whole app on a fake broker, whose clock moves both.
type house struct {
	t     testing.TB
	fake  *mitidtest.Broker
	url   string
	db    string
	store *store
	keys  keyring
	app   *app
	post  *ebokstest.Distributor // its clock is the broker's, until it is advanced
	logs  *journal
	urls  *journal // every address a browser of this house has asked for
}

func newHouse(t testing.TB, change ...func(*appConfig)) *house {
	t.Helper()
	return newHouseOn(t, "criipto", change...)
}

// newHouseOn is newHouse at a broker of that dialect.
func newHouseOn(t testing.TB, d string, change ...func(*appConfig)) *house {
	t.Helper()
	// The clock stands still until a test moves it, so that pages look the same
	// in every run.
	noon := time.Date(2026, time.March, 12, 11, 0, 0, 0, time.UTC)
	fake, err := fakebroker.Start(d, calledAeroe(), mitidtest.Config{AnyLoopbackRedirect: true, Now: func() time.Time { return noon }})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	h := &house{t: t, fake: fake, db: filepath.Join(t.TempDir(), "svar på øen.db"), keys: newKeyring(),
		logs: &journal{}, urls: &journal{}}
	v, err := newVault(h.keys)
	require.NoError(t, err)
	h.store, err = openStore(t.Context(), h.db, v, h.fake.Now)
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.store.Close() })
	broker, err := dialect.Open(d, dialect.Application{Issuer: h.fake.Issuer(), ClientID: h.fake.ClientID(), ClientSecret: h.fake.ClientSecret(), Now: h.fake.Now})
	require.NoError(t, err)
	assignments, err := parseAssignments(privateAssignments)
	require.NoError(t, err)

	h.post, err = startFakePost("stralfors", fake.Citizens(), ebokstest.Config{Now: h.fake.Now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.post.Close() })

	server := httptest.NewUnstartedServer(nil)
	h.url = "http://" + server.Listener.Addr().String()
	cfg := appConfig{
		Broker: broker, Ages: broker, Issuer: h.fake.Issuer(), PublicURL: h.url, Store: h.store, Keys: h.keys, Questionnaires: catalogue(),
		Assignments: assignments, Level: claims.Substantial, Confirm: confirming(d), Demo: true, Now: h.fake.Now, Logger: newLogger(h.logs),
		Mailboxes: h.post.PageURL(), Mailbox: mailboxOf(h.post), Post: h.carrier(h.post),
	}
	for _, c := range change {
		c(&cfg)
	}
	h.app, err = newApp(cfg)
	require.NoError(t, err)
	server.Config.Handler = h.app.handler()
	server.Start()
	t.Cleanup(server.Close)
	return h
}

// carrier is the client of letters at a fake distributor.
func (h *house) carrier(at *ebokstest.Distributor, change ...func(*distributor.Agreement)) *eboks.Client {
	h.t.Helper()
	agreement := agreementWith(at, h.fake.Now, newLogger(h.logs))
	for _, c := range change {
		c(&agreement)
	}
	sender, err := distributor.Open(at.Name(), agreement)
	require.NoError(h.t, err)
	client, err := letterClient(sender, h.store, h.keys, newLogger(h.logs))
	require.NoError(h.t, err)
	return client
}

// deliver lets the postman go one round, after time has gone by at the distributor.
func (h *house) deliver(after time.Duration) {
	h.t.Helper()
	h.post.Advance(after)
	h.app.postman.round(h.t.Context())
}

// journal is a writer that several goroutines may use.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// browser is one person's browser.
type browser struct {
	h      *house
	client *http.Client
	lang   string
	owner  string // hidden in the last form that was shown
}

var ownerField = regexp.MustCompile(`name="owner" value="([^"]+)"`)

func (h *house) browser(lang string) *browser {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(h.t, err)
	return &browser{h: h, lang: lang, client: &http.Client{Jar: jar, Transport: recorder{h.urls}}}
}

// recorder writes down every address, redirects included.
type recorder struct{ to *journal }

func (r recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	_, _ = io.WriteString(r.to, req.URL.String()+" "+req.Referer()+"\n")
	return http.DefaultTransport.RoundTrip(req)
}

// shown is a page that a browser ended on.
type shown struct {
	status int
	path   string
	body   string
	header http.Header
}

func (b *browser) get(path string, as ...mitidtest.Outcome) shown {
	b.h.t.Helper()
	b.h.fake.Next(as...)
	req, err := http.NewRequestWithContext(b.h.t.Context(), http.MethodGet, b.h.url+path, nil)
	require.NoError(b.h.t, err)
	return b.send(req)
}

func (b *browser) post(path string, form url.Values, header ...string) shown {
	b.h.t.Helper()
	if form.Has("action") && b.owner == "" {
		b.get(path) // a person sees a form before they send it
	}
	if form.Has("action") {
		form.Set("owner", b.owner)
	}
	req, err := http.NewRequestWithContext(b.h.t.Context(), http.MethodPost, b.h.url+path, strings.NewReader(form.Encode()))
	require.NoError(b.h.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return b.send(req)
}

func (b *browser) send(req *http.Request) shown {
	b.h.t.Helper()
	req.Header.Set("Accept-Language", b.lang)
	res, err := b.client.Do(req)
	require.NoError(b.h.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(b.h.t, err)
	if m := ownerField.FindSubmatch(body); m != nil {
		b.owner = string(m[1])
	}
	p := shown{res.StatusCode, res.Request.URL.Path, string(body), res.Header}
	if res.StatusCode/100 != 3 && strings.HasPrefix(res.Request.URL.String(), b.h.url) && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		checkPage(b.h.t, p)
	}
	return p
}

const (
	everydayPath = "/questionnaires/hverdag"
	healthPath   = "/questionnaires/helbred"
)

func everydayAnswers() url.Values {
	return url.Values{"mood": {"4"}, "sleep": {"7to8"}, "breaks": {"nature", "music"}, "joy": {"Rødgrød på Ærø"}, "action": {"hand"}}
}

func healthAnswers() url.Values {
	return url.Values{"pain": {"2"}, "help": {"partly"}, "wish": {"Kortere ventetid på hjælpemidler"}, "action": {"hand"}}
}

func newLogger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
