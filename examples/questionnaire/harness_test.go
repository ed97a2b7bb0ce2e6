package main

import (
	"database/sql"
	"flag"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/examples/internal/distributor"
	"github.com/dkeid/dkeid/examples/internal/fakebroker"
	"github.com/dkeid/dkeid/examples/internal/pdftext"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/internal/logtest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// patience is how long one thing may take on a busy machine.
const patience = 2 * time.Minute

// stopBrowser ends the browser that the tests share, if one was started.
var stopBrowser = func() {}

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "4") // the tests wait half of their time
	code := m.Run()
	stopBrowser()
	os.Exit(code)
}

// house is the whole app on a fake broker, whose clock moves both.
type house struct {
	t     testing.TB
	fake  *mitidtest.Broker
	at    *fakebroker.Fake // the same
	url   string
	db    string // the name of the database
	store *store.Store
	sql   *sql.DB // the same database, past the store
	keys  store.Keyring
	cfg   web.Config
	app   *web.App
	post  *ebokstest.Distributor // its clock is the broker's, until it is advanced
	logs  *logtest.Buffer
	urls  *logtest.Buffer // every address a browser of this house has asked for

	transport http.RoundTripper // trusts the app
}

func newHouse(t testing.TB, change ...func(*web.Config)) *house {
	t.Helper()
	return newHouseOn(t, "criipto", change...)
}

// newHouseOn is newHouse at a broker of that dialect.
func newHouseOn(t testing.TB, d string, change ...func(*web.Config)) *house {
	t.Helper()
	return newHouseIn(t, filepath.Join(t.TempDir(), "svar på øen.db"), d, change...)
}

