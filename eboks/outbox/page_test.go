package outbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
)

// see asks for the page.
func see(t *testing.T, page http.Handler, query string, header ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/drift/udbakke"+query, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	page.ServeHTTP(w, r)
	return w.Result(), w.Body.String()
}

// inside returns the texts of the elements with a test id, blanks made one.
func inside(t *testing.T, page, id string) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	require.NoError(t, err)
	var found []string
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "data-testid" && a.Val == id {
				var text []string
				for d := range n.Descendants() {
					if d.Type == html.TextNode {
						text = append(text, d.Data)
					}
				}
				found = append(found, strings.Join(strings.FieldsFunc(strings.Join(text, " "), func(r rune) bool { return r == ' ' || r == '\n' }), " "))
			}
		}
	}
	return found
}

// troubled is an outbox with some of everything. Its channel is paused.
func troubled(t *testing.T, open func() outbox.Config) (*outbox.Outbox, *posttest.Clock, []eboks.ID) {
	t.Helper()
	clock := posttest.NewClock()
	d := posttest.New(posttest.Config{Now: clock.Now, Fault: byMaterial})
	cfg := open()
	cfg.Sender, cfg.Now, cfg.Alarm = d.Of(nil), clock.Now, func(context.Context, *eboks.Error) {}
	o := start(t, cfg)
	ids := queueOf(t, o, "tavs")
	clock.Move(time.Second) // the oldest is offered first
	ids = append(ids, queueOf(t, o, "1001", "1001", "afvist")...)
	ids = append(ids, queuePaper(t, o, "tvivl", 3))
	stepAll(t, o)
	clock.Move(30*time.Minute - time.Second)
	ids = append(ids, queueOf(t, o, "adgang", "adgang")...)
	stepAll(t, o)
	ids = append(ids, queueOf(t, o, "1001")...)
	stepAll(t, o)
	clock.Move(25 * time.Second)
	return o, clock, ids
}

const (
	canaryName = "Åse Kanariefugl Østergård"
	canaryPDF  = "kanariebrevets tekst på æøå"
)

// queuePaper queues a letter with a name and an address.
func queuePaper(t *testing.T, o *outbox.Outbox, m eboks.Material, n int) eboks.ID {
	t.Helper()
	l := letter(n)
	l.Material, l.Channel, l.Unchecked = m, eboks.DigitalThenPrint, true
	l.Address = eboks.Address{Name: canaryName, Street: "Ærøgade", House: "7", PostCode: "8000"}
	l.Document = eboks.Bytes([]byte("%PDF-1.7\n% " + canaryPDF + "\n%%EOF\n"))
	_, err := o.Enqueue(t.Context(), nil, l)
	require.NoError(t, err)
	return l.ID
}

