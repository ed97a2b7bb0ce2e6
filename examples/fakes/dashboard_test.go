package main_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/porttest"
)

// A person looks on, and decides a login, a letter and a signature while they wait.
func TestDashboardShowsWhatHappensAndDecides(t *testing.T) {
	s := newScene(t, "da")
	axe := axeSource(t)
	s.wait(`document.querySelector("#empty").checkVisibility() && document.querySelectorAll("#addresses a").length === 7`)
	assert.Contains(t, ask[string](s.tab, "document.body.innerText"), "Ingen her findes")
	s.audit(axe)

	// A login is approved here, and the other browser goes on by itself. Somebody whom a test has
	// added in the meantime is there too.
	res, err := http.Post(s.got.Control.URL+"/control/v1/citizens", "application/json", strings.NewReader(`{"name":"Bjørn Nyborg Ågård"}`))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusCreated, res.StatusCode)
	s.login()
	s.wait(newest("login", "venter"))
	assert.Contains(t, ask[string](s.tab, `document.querySelector("[data-testid=login] [name=citizen]").innerText`), "Bjørn Nyborg Ågård")
	s.audit(axe)
	s.click("[data-testid=approve]")
	assert.NotEmpty(t, s.back().Get("code"))
	s.wait(newest("login", "godkendt"))
	assert.Equal(t, "true", ask[string](s.tab, `String(document.querySelector("#empty").hidden)`))
	s.hidesSecrets()

	// One with a code that somebody types, with the keyboard alone.
	s.login()
	s.wait(newest("login", "venter"))
	s.tabTo("select[name=failure]")
	s.do(chromedp.KeyEvent(kb.End))
	s.tabTo("input[name=code]")
	s.do(chromedp.KeyEvent("mitid_core_client_error"), chromedp.KeyEvent(kb.Enter))
	assert.Equal(t, "mitid_core_client_error", s.back().Get("error"))
	s.wait(newest("login", "fejlet"))
	s.wait(`document.querySelector("[data-testid=login] [data-testid=why]")?.textContent.includes("mitid_core_client_error")`)
	s.wait(`document.activeElement.matches("[data-testid=login] summary")`)

	// One that is aborted. The newest is on top.
	s.login()
	s.wait(newest("login", "venter"))
	s.click("[data-testid=abort]")
	assert.Equal(t, "access_denied", s.back().Get("error"))
	s.wait(newest("login", "afbrudt"))

	// One that fails as the broker documents.
	s.login()
	s.wait(newest("login", "venter"))
	s.click("[data-testid=fail]")
	assert.NotEmpty(t, s.back().Get("error"))
	s.wait(newest("login", "fejlet"))
	assert.Equal(t, 4, ask[int](s.tab, `document.querySelectorAll("[data-testid=login]").length`))

	s.letter("Indkaldelse på Ærø")
	s.wait(newest("letter", "modtaget") + ` && document.querySelector("[data-testid=letter]").innerText.includes("Indkaldelse på Ærø")`)
	s.click("[data-testid=letter] summary")
	s.click("[data-testid=deliver]")
	s.wait(newest("letter", "leveret digitalt"))
	s.letter("Rykker om blåbær")
	s.wait(newest("letter", "modtaget") + ` && document.querySelector("[data-testid=letter]").innerText.includes("Rykker om blåbær")`)
	s.click("[data-testid=letter] summary")
	s.click("[data-testid=refuse]")
	s.wait(newest("letter", "fejlet"))

	s.order("Aftale om blåbær")
	s.wait(newest("signature", "venter"))
	s.click("[data-testid=signature] summary")
	s.click("[data-testid=sign]")
	s.wait(newest("signature", "underskrevet"))

	ask[bool](s.tab, `document.querySelectorAll("#activity details").forEach(d => { d.open = true; }), true`)
	s.hidesSecrets()
	s.audit(axe)
	s.login()
	s.wait(newest("login", "venter"))
	ask[bool](s.tab, `document.querySelectorAll("#activity details").forEach(d => { d.open = d.querySelector("[data-testid=approve]") !== null; }), true`)
	s.resize(1100, 900, 1)
	s.picture("dashboard-da-activity")
	s.resize(390, 844, 2)
	s.picture("dashboard-da-phone")
}

// planned is a script that is true when a fake is about to do something.
func planned(fake, what string) string {
	return `[...document.querySelectorAll("[data-testid=` + fake + `] [data-testid=plans] dd")].some(dd => dd.textContent === "` + what + `")`
}

