package eidenttest_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// human is somebody with a browser and the fake's pages in front of them.
type human struct {
	*testing.T
	m      *merchant
	client *http.Client
	page   string
	at     *url.URL // where the broker sent the browser
}

func newHuman(t *testing.T) *human {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &human{T: t, m: newMerchant(t), client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

var visitField = regexp.MustCompile(`name="visit" value="([0-9a-f]+)"`)

func (h *human) take(res *http.Response, err error) {
	h.Helper()
	require.NoError(h, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(h, err)
	require.NoError(h, res.Body.Close())
	h.page, h.at = string(body), nil
	if res.Header.Get("Location") != "" {
		h.at, err = res.Location()
		require.NoError(h, err)
		return
	}
	assert.Contains(h, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
	assert.NotContains(h, h.page, "http://", "no foreign assets")
	assert.NotContains(h, h.page, "https://", "no foreign assets")
}

func (h *human) answer(name string) string {
	h.Helper()
	require.NotNil(h, h.at, "the browser was not sent back: %s", h.page)
	return h.at.Query().Get(name)
}

func (h *human) start(change ...string) {
	h.Helper()
	req, err := http.NewRequestWithContext(h.Context(), http.MethodGet, h.m.origin+"/its/index.html?"+h.m.query(change...).Encode(), nil)
	require.NoError(h, err)
	h.take(h.client.Do(req))
}

func (h *human) click(button string, fields ...string) {
	h.Helper()
	visit := visitField.FindStringSubmatch(h.page)
	require.NotNil(h, visit, "there is no form: %s", h.page)
	form := url.Values{"visit": {visit[1]}, "do": {button}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	h.take(h.client.PostForm(h.m.origin+"/fake/page", form))
}

func TestPages(t *testing.T) {
	h := newHuman(t)
	h.start("language", "da_DK", "scope", "openid profile ssn", "reference_text", "Køb <b>på</b> Ærø", "amr_values", "mitid,mitid:mitid_erhverv")
	assert.Contains(t, h.page, "EFTERLIGNING")
	assert.Contains(t, h.page, ">"+mitidtest.WithoutCPR().Shows.DA+"<")
	assert.Contains(t, h.page, "Køb &lt;b&gt;på&lt;/b&gt; Ærø")
	h.click("person", "citizen", "5")
	assert.Contains(t, h.page, "Smørrebrød &amp; Søn ApS")
	h.click("company", "company", "")
	assert.Contains(t, h.page, `data-testid="cpr"`)
	own := mitidtest.CompanyEmployee().CPR.Reveal()
	h.click("cpr", "cpr", "2101270087")
	assert.Contains(t, h.page, `data-testid="cpr-error"`)
	h.click("cpr", "cpr", own)
	_, body := h.m.redeem(h.answer("code"))
	told := payload(t, body)
	assert.Contains(t, told, `"identity_type":"private"`)
	assert.Contains(t, told, `"dk_ssn":"`+own+`"`)

	var claims struct{ JTI string }
	h.start("language", "en_GB")
	assert.Contains(t, h.page, "FAKE")
	h.click("person", "citizen", "1")
	_, body = h.m.redeem(h.answer("code"))
	decode(t, payload(t, body), &claims)
	h.start("transaction_id", claims.JTI, "scope", "openid ssn", "language", "nb_NO")
	assert.Contains(t, h.page, `data-testid="cpr"`, "the CPR page and nothing else")
	assert.NotContains(t, h.page, `data-testid="citizen-0"`)
	h.click("cpr", "cpr", "271258-9100")
	_, body = h.m.redeem(h.answer("code"))
	assert.Contains(t, payload(t, body), `"ssn":"2712589100"`)

	h.start("transaction_id", claims.JTI, "scope", "openid ssn")
	for range 3 {
		h.click("cpr", "cpr", "2101270087")
	}
	assert.Equal(t, "match_ssn_error", h.answer("error"))
	h.start("scope", "openid ssn")
	h.click("person", "citizen", "3")
	h.click("skip")
	_, body = h.m.redeem(h.answer("code"))
	assert.NotContains(t, payload(t, body), "ssn", "both or neither")
	h.start()
	h.click("cancel")
	assert.Equal(t, "access_denied", h.answer("error"))
	h.start("amr_values", "mitid:mitid_erhverv", "scope", "openid ssn")
	h.click("person", "citizen", "0")
	assert.Equal(t, "blankcvr", h.answer("error"))
	h.start("login_hint", mitidtest.Ditlev().UUID)
	assert.Equal(t, 1, strings.Count(h.page, `name="citizen"`), "the hint skips the choice")
}

func TestPagesBelongToOneBrowser(t *testing.T) {
	h := newHuman(t)
	h.start()
	stranger := newHuman(t)
	stranger.m = h.m
	stranger.page = h.page
	stranger.click("person", "citizen", "0")
	assert.Nil(t, stranger.at)
	assert.Contains(t, stranger.page, "another browser")
	h.click("person", "citizen", "0")
	assert.Nil(t, h.at, "the page was used")
	h.start()
	h.click("person", "citizen", "99")
	assert.Nil(t, h.at)
}

// FuzzStart: whatever is asked, the browser is sent to a registered address
// or stays.
func FuzzStart(f *testing.F) {
	fake := eidenttest.New(f)
	origin := strings.TrimSuffix(fake.Issuer(), "/oidc")
	good := url.Values{"client_id": {fake.ClientID()}, "redirect_uri": {redirectURL}, "response_type": {"code"}, "scope": {"openid ssn"}, "state": {"s"}}
	for _, more := range []string{"", "&amr_values=mitid,mitid:mitid_erhverv", "&transactiontext=%C3%A6&transactiontext_type=html", "&transaction_id=x", "&loa_value=&aal_value=high", "&login_hint=%ff", "&state=2"} {
		f.Add(good.Encode() + more)
	}
	f.Add("client_id=MER2&redirect_uri=httP%3A%2F%2F.example") // a scheme is the same in any letter case (RFC 3986 section 3.1)
	f.Fuzz(func(t *testing.T, query string) {
		req, err := http.NewRequest(http.MethodGet, origin+"/its/index.html", nil)
		require.NoError(t, err)
		req.URL.RawQuery = query
		w := &recorded{header: http.Header{}}
		fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
		fake.ServeHTTP(w, req)
		if to := w.header.Get("Location"); to != "" {
			u, err := url.Parse(to)
			require.NoError(t, err)
			require.Contains(t, []string{"https", "http"}, u.Scheme)
			host := u.Hostname()
			require.True(t, strings.HasSuffix(host, ".example") || strings.HasPrefix(host, "127.") || host == "localhost" || host == "::1", "sent to a stranger")
		}
		require.NotZero(t, w.status)
	})
}

type recorded struct {
	header http.Header
	status int
}

func (r *recorded) Header() http.Header         { return r.header }
func (r *recorded) Write(b []byte) (int, error) { r.WriteHeader(http.StatusOK); return len(b), nil }
func (r *recorded) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}