func TestStatusPage(t *testing.T) {
	databases(t, func(t *testing.T, open func() outbox.Config) {
		o, _, ids := troubled(t, open)
		page := o.StatusPage()

		res, body := see(t, page, "")
		require.Equal(t, http.StatusOK, res.StatusCode, body)
		assert.Contains(t, body, `<html lang="da">`)
		assert.Contains(t, body, "<h1>Udbakke: posttest</h1>")
		assert.Equal(t, []string{"Tilstand Antal Venter 3 Uvist udfald 1 Modtaget af distributøren 2 Afvist eller opgivet 2 Parkeret 0"}, inside(t, body, "states"))
		assert.Equal(t, []string{"Breve, der kræver et menneske: 1"}, inside(t, body, "person-now"))
		assert.Equal(t, []string{"Kanalen til distributøren holder pause."}, inside(t, body, "paused-now"))
		assert.Empty(t, inside(t, body, "calm"))
		assert.Equal(t, []string{"0"}, inside(t, body, "minute"))
		assert.Equal(t, []string{"2"}, inside(t, body, "hour"))
		assert.Equal(t, []string{"30 min. 25 sek."}, inside(t, body, "oldest"))
		assert.Equal(t, []string{"0"}, inside(t, body, "overdue"))
		assert.Equal(t, []string{"Stop opdatering"}, inside(t, body, "turn"))
		people := inside(t, body, "people")
		require.Len(t, people, 1)
		assert.Contains(t, people[0], "2026-11-30 09:00:01 Afvist eller opgivet Rejected 1007 "+ids[4].String())
		errors := inside(t, body, "errors")
		require.Len(t, errors, 1)
		assert.Contains(t, errors[0], "2026-11-30 09:30:00 afsendt AuthFailed (HTTP\u00a0403) ")
		assert.Contains(t, errors[0], "2026-11-30 09:00:01 afsendt Rejected 1003 (HTTP\u00a0400) "+ids[3].String())
		assert.GreaterOrEqual(t, strings.Count(errors[0], "2026-11-30"), 5)

		res, body = see(t, page, "?refresh=0", "Accept-Language", "en-GB,en;q=0.9,da;q=0.8")
		assert.Contains(t, body, `<html lang="en">`)
		assert.Equal(t, []string{"30 min 25 s"}, inside(t, body, "oldest"))
		pause := inside(t, body, "pause")
		require.Len(t, pause, 1)
		assert.Contains(t, pause[0], "Paused 25 s Since 2026-11-30 09:30:00 UTC Tried again 2026-11-30 09:30:30 UTC Error AuthFailed (HTTP\u00a0403) Why ")
		assert.Equal(t, []string{"Refresh every 10 seconds"}, inside(t, body, "turn"))
		assert.Empty(t, res.Header.Get("Refresh"))
		assert.Contains(t, body, `href="?lang=da&amp;refresh=0"`)
	})
}

func TestStatusPageChoosesALanguage(t *testing.T) {
	cfg := opener(t, filepath.Join(crashsuite.Dir(t), "sprog.db"))()
	cfg.Sender = posttest.New(posttest.Config{Now: time.Now}).Of(nil)
	page := start(t, cfg).StatusPage()
	for _, c := range []struct{ query, header, lang string }{
		{"", "", "da"}, {"", "da-DK,da;q=0.9,en", "da"}, {"", "en-GB,en;q=0.9,da;q=0.8", "en"}, {"", "en;q=0.5, da;q=0.7", "da"},
		{"", "de", "en"}, {"", "kl", "da"}, {"", "da;q=0, en", "en"}, {"", strings.Repeat("en,", 2000), "da"},
		{"?lang=en", "da", "en"}, {"?lang=da", "en", "da"}, {"?lang=tlh", "en", "en"}, {"?lang=tlh", "", "da"}, {"?lang=%22%3E%3Cscript%3E", "", "da"},
	} {
		_, body := see(t, page, c.query, "Accept-Language", c.header)
		assert.Contains(t, body, `<html lang="`+c.lang+`">`, c)
		assert.NotContains(t, body, "<script")
	}
}