func TestDashboardPlansWhatComes(t *testing.T) {
	s := newScene(t, "en")
	axe := axeSource(t)
	s.wait(`document.querySelector("#empty").checkVisibility()`)

	// A rule of a person, a new person, and somebody's mailbox.
	s.click("[data-view=people]")
	const paiman = `[data-testid=citizen]:nth-child(2)`
	s.wait(`document.querySelector("` + paiman + `")?.innerText.includes("Paiman")`)
	s.click(paiman + " summary")
	s.click(paiman + " [data-testid=always]")
	s.wait(`document.querySelector("` + paiman + ` [data-testid=rules]")?.innerText.startsWith("Always: Abort (criipto")`)
	s.write("#newcomer input[name=name]", "Åse Østergård")
	s.click("[data-testid=add]")
	s.wait(`document.querySelector("#citizens").innerText.includes("Åse Østergård")`)
	ask[bool](s.tab, `document.querySelectorAll("#people details").forEach(d => { d.open = true; }), true`)
	s.hidesSecrets()
	s.audit(axe)
	s.click(paiman + " [data-testid=forget]")
	s.wait(`!document.querySelector("` + paiman + ` [data-testid=rules]")`)

	s.click("[data-view=services]")
	const at = "[data-testid=criipto]"
	s.wait(`document.querySelector("` + at + ` h3")?.checkVisibility()`)
	assert.Equal(t, 7, ask[int](s.tab, `document.querySelectorAll("#fakes .card").length`))

	// Queue somebody, spoil the login by name. A name that is none is refused with the near ones.
	s.click(at + " [data-testid=next]")
	s.wait(planned("criipto", "Approve Ditlev Von Testesen"))
	const tamper = at + ` input[list=criipto-tamperings]`
	s.write(tamper, "wrong-nonse")
	s.click(at + " [data-testid=tamper]")
	s.wait(`document.querySelector("` + at + `").innerText.includes("wrong-nonce")`)
	ask[bool](s.tab, `document.querySelector("`+tamper+`").select(), true`)
	s.write(tamper, "wrong-nonce")
	s.wait(`document.querySelector("` + at + ` output").textContent.startsWith("nonce is the right one plus one character. ")`)
	s.click(at + " [data-testid=tamper]")
	s.wait(planned("criipto", "wrong-nonce"))
	s.click(at + " [data-testid=untamper]")
	s.wait("!(" + planned("criipto", "wrong-nonce") + ")")
	s.click(at + " [data-testid=keys]")
	s.wait(`document.querySelector("#told").textContent === "New signing keys: done."`)

	s.write("[data-testid=stralfors] input[name=name]", "503")
	s.wait(`document.querySelector("[data-testid=stralfors] output").textContent !== ""`) // it moves the button
	s.click("[data-testid=stralfors] [data-testid=misbehave]")
	s.wait(planned("stralfors", "503"))
	s.click(at + " [data-testid=differences] summary")
	s.wait(`document.querySelectorAll("` + at + ` [data-testid=differences] li").length > 10`)

	before := ask[string](s.tab, `document.querySelector("#clock time").dateTime`)
	s.click("[data-testid=move]")
	s.wait(`document.querySelector("#clock").innerText.includes("moved ahead by 60 seconds")`)
	assert.Greater(t, ask[string](s.tab, `document.querySelector("#clock time").dateTime`), before)
	s.audit(axe)
	s.resize(1100, 900, 1)
	s.picture("dashboard-en-services")

	// What is planned is used up, and the page notices.
	query := url.Values{"client_id": {s.got.Criipto.ClientID}, "redirect_uri": {s.app.URL}, "response_type": {"code"}, "scope": {"openid"}}
	s.browser.do(chromedp.Navigate(s.got.Criipto.Issuer + "/oauth2/authorize?" + query.Encode()))
	s.back()
	s.wait("!(" + planned("criipto", "Approve Ditlev Von Testesen") + ")")

	// A reset is pressed twice, and takes what was planned and who was added.
	s.click("[data-testid=reset]")
	s.click("[data-testid=reset]")
	s.wait(`document.querySelector("#clock").innerText.includes("not moved")`)
	s.wait("!(" + planned("stralfors", "503") + ")")
	s.click("[data-view=people]")
	s.wait(`document.querySelector("#citizens").checkVisibility() && !document.querySelector("#citizens").innerText.includes("Åse Østergård")`)
}

func TestDashboardAsksForTheToken(t *testing.T) {
	const token = "kun-for-os-to-på-ærø"
	s := newScene(t, "da", "-control-token", "kun-for-os-to-paa-aeroe")
	axe := axeSource(t)
	s.wait(`document.querySelector("#token").open`)
	s.audit(axe)
	s.write("#token input", token)
	s.do(chromedp.KeyEvent(kb.Enter))
	s.wait(`document.querySelector("#token .wrong").textContent === "Det er ikke nøglen."`)
	s.write("#token input", s.got.Control.Token)
	s.do(chromedp.KeyEvent(kb.Enter))
	s.wait(`document.querySelector("#empty").checkVisibility()`)
	assert.Empty(t, ask[string](s.tab, "document.cookie"))
	assert.NotContains(t, ask[string](s.tab, "document.documentElement.outerHTML"), s.got.Control.Token)

	s.visit("en", "people")
	s.wait(`document.querySelector("[data-testid=citizen]")?.checkVisibility()`)
	another := openTab(t, s.ctx)
	another.do(chromedp.Navigate(s.got.Control.URL))
	another.wait(`document.querySelector("#token").open`)
}

