//go:build !race

package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/readlink"
	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/examples/questionnaire/web"
	"github.com/dkeid/dkeid/internal/toolstest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// axeSource returns axe-core, which finds what keeps people with a disability out of
// a page. A test that has none is skipped; with DKEID_NO_SKIP=1 it fails.
func axeSource(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", "axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		const why = "axe-core is not installed; npm ci --prefix examples/questionnaire/testdata/axe brings it"
		toolstest.Missing(t, why)
	}
	return string(source)
}

// shape is a script that tells what a page is made of: its elements, their attributes, and
// whether they have words. What the words are, axe-core does not judge.
const shape = `[...document.querySelectorAll('*')].map(e => e.localName + [...e.attributes].map(
	a => ' ' + a.name + (/^(class|role|type|aria-hidden|aria-live)$/.test(a.name) ? '=' + a.value : a.value.trim() ? '=…' : '')).join('') +
	([...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim()) ? ' …' : '')).join('\n')`

// audited are the shapes of the pages that axe-core has looked at, in any window.
var audited sync.Map

// audit looks at the page on both widths, in both colour schemes. Axe-core takes a second
// for a page, so it looks once at each shape, and in each width and scheme once: no rule of
// the style sheets is about both.
func (w *window) audit() {
	w.t.Helper()
	at := ask(w, chromedp.Location())
	_, known := audited.LoadOrStore(ask(w, chromedp.Evaluate[string](shape)), true)
	if !known {
		w.do(chromedp.Evaluate[chromedp.Void](w.axe))
	}
	for _, s := range []size{phone, desktop} {
		w.do(chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateScale(s.scale)))
		for _, scheme := range []string{"dark", "light"} {
			w.scheme(scheme)
			require.Empty(w.t, ask(w, chromedp.Evaluate[[]string](realbrowser.PageFaults)), "%s %s, %d wide, %s", w.name, at, s.width, scheme)
			if !known && (s == phone) == (scheme == "dark") {
				require.Empty(w.t, ask(w, chromedp.Evaluate[[]string](realbrowser.AxeFaults, chromedp.EvalAwaitPromise)), "%s %s, %d wide, %s", w.name, at, s.width, scheme)
			}
		}
	}
}

// TestAxeFindsNothingOnAnyPage walks every kind of page, those of the fakes and those
// that packages mitidhttp and readlink bring included.
func TestAxeFindsNothingOnAnyPage(t *testing.T) {
	t.Parallel()
	walksAgain(t)
	axe := axeSource(t)
	browser := chromium(t)
	for _, l := range []survey.Lang{survey.Danish, survey.English} {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			w := h.window(t, browser, "axe-"+string(l), desktop)
			w.axe = axe
			story(w, l)
			everyOtherPage(w, l)
		})
	}
}

// everyOtherPage visits what the story does not pass by.
func everyOtherPage(w *window, l survey.Lang) {
	h := w.h
	// What is empty yet, and what is not there.
	h.fake.Next(mitidtest.Approve(mitidtest.Protected()))
	w.visit("/login")
	for _, path := range []string{"/", "/demo", "/answers", "/letters", "/profile", "/records/none", backAgainPath} {
		w.visit(path)
	}
	w.click("[data-testid=logout]", refusal)

	// Refusals.
	for _, o := range []mitidtest.Outcome{
		mitidtest.Abort(), mitidtest.Approve(mitidtest.PasswordUser()), mitidtest.Approve(mitidtest.WithoutCPR()), mitidtest.Fail("server_error", ""),
	} {
		h.fake.Next(o)
		w.visit("/login/cpr?return=" + healthPath)
	}

	// A letter that waits for the number, and a session that ends under a form.
	h.fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w.visit("/login?return=" + everydayPath)
	w.choose("mood", "4", "sleep", "7to8")
	w.click("[data-testid=hand]", donePage)
	w.visit("/letters")
	w.click(".list a", "[data-testid=events]")
	w.click(confirm, brokerPage)
	w.click(brokerPage, "[data-testid=cpr]")
	w.write("cpr", "123")
	w.click("[data-testid=continue]", "[data-testid=cpr-error]")

	// The fakes: somebody who chooses a company, errors, and what is different.
	for _, path := range []string{"/oauth2/authorize?client_id=nobody", "/differences"} {
		w.do(chromedp.Navigate(h.fake.Issuer() + path))
		w.check()
	}
	w.visit("/login")
	w.do(realbrowser.Click("#failures"), chromedp.WaitVisible(chromedp.CSS("#tamper")))
	w.check()
	for _, path := range []string{"", "/none", "/" + mailboxName(h, mitidtest.Ditlev())} {
		w.do(chromedp.Navigate(h.post.PageURL() + path + "?lang=" + string(l)))
		w.check()
	}
	w.click("[data-testid=differences]", "[data-testid=differences-list]")
	company(w)
	ownPage(w)
}

// mailboxName is how a person's mailbox is called in its address.
func mailboxName(h *house, c mitidtest.Citizen) string {
	return filepath.Base(h.post.MailboxURL(eboks.Person(c.CPR)))
}

// company walks to the page that asks for whom somebody acts.
func company(w *window) {
	h := newHouse(w.t, func(c *web.Config) { c.Identity = claims.CapacityEither })
	w.do(chromedp.Navigate(h.url+"/login"), chromedp.WaitVisible(chromedp.CSS(brokerPage)))
	w.do(realbrowser.Click("[data-testid=citizen-5]"))
	w.click(brokerPage, "[data-testid=company-none]")
}

// ownPage shows the pages of packages mitidhttp and readlink, for apps that have none.
func ownPage(w *window) {
	fake := w.h.fake
	server := httptest.NewUnstartedServer(nil)
	at := "http://" + server.Listener.Addr().String()
	broker, err := dialect.Open(fake.Name(), dialect.Application{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret(), Now: fake.Now})
	require.NoError(w.t, err)
	client, err := mitid.New(mitid.Config{Broker: broker, RedirectURL: at + "/callback", Now: fake.Now})
	require.NoError(w.t, err)
	gate, err := mitidhttp.New(mitidhttp.Config{Client: client, Now: fake.Now})
	require.NoError(w.t, err)
	mux := http.NewServeMux()
	mux.Handle("/callback", gate.Callback())
	mux.Handle("/", gate.Start(mitid.Request{}))
	links, err := readlink.New(readlink.Config{
		Gate: gate, Address: at + "/brev", Keys: [][]byte{make([]byte, 32)}, Now: fake.Now,
		Record: func(context.Context, readlink.Opening) error { return nil },
	})
	require.NoError(w.t, err)
	mux.Handle("GET /brev/", links.Handler(http.NotFoundHandler()))
	server.Config.Handler = mux
	server.Start()
	w.t.Cleanup(server.Close)
	for _, o := range []mitidtest.Outcome{mitidtest.Abort(), mitidtest.Approve(mitidtest.PasswordUser())} {
		fake.Next(o)
		w.do(chromedp.Navigate(at + "/"))
		assert.Contains(w.t, w.see(), "MitID")
		w.check()
	}
	w.do(chromedp.Navigate(at + "/brev/nothing"))
	assert.NotEmpty(w.t, w.see())
	w.check()
	link, err := links.For(eboks.NewID(), eboks.Person(mitidtest.Paiman().CPR))
	require.NoError(w.t, err)
	fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	w.do(chromedp.Navigate(link))
	assert.True(w.t, w.shows("main a"), "the way to log in as the recipient")
	w.check()
}