// A page that nobody can frame, cache or put a script into, and that shows nothing of others.
func TestStatusPageIsStrict(t *testing.T) {
	cfg := opener(t, filepath.Join(crashsuite.Dir(t), "streng.db"))()
	cfg.Sender = posttest.New(posttest.Config{Now: time.Now}).Of(nil)
	page := start(t, cfg).StatusPage()
	res, body := see(t, page, "")
	assert.Equal(t, []string{"Alt er i orden."}, inside(t, body, "calm"))
	assert.Equal(t, []string{"intet"}, inside(t, body, "oldest"))
	assert.Equal(t, []string{"Åben"}, inside(t, body, "open"))
	policy := res.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "style-src 'sha256-", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
		assert.Contains(t, policy, part)
	}
	assert.NotContains(t, policy, "unsafe")
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"X-Robots-Tag": "noindex", "Content-Type": "text/html; charset=utf-8", "Vary": "Accept-Language", "Refresh": "10",
	} {
		assert.Equal(t, want, res.Header.Get(name), name)
	}
	root, err := html.Parse(strings.NewReader(body))
	require.NoError(t, err)
	headings := map[string]int{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		headings[n.Data]++
		for _, a := range n.Attr {
			switch a.Key {
			case "href":
				assert.True(t, strings.HasPrefix(a.Val, "?"), a.Val)
			case "src", "style", "srcset", "action":
				assert.Fail(t, "the page has "+a.Key)
			}
		}
		if n.Data == "th" {
			assert.Contains(t, []string{"col", "row"}, attr(n, "scope"))
		}
		if n.Data == "table" {
			assert.NotEmpty(t, attr(n, "aria-labelledby"))
		}
	}
	assert.Equal(t, 1, headings["h1"])
	assert.Equal(t, 5, headings["h2"])
	for _, tag := range []string{"script", "img", "link", "iframe", "form", "meta-refresh"} {
		assert.Zero(t, headings[tag], tag)
	}

	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		w := httptest.NewRecorder()
		page.ServeHTTP(w, httptest.NewRequest(method, "/", nil))
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
		assert.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	}
	server := httptest.NewServer(page)
	defer server.Close()
	head, err := http.Head(server.URL + "/et/sted?lang=en")
	require.NoError(t, err)
	require.NoError(t, head.Body.Close())
	assert.Equal(t, http.StatusOK, head.StatusCode)
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestStatusJSON(t *testing.T) {
	t.Run("trouble", func(t *testing.T) {
		o, _, ids := troubled(t, opener(t, filepath.Join(crashsuite.Dir(t), "fejl.db")))
		res, body := see(t, o.StatusPage(), "?format=json&lang=da")
		assert.Equal(t, http.StatusOK, res.StatusCode)
		assert.Equal(t, "application/json", res.Header.Get("Content-Type"))
		assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))
		assert.Empty(t, res.Header.Get("Refresh"))
		assert.Contains(t, body, `{"at":"2026-11-30T09:30:25Z","sender":"posttest","states":{"accepted":2,"parked":0,"refused":2,"unknown":1,"waiting":3},`+
			`"inHand":0,"needPerson":1,"overdue":0,"unopened":0,"oldest":"2026-11-30T09:00:00Z","lastMinute":0,"lastHour":2,`+
			`"pausedSince":"2026-11-30T09:30:00Z","pausedUntil":"2026-11-30T09:30:30Z","pausedWhy":{"kind":"AuthFailed","http":403,"why":"`)
		var got struct {
			Errors []struct {
				ID   eboks.ID
				At   time.Time
				What outbox.What
				Kind eboks.Kind
				Code string
				HTTP int
			}
		}
		require.NoError(t, json.Unmarshal([]byte(body), &got))
		require.GreaterOrEqual(t, len(got.Errors), 5)
		for _, e := range got.Errors {
			assert.Contains(t, []outbox.What{outbox.Offered, outbox.Asked}, e.What)
			if e.ID == ids[3] {
				assert.Equal(t, eboks.Rejected, e.Kind)
				assert.Equal(t, "1003", e.Code)
				assert.Equal(t, 400, e.HTTP)
			}
		}
	})
	t.Run("nothing to say", func(t *testing.T) {
		clock := posttest.NewClock()
		cfg := opener(t, filepath.Join(crashsuite.Dir(t), "tom.db"))()
		cfg.Sender, cfg.Now = posttest.New(posttest.Config{Now: clock.Now}).Of(nil), clock.Now
		_, body := see(t, start(t, cfg).StatusPage(), "?format=json")
		assert.Equal(t, `{"at":"2026-11-30T09:00:00Z","sender":"posttest","states":{"accepted":0,"parked":0,"refused":0,"unknown":0,"waiting":0},`+
			`"inHand":0,"needPerson":0,"overdue":0,"unopened":0,"lastMinute":0,"lastHour":0,"errors":[]}`+"\n", body)
	})
}

func TestStatusPageWithoutADatabase(t *testing.T) {
	cfg := opener(t, filepath.Join(crashsuite.Dir(t), "lukket.db"))()
	cfg.Sender = posttest.New(posttest.Config{Now: time.Now}).Of(nil)
	page := start(t, cfg).StatusPage()
	require.NoError(t, cfg.DB.Close())
	res, body := see(t, page, "")
	assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	assert.Equal(t, []string{"Databasen svarer ikke. Siden prøver igen."}, inside(t, body, "failed"))
	assert.Empty(t, inside(t, body, "states"), "no numbers that nobody has read")
	assert.Equal(t, "10", res.Header.Get("Refresh"))
	res, body = see(t, page, "?format=json")
	assert.Equal(t, http.StatusServiceUnavailable, res.StatusCode)
	assert.Equal(t, `{"error":"StoreFailed"}`+"\n", body)
}

