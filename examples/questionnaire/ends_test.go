package main

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The ends that nobody wishes for. docs/guides/questionnaire.md lists all of them, with
// what the person sees; those that other files have are named there too.

// toCallback logs in, and stops before the browser brings the answer to the app.
func (b *browser) toCallback(path string, as ...mitidtest.Outcome) (callback string) {
	b.h.t.Helper()
	keep := b.client.CheckRedirect
	defer func() { b.client.CheckRedirect = keep }()
	b.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.Path, "/callback") {
			callback = r.URL.RequestURI()
			return http.ErrUseLastResponse
		}
		return nil
	}
	b.get(path, as...)
	require.NotEmpty(b.h.t, callback)
	return callback
}

// ends says what a page tells in both languages.
type ends struct {
	status int
	da, en string // the heading
	does   string // the way on, as it stands in the page
}

func (e ends) check(t *testing.T, lang string, p shown) {
	t.Helper()
	assert.Equal(t, e.status, p.status)
	heading := e.da
	if lang == "en" {
		heading = e.en
	}
	assert.Contains(t, p.body, "<h1>"+heading+"</h1>")
	assert.Contains(t, p.body, e.does)
}

// inBothLanguages runs a story in a house of its own for each language.
func inBothLanguages(t *testing.T, story func(t *testing.T, h *house, b *browser, lang string)) {
	for _, lang := range []string{"da", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			story(t, h, h.browser(lang), lang)
		})
	}
}

const loginAgain = `class="mitid-button"`

func TestBrokerThatIsDown(t *testing.T) {
	t.Parallel()
	refused := ends{http.StatusServiceUnavailable, "Du blev ikke logget ind", "You were not logged on", loginAgain}
	inBothLanguages(t, func(t *testing.T, h *house, b *browser, lang string) {
		require.NoError(t, h.fake.Close())
		refused.check(t, lang, b.get("/login")) // nothing is known of the broker yet
		front := b.get("/")
		assert.Equal(t, http.StatusOK, front.status, "the app is there without it")
	})
}

func TestBrokerThatFailsAtTheCallback(t *testing.T) {
	t.Parallel()
	refused := ends{http.StatusServiceUnavailable, "Du blev ikke logget ind", "You were not logged on", `href="/login?return=%2Fquestionnaires%2Fhverdag"`}
	inBothLanguages(t, func(t *testing.T, h *house, b *browser, lang string) {
		for _, fault := range []string{"token-endpoint-500", "token-endpoint-503", "token-endpoint-hangs-up"} {
			require.NoError(t, h.fake.Tamper(fault))
			refused.check(t, lang, b.get("/login?return="+everydayPath, mitidtest.Approve(mitidtest.Ditlev())))
		}
		callback := b.toCallback("/login?return="+everydayPath, mitidtest.Approve(mitidtest.Ditlev()))
		require.NoError(t, h.fake.Close())
		refused.check(t, lang, b.get(callback))
		u, err := url.Parse(callback)
		require.NoError(t, err)
		require.NotEmpty(t, u.Query().Get("code"))
		assert.NotContains(t, h.logs.String(), u.Query().Get("code"), "no log holds an address")
	})
}

// TestCallbackThatWasUsed: the browser's history or its back button bring it again.
func TestCallbackThatWasUsed(t *testing.T) {
	t.Parallel()
	still := ends{http.StatusBadRequest, "Du er stadig logget ind", "You are still logged on", `href="/">`}
	nobody := ends{http.StatusBadRequest, "Du blev ikke logget ind", "You were not logged on", loginAgain}
	inBothLanguages(t, func(t *testing.T, h *house, b *browser, lang string) {
		callback := b.toCallback("/login", mitidtest.Approve(mitidtest.Ditlev()))
		nobody.check(t, lang, h.browser(lang).get(callback)) // in another browser
		require.Equal(t, http.StatusOK, b.get(callback).status)
		still.check(t, lang, b.get(callback))
		assert.Contains(t, b.get("/profile").body, "Ditlev", "and they are")
	})
}

func TestBrowserWithoutCookies(t *testing.T) {
	t.Parallel()
	nobody := ends{http.StatusBadRequest, "Du blev ikke logget ind", "You were not logged on", "cookies"}
	inBothLanguages(t, func(t *testing.T, _ *house, b *browser, lang string) {
		b.client.Jar = nil
		nobody.check(t, lang, b.get("/login", mitidtest.Approve(mitidtest.Ditlev())))
	})
}

// TestBookmarkWithoutASession: the login leads to the page that was asked for, and to nobody
// else's.
func TestBookmarkWithoutASession(t *testing.T) {
	t.Parallel()
	missing := ends{http.StatusNotFound, "Siden findes ikke", "The page does not exist", `href="/"`}
	inBothLanguages(t, func(t *testing.T, h *house, b *browser, lang string) {
		b.get("/login", mitidtest.Approve(mitidtest.Ditlev()))
		record := strings.TrimSuffix(b.post(everydayPath, everydayAnswers()).path, "/done")
		again := h.browser(lang).get(record, mitidtest.Approve(mitidtest.Ditlev()))
		assert.Equal(t, record, again.path)
		assert.Equal(t, http.StatusOK, again.status)
		missing.check(t, lang, h.browser(lang).get(record, mitidtest.Approve(mitidtest.Paiman())))
	})
}

