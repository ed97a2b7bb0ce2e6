package main_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/examples/internal/realbrowser"
	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/criipto"
)

var updateScreenshots = flag.Bool("update-screenshots", false, "take the screenshots in docs/images anew")

// scene is the command, a browser at its dashboard, and an app whose people log in.
type scene struct {
	*tab
	got     ready
	app     *httptest.Server
	browser *tab // of the person who logs in
}

func newScene(t *testing.T, lang string, args ...string) *scene {
	t.Helper()
	chromium := chromium(t)
	// The test's own context would end the command before it can end well.
	r, _, got := runCommand(t, exec.Command(build(t), append([]string{"-base-port", "0", "-control"}, args...)...))
	t.Cleanup(func() { r.stop(t, os.Interrupt) })
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!doctype html><html lang=da><title>App</title><p id=back>Velkommen tilbage på Ærø</p></html>"))
	}))
	t.Cleanup(app.Close)
	s := &scene{openTab(t, chromium), got, app, openTab(t, chromium)}
	s.resize(1100, 800, 1)
	s.visit(lang, "activity")
	return s
}

func (s *scene) visit(lang, view string) {
	s.t.Helper()
	s.do(chromedp.Navigate(s.got.Control.URL + "/?lang=" + lang + "#" + view))
}

// login begins a login at Criipto in the person's browser, and waits for the page that asks.
func (s *scene) login() {
	s.t.Helper()
	query := url.Values{
		"client_id": {s.got.Criipto.ClientID}, "redirect_uri": {s.app.URL + "/callback"}, "response_type": {"code"}, "scope": {"openid"},
		"state": {"tilstand"}, "nonce": {"engangsværdi"}, "acr_values": {"urn:grn:authn:dk:mitid:substantial"},
	}
	s.browser.do(chromedp.Navigate(s.got.Criipto.Issuer+"/oauth2/authorize?"+query.Encode()), chromedp.WaitVisible(chromedp.CSS("#approve")))
}

// back waits until the person's browser is at the app again, and returns what it brings.
func (s *scene) back() url.Values {
	s.t.Helper()
	s.browser.do(chromedp.WaitVisible(chromedp.CSS("#back")))
	at, err := url.Parse(ask[string](s.browser, "location.href"))
	require.NoError(s.t, err)
	return at.Query()
}

// letter sends one to Ditlev.
func (s *scene) letter(title string) {
	s.t.Helper()
	d := s.got.Stralfors
	certificate, err := tls.LoadX509KeyPair(d.ClientCert, d.ClientKey)
	require.NoError(s.t, err)
	ca, err := os.ReadFile(d.CA)
	require.NoError(s.t, err)
	roots := x509.NewCertPool()
	require.True(s.t, roots.AppendCertsFromPEM(ca))
	sender, err := stralfors.New(stralfors.Config{
		BaseURL: d.URL, System: d.System, User: "dkeid", Certificate: certificate, Roots: roots,
		Materials: map[eboks.Material]stralfors.Material{"brev": {ShipmentType: d.Material}},
	})
	require.NoError(s.t, err)
	client, err := eboks.New(eboks.Config{Sender: sender})
	require.NoError(s.t, err)
	_, err = client.Send(s.t.Context(), &eboks.Letter{
		ID: eboks.NewID(), To: eboks.Person(mitidtest.Ditlev().CPR), Title: title, Material: "brev",
		Document: eboks.Bytes(fakepdf.New(fakepdf.Page{Lines: []string{"Blåbærgrød på Ærø"}})),
	})
	require.NoError(s.t, err)
}

// order asks Ditlev to sign something.
func (s *scene) order(title string) {
	s.t.Helper()
	at := s.got.Signatures
	service, err := criipto.New(criipto.Config{Endpoint: at.URL, ClientID: at.ClientID, ClientSecret: signing.NewSecret(at.ClientSecret)})
	require.NoError(s.t, err)
	text := fakepdf.New(fakepdf.Page{Lines: []string{"Aftale om blåbær på Ærø"}})
	_, err = service.CreateOrder(s.t.Context(), &signing.Order{
		Reference: "aftale-1", Title: title,
		Documents:   []signing.Document{signing.Bytes("Aftale", text)},
		Signatories: []signing.Signatory{{Reference: "lejer", Who: signing.Who{UUID: claims.MustParseUUID(mitidtest.Ditlev().UUID)}}},
	}, []signing.Digest{sha256.Sum256(text)})
	require.NoError(s.t, err)
}

// newest is a script that is true when the newest item of a kind is in a state.
func newest(kind, state string) string {
	return `document.querySelector("[data-testid=` + kind + `] [data-testid=state]")?.textContent === "` + state + `"`
}

// audit looks at the page on a phone and on a desk, in the dark and in the light.
func (s *scene) audit(axe string) {
	s.t.Helper()
	s.do(chromedp.Evaluate[chromedp.Void](axe))
	for _, at := range []struct {
		width  int64
		scheme string
	}{{390, "dark"}, {1100, "light"}} {
		s.resize(at.width, 844, 1)
		s.scheme(at.scheme)
		where := ask[string](s.tab, "location.href")
		require.Empty(s.t, ask[[]string](s.tab, realbrowser.PageFaults), "%s, %d wide, %s", where, at.width, at.scheme)
		require.Empty(s.t, ask[[]string](s.tab, realbrowser.AxeFaults, chromedp.EvalAwaitPromise), "%s, %d wide, %s", where, at.width, at.scheme)
	}
}

// picture stores a screenshot of the window for the documents.
func (s *scene) picture(name string) {
	s.t.Helper()
	if !*updateScreenshots {
		return
	}
	ask[bool](s.tab, "scrollTo(0, 0), true")
	shot, err := chromedp.Run(s.ctx, chromedp.CaptureScreenshot())
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(filepath.Join("..", "..", "docs", "images", name+".png"), shot, 0o644))
}

// numbers returns the CPR numbers of all citizens in clear.
func (s *scene) numbers() []string {
	s.t.Helper()
	_, body := get(s.t, http.DefaultClient, s.got.Control.URL+"/control/v1/citizens?reveal=true")
	var said struct {
		Citizens []struct{ CPR string }
	}
	require.NoError(s.t, json.Unmarshal([]byte(body), &said))
	var numbers []string
	for _, c := range said.Citizens {
		if n := strings.ReplaceAll(c.CPR, "-", ""); n != "" {
			require.Len(s.t, n, 10)
			numbers = append(numbers, n)
		}
	}
	require.NotEmpty(s.t, numbers)
	return numbers
}

// hidesSecrets fails if the page holds a CPR number or a secret.
func (s *scene) hidesSecrets() {
	s.t.Helper()
	page := ask[string](s.tab, "document.documentElement.outerHTML + [...document.querySelectorAll('input')].map(e => e.value).join()")
	digits := strings.ReplaceAll(page, "-", "")
	for _, n := range s.numbers() {
		assert.NotContains(s.t, digits, n)
	}
	for _, secret := range []string{s.got.Criipto.ClientSecret, s.got.NEB.ClientSecret, s.got.Signatures.ClientSecret} {
		assert.NotContains(s.t, page, secret)
	}
}