// newHouseIn is newHouseOn in that database.
func newHouseIn(t testing.TB, db, d string, change ...func(*web.Config)) *house {
	t.Helper()
	// The clock stands still until a test moves it, so that pages look the same
	// in every run.
	noon := time.Date(2026, time.March, 12, 11, 0, 0, 0, time.UTC)
	fake, err := fakebroker.Start(d, calledAeroe(), mitidtest.Config{AnyLoopbackRedirect: true, Now: func() time.Time { return noon }})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	h := &house{t: t, fake: fake.Broker, at: fake, db: db, keys: store.NewKeyring(),
		logs: &logtest.Buffer{}, urls: &logtest.Buffer{}}
	v, err := store.NewVault(h.keys)
	require.NoError(t, err)
	h.store, err = store.Open(t.Context(), h.db, v, h.fake.Now)
	require.NoError(t, err)
	h.sql = past(t, h.db)
	t.Cleanup(h.closeStore)
	server := httptest.NewUnstartedServer(nil)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	h.url = "http://" + server.Listener.Addr().String()
	if d == "nemlogin" { // its answers need cookies that are Secure
		h.url = "https://" + server.Listener.Addr().String()
	}
	known, err := fake.Application(h.url)
	require.NoError(t, err)
	broker, err := dialect.Open(d, known)
	require.NoError(t, err)
	assignments, err := web.ParseAssignments(privateAssignments)
	require.NoError(t, err)

	h.post, err = startFakePost("stralfors", fake.Citizens(), ebokstest.Config{Now: h.fake.Now})
	require.NoError(t, err)
	t.Cleanup(func() { _ = h.post.Close() })

	admins, err := web.ParseAdmins(demoAdmins)
	require.NoError(t, err)
	cfg := web.Config{
		Admins: admins, DemoAdmin: func() { h.fake.Next(demoAdmin()) },
		Broker: broker, Ages: broker, PublicURL: h.url, Store: h.store, Keys: h.keys, Questionnaires: survey.Catalogue(),
		Assignments: assignments, Level: claims.Substantial, Confirm: confirming(d), OwnLanguage: choosesLanguage(d), Demo: true, Characters: characters(), Now: h.fake.Now, Logger: newLogger(h.logs),
		Mailboxes: h.post.PageURL(), Mailbox: mailboxOf(h.post),
	}
	cfg.Post = carrier(t, h.post, &cfg)
	for _, c := range change {
		c(&cfg)
	}
	h.cfg = cfg
	h.app, err = web.New(cfg)
	require.NoError(t, err)
	server.Config.Handler = h.app.Handler()
	if strings.HasPrefix(h.url, "https:") {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	h.transport = server.Client().Transport
	return h
}

// closeStore closes the database, so that all of a file is in one place.
func (h *house) closeStore() {
	_ = h.sql.Close()
	_ = h.store.Close()
}

// carrier is the outbox of letters to a fake distributor.
func carrier(t testing.TB, at *ebokstest.Distributor, c *web.Config, change ...func(eboks.Sender) eboks.Sender) *outbox.Outbox {
	t.Helper()
	sender, err := distributor.Open(at.Name(), agreementWith(at, c.Now))
	require.NoError(t, err)
	for _, wrap := range change {
		sender = wrap(sender)
	}
	// Clocks that stand still give Receive its turn every time.
	o, err := openOutbox(t.Context(), c.Store, c.Keys, outbox.Config{Sender: sender, ReceiptEvery: time.Nanosecond, Logger: c.Logger})
	require.NoError(t, err)
	return o
}

// postBy returns a change of the house that has its letters carried by a fake of its own, which it stores in to.
func postBy(t testing.TB, name string, to **ebokstest.Distributor, change ...func(eboks.Sender) eboks.Sender) func(*web.Config) {
	return func(c *web.Config) {
		fake, err := startFakePost(name, mitidtest.Citizens(), ebokstest.Config{Now: c.Now})
		require.NoError(t, err)
		t.Cleanup(func() { _ = fake.Close() })
		c.Post, c.Mailboxes, c.Mailbox = carrier(t, fake, c, change...), fake.PageURL(), mailboxOf(fake)
		*to = fake
	}
}

// deliver sends what is due and reads what is new, after time has gone by at the distributor.
func (h *house) deliver(after time.Duration) {
	h.t.Helper()
	h.post.Advance(after)
	due, err := h.cfg.Post.Due(h.t.Context(), 100)
	require.NoError(h.t, err)
	for _, id := range due {
		_, err := h.cfg.Post.Step(h.t.Context(), id)
		require.NoError(h.t, err)
	}
	if err := h.cfg.Post.Receive(h.t.Context()); err != nil {
		h.cfg.Logger.Warn("no news", "error", err)
	}
}

// accountsByCPR returns who holds n, found as the store finds it.
func (h *house) accountsByCPR(n cpr.Number) (all []string, err error) {
	keys, err := h.keys.Derive("cpr pseudonym")
	require.NoError(h.t, err)
	for _, key := range keys {
		name, err := n.Pseudonym(key)
		if err != nil {
			return nil, err
		}
		rows, err := h.sql.QueryContext(h.t.Context(), `SELECT account_id FROM cpr_number WHERE pseudonym = $1`, name)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var found string
			if err := rows.Scan(&found); err != nil {
				return nil, err
			}
			all = append(all, found)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// past opens a database for statements of the test's own.
func past(t testing.TB, name string) *sql.DB {
	t.Helper()
	db, _, err := opendb.Open(t.Context(), name)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// someone makes an account.
func someone(t *testing.T, s *store.Store, subject string, n cpr.Number) string {
	t.Helper()
	id, _, err := s.Arrive(t.Context(), store.Arrival{Key: store.AccountKey{Issuer: "https://æøå.example", Subject: subject}, Capacity: "private",
		Set: []store.Property{{Name: "fname", Claim: "name", Value: "Åse " + subject}}, CPR: n})
	require.NoError(t, err)
	return id
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
	return &browser{h: h, lang: lang, client: &http.Client{Jar: jar, Transport: recorder{h.urls, h.transport}}}
}

// recorder writes down every address, redirects included.
type recorder struct {
	to *logtest.Buffer
	by http.RoundTripper
}

func (r recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	_, _ = io.WriteString(r.to, req.URL.String()+" "+req.Referer()+"\n")
	return r.by.RoundTrip(req)
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
	if form := answerForm.FindSubmatch(body); form != nil { // the broker's page posts it by itself
		return b.bring(html.UnescapeString(string(form[1])), body)
	}
	if m := ownerField.FindSubmatch(body); m != nil {
		b.owner = string(m[1])
	}
	p := shown{res.StatusCode, res.Request.URL.Path, string(body), res.Header}
	if res.StatusCode/100 != 3 && strings.HasPrefix(res.Request.URL.String(), b.h.url) && strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		checkPage(b.h.t, p)
	}
	return p
}

var (
	answerForm  = regexp.MustCompile(`<form id="answer" method="post" action="([^"]*)">`)
	answerField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// bring posts the form of a broker's page, from there.
func (b *browser) bring(address string, page []byte) shown {
	b.h.t.Helper()
	form := url.Values{}
	for _, f := range answerField.FindAllSubmatch(page, -1) {
		form.Add(html.UnescapeString(string(f[1])), html.UnescapeString(string(f[2])))
	}
	req, err := http.NewRequestWithContext(b.h.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	require.NoError(b.h.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", b.h.fake.Origin())
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	return b.send(req)
}

// The addresses that people and letters hold, and what stands for a stored number.
const (
	agePath       = "/age"
	askAgePath    = "/age/ask"
	ageCallback   = "/age/callback"
	linkPath      = "/brev/"
	mailboxPath   = "/mailbox"
	loggedOutPath = "/logged-out"
	backAgainPath = "/logged-on"
	cprMask       = "••••••-••••"
)

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

// pdfText returns the words of a PDF.
func pdfText(t testing.TB, pdf []byte) string {
	t.Helper()
	words, err := pdftext.Read(pdf)
	require.NoError(t, err)
	return words
}