func TestStatusPageListsTheFirstHundred(t *testing.T) {
	clock := posttest.NewClock()
	d := posttest.New(posttest.Config{Now: clock.Now, Fault: byMaterial})
	cfg := opener(t, filepath.Join(crashsuite.Dir(t), "mange.db"))()
	cfg.Sender, cfg.Now = d.Of(nil), clock.Now
	o := start(t, cfg)
	first := queueOf(t, o, "tvivl")
	clock.Move(time.Second)
	queueOf(t, o, "afvist", "afvist", "afvist")
	tx, err := cfg.DB.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	for n := range 103 {
		l := letter(n)
		l.Material = "tvivl"
		_, err := o.Enqueue(t.Context(), tx, l)
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
	stepAll(t, o)
	_, body := see(t, o.StatusPage(), "?lang=en")
	assert.Equal(t, []string{"Letters that need a person: 104"}, inside(t, body, "person-now"))
	people := inside(t, body, "people")
	require.Len(t, people, 1)
	assert.Equal(t, 100, strings.Count(people[0], " Rejected 1007 "), "and none that was refused for good")
	assert.Contains(t, people[0], first[0].String(), "the oldest is among them")
	assert.Equal(t, []string{"4 more are not shown."}, inside(t, body, "more"))
}

// Whatever happens to letters, nobody who looks at the page learns whose they are.
func TestStatusPageNamesNobody(t *testing.T) {
	o, _, _ := troubled(t, opener(t, filepath.Join(crashsuite.Dir(t), "navnløs.db")))
	digits := regexp.MustCompile(`\b\d{6}-?\d{4}\b`)
	for _, query := range []string{"?lang=da", "?lang=en", "?format=json"} {
		res, body := see(t, o.StatusPage(), query)
		require.Equal(t, http.StatusOK, res.StatusCode)
		for name, values := range res.Header {
			body += name + strings.Join(values, " ")
		}
		for n := range 20 {
			number := cprtest.Number(9000 + n).Reveal()
			assert.NotContains(t, body, number)
			assert.NotContains(t, body, number[:6]+"-"+number[6:])
		}
		assert.Empty(t, digits.FindString(body))
		for _, secret := range []string{"Årsopgørelse", "Kanariefugl", canaryName, canaryPDF, "Ærøgade", "Åse", "%PDF", "tvivl"} {
			assert.NotContains(t, body, secret)
		}
	}
}

func TestStatusPageTellsOfAMissingKey(t *testing.T) {
	reader, _ := observed(t)
	open := opener(t, filepath.Join(crashsuite.Dir(t), "nøgle.db"))
	clock := posttest.NewClock()
	d := posttest.New(posttest.Config{Now: clock.Now})
	with := func(keys ...byte) *outbox.Outbox {
		cfg := open()
		cfg.Sender, cfg.Now, cfg.Keys = d.Of(nil), clock.Now, nil
		for _, k := range keys {
			cfg.Keys = append(cfg.Keys, bytes.Repeat([]byte{k}, 32))
		}
		return start(t, cfg)
	}
	old := with('a')
	queueOf(t, with('b', 'a'), "1001", "1001")
	clock.Move(time.Hour)
	_, body := see(t, old.StatusPage(), "?lang=en")
	assert.Equal(t, []string{"Letters whose key is missing in Config.Keys: 2"}, inside(t, body, "unopened-now"))
	assert.Empty(t, inside(t, body, "calm"))
	_, body = see(t, old.StatusPage(), "?format=json")
	assert.Contains(t, body, `"unopened":2,`)
	require.Eventually(t, func() bool {
		runtime.GC() // the outbox with both keys is observed no more
		return metrics(t, reader)["eboks.outbox.letter.unopened{posttest}"] == 2
	}, time.Minute, 10*time.Millisecond)
	runtime.KeepAlive(old)
}