// TestFormThatIsSentTwice: a double click is one answer and one letter.
func TestFormThatIsSentTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("da")
	b.get("/login/cpr?return="+everydayPath, mitidtest.Approve(mitidtest.Paiman()))
	form := everydayAnswers()
	form.Set("owner", b.owner)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			at, _, err := read(b.client.PostForm(h.url+everydayPath, form))
			assert.NoError(t, err)
			assert.Regexp(t, `^/records/[^/]+(/done)?$`, at)
		})
	}
	wg.Wait()
	h.deliver(0)
	assert.Equal(t, 1, h.post.Total())
	var answers int
	require.NoError(t, h.sql.QueryRowContext(t.Context(), `SELECT count(*) FROM status_change WHERE status = 'answered'`).Scan(&answers))
	assert.Equal(t, 1, answers)
}

// TestTwoTabs: what was handed in in one is not changed by the other, which says so.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("en")
	b.get("/login?return="+everydayPath, mitidtest.Approve(mitidtest.Ditlev()))
	draft := everydayAnswers()
	draft.Set("action", "draft")
	draft.Set("joy", "Fra den anden fane")
	b.post(everydayPath, draft)
	done := b.post(everydayPath, everydayAnswers())
	late := b.post(everydayPath, draft)
	assert.Equal(t, strings.TrimSuffix(done.path, "/done"), late.path)
	assert.Contains(t, late.body, "The form had already been sent.")
	assert.Contains(t, late.body, "Rødgrød på Ærø")
	assert.NotContains(t, late.body, "Fra den anden fane")
}

// TestDistributorThatRefusesUs: the person reads calmly that the letter waits; the staff and
// the log say what is wrong; and once our certificate is good again the letter goes.
func TestDistributorThatRefusesUs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, at := oneLetter(t, h)
	require.NoError(t, h.post.Always("proxy-403"))
	h.deliver(0)
	page := b.get(at)
	assert.Contains(t, page.body, "Sendes om lidt")
	assert.NotContains(t, page.body, "403")
	assert.Regexp(t, `level=(WARN|ERROR).*AuthFailed`, h.logs.String())
	for lang, want := range map[string]string{"da": "Distributøren afviser vores certifikat", "en": "The distributor refuses our certificate"} {
		assert.Contains(t, h.administrator(lang).get("/admin").body, want)
	}
	h.post.Behave()
	h.fake.Advance(6 * time.Hour)
	h.deliver(0)
	assert.Contains(t, b.get(at, mitidtest.Approve(mitidtest.Paiman())).body, `data-testid="letter-state">Sendt<`)
	assert.Equal(t, 1, h.post.Total())
}

// TestLetterToSomebodyWhoIsDead: somebody whom a register took for dead has logged in.
func TestLetterToSomebodyWhoIsDead(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string]string{"da": "registreret som død", "en": "registered as deceased"} {
		h := newHouse(t)
		h.post.Add(ebokstest.Mailbox{Owner: eboks.Person(mitidtest.Paiman().CPR), State: ebokstest.Deceased})
		b := h.browser(lang)
		b.get("/login/cpr", mitidtest.Approve(mitidtest.Paiman()))
		at := letterPath(t, b.post(everydayPath, everydayAnswers()))
		h.deliver(0)
		h.deliver(10 * time.Minute)
		assert.Contains(t, b.get(at).body, want)
	}
}

// TestLinkForSomebodyElse: who is logged in is told, and may become the right person.
func TestLinkForSomebodyElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, at := oneLetter(t, h)
	h.deliver(0)
	link := linkIn(t, h, idOf(t, at))
	for lang, want := range map[string]string{"da": "Log ud, og åbn linket i brevet igen.", "en": "Log out, and open the link in the letter again."} {
		b := h.browser(lang)
		b.get("/login/cpr", mitidtest.Approve(mitidtest.Ditlev()))
		p := b.get(link)
		assert.Equal(t, http.StatusForbidden, p.status)
		assert.Contains(t, p.body, want)
		b.post("/logout?return="+loggedOutPath, url.Values{})
		assert.Contains(t, b.get(link, mitidtest.Approve(mitidtest.Paiman())).body, `data-testid="opened"`)
	}
}

// TestProtectedNameIsInNoLetter: nobody is told the name, the letter included.
func TestProtectedNameIsInNoLetter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser("en")
	who := mitidtest.Citizen{CPR: cprtest.Number(7)} // name and address are protected
	h.post.Add(ebokstest.Mailbox{Owner: eboks.Person(who.CPR)})
	b.get("/login/cpr", mitidtest.Approve(who))
	at := letterPath(t, b.post(everydayPath, everydayAnswers()))
	h.deliver(0)
	assert.Contains(t, b.get(at).body, `data-testid="letter-state">Sent<`)
	assert.Contains(t, pdfText(t, []byte(b.get(at+"/pdf").body)), "To you who answered")
}