// When the fakes begin anew, so does an open page.
func TestDashboardSeesTheFakesComeBack(t *testing.T) {
	w, file, port := openTab(t, chromium(t)), build(t), strconv.Itoa(porttest.First(t, 10))
	start := func() (*running, ready) {
		r, _, got := runCommand(t, exec.Command(file, "-base-port", port, "-control"))
		return r, got
	}
	first, got := start()
	s := &scene{tab: w, got: got, app: httptest.NewServer(http.NotFoundHandler()), browser: openTab(t, w.ctx)}
	defer s.app.Close()
	s.visit("da", "activity")
	s.login()
	s.wait(newest("login", "venter"))
	first.stop(t, os.Interrupt)
	s.wait(`document.querySelector("#trouble").textContent === "Tjenesterne svarer ikke. Siden prøver selv igen."`)
	again, _ := start()
	s.wait(`document.querySelector("#empty").checkVisibility() && document.querySelector("#trouble").textContent === ""`)
	again.stop(t, os.Interrupt)
}

func TestDashboardPageIsClosed(t *testing.T) {
	r, _, got := run(t, build(t), "-base-port", "0", "-control")
	defer r.stop(t, os.Interrupt)
	for path, kind := range map[string]string{
		"/": "text/html; charset=utf-8", "/assets/main.js": "text/javascript; charset=utf-8", "/assets/dashboard.css": "text/css; charset=utf-8", "/assets/icon.svg": "image/svg+xml",
	} {
		res, err := http.Get(got.Control.URL + path)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, http.StatusOK, res.StatusCode, path)
		assert.Equal(t, kind, res.Header.Get("Content-Type"))
		assert.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
			res.Header.Get("Content-Security-Policy"))
		assert.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"))
	}
	for _, path := range []string{"/assets/none.js", "/assets/", "/dashboard.go", "/assets/..%2fdashboard.go"} {
		status, _ := get(t, http.DefaultClient, got.Control.URL+path)
		assert.GreaterOrEqual(t, status, http.StatusBadRequest, path)
	}
}

// Both languages say the same things, and the page uses each of them.
func TestDashboardTexts(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("dashboard", name))
		require.NoError(t, err)
		return string(text)
	}
	said := regexp.MustCompile(`(?s)  en: \{\n(.*?)\n  \},\n  da: \{\n(.*?)\n  \},`).FindStringSubmatch(read("texts.js"))
	require.Len(t, said, 3)
	keys := func(block string) []string {
		var found []string
		block = regexp.MustCompile(`"[^"\n]*"|`+"`[^`]*`").ReplaceAllString(block, `""`)
		block = regexp.MustCompile(`(?s)\{[^{}]*\}`).ReplaceAllString(block, "")
		for _, m := range regexp.MustCompile(`(?m)(?:^|[,\s])([A-Za-z]\w*):`).FindAllStringSubmatch(block, -1) {
			found = append(found, m[1])
		}
		slices.Sort(found)
		return found
	}
	english, danish := keys(said[1]), keys(said[2])
	require.Greater(t, len(english), 50)
	assert.Equal(t, english, danish)

	var page strings.Builder
	for _, name := range []string{"index.html", "main.js", "dom.js", "api.js", "actions.js", "activity.js", "people.js", "services.js"} {
		page.WriteString(read(name))
	}
	var used []string
	for _, m := range regexp.MustCompile(`\bt\.(\w+)|data-(?:t|label)="(\w+)"`).FindAllStringSubmatch(page.String(), -1) {
		used = append(used, m[1]+m[2])
	}
	for _, key := range used {
		assert.True(t, slices.Contains(english, key), "nobody wrote %s", key)
	}
	for _, key := range english {
		if key != "states" {
			assert.True(t, slices.Contains(used, key), "nobody says %s", key)
		}
	}
}

// A browser has six connections to one address, and each page that waits for news holds one. So
// pages that nobody sees do not wait: with six of them nothing could be pressed.
func TestDashboardWaitsOnlyWhenItIsSeen(t *testing.T) {
	s := newScene(t, "en")
	s.wait(`!document.querySelector("#empty").hidden`)
	seen := func(yes string) string {
		return `Object.defineProperty(document, "hidden", { value: !` + yes + `, configurable: true }), document.dispatchEvent(new Event("visibilitychange"))`
	}
	// In one step: between two, the page could ask once more.
	ask[bool](s.tab, `(() => { const ask = window.fetch; window.asked = 0; window.fetch = (...of) => { if (of[0].includes("/activity?")) window.asked++; return ask(...of); }; return `+seen("false")+`; })()`)
	s.login() // the answer that was waited for
	s.wait(newest("login", "waiting"))
	s.letter("Blåbær på Ærø")
	assert.Equal(t, 0, ask[int](s.tab, "window.asked"))
	ask[bool](s.tab, seen("true"))
	s.wait(newest("letter", "accepted"))
}
