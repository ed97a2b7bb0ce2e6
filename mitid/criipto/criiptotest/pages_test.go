package criiptotest_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// human is somebody with a browser and the fake's pages in front of them.
type human struct {
	*testing.T
	fake   *criiptotest.Broker
	client *http.Client
	page   string
	at     *url.URL // where the broker sent the browser
}

func newHuman(t *testing.T, fake *criiptotest.Broker) *human {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &human{T: t, fake: fake, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (h *human) open(q url.Values, language string) {
	h.Helper()
	req, err := http.NewRequestWithContext(h.Context(), http.MethodGet, h.fake.Issuer()+"/oauth2/authorize?"+q.Encode(), nil)
	require.NoError(h, err)
	req.Header.Set("Accept-Language", language)
	h.take(h.client.Do(req))
}

var visitField = regexp.MustCompile(`name="visit" value="([0-9a-f]+)"`)

// press fills in the page's form and presses a button.
func (h *human) press(button string, fields ...string) {
	h.Helper()
	visit := visitField.FindStringSubmatch(h.page)
	require.NotNil(h, visit, "there is no form: %s", h.page)
	form := url.Values{"visit": {visit[1]}, "do": {button}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	h.take(h.client.PostForm(h.fake.Issuer()+"/fake/page", form))
}

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

func TestPageInBothLanguages(t *testing.T) {
	fake := criiptotest.New(t)
	h := newHuman(t, fake)
	q := query(fake, "login_hint", "action:approve message:PHNjcmlwdD5vdmVyZsO4cnNlbDwvc2NyaXB0Pg==") // <script>overførsel</script>
	h.open(q, "fr;q=0.9, da-DK;q=0.5")
	assert.Contains(t, h.page, `<html lang="da">`)
	assert.Contains(t, h.page, "Godkend hos Acme")
	assert.Contains(t, h.page, "&lt;script&gt;overførsel&lt;/script&gt;")
	assert.NotContains(t, h.page, "<script>")
	assert.Contains(t, h.page, "EFTERLIGNING")
	for i, c := range mitidtest.Citizens() {
		assert.Contains(t, h.page, fmt.Sprintf(`data-testid="citizen-%d"`, i))
		assert.Contains(t, h.page, ">"+c.Shows.DA+"<")
	}
	h.open(q, "en-US,da")
	assert.Contains(t, h.page, "Approve at Acme")
	for _, c := range mitidtest.Citizens() {
		assert.Contains(t, h.page, ">"+c.Shows.EN+"<", "everybody has a line that says what they show")
	}
	h.open(query(fake, "ui_locales", "en"), "da")
	assert.Contains(t, h.page, "Log on at Acme", "ui_locales goes first")
	assert.Contains(t, h.page, "Acme web", "without a message the application's name is shown")
}

func TestPageOfAPrivatePerson(t *testing.T) {
	fake := criiptotest.New(t)
	h := newHuman(t, fake)
	h.open(query(fake), "en")
	h.press("person", "citizen", "1")
	require.Contains(t, h.page, `data-testid="cpr"`)
	h.press("cpr", "cpr", "2101270087")
	assert.Contains(t, h.page, "does not fit", "another person's number")
	h.press("cpr", "cpr", "271258-9100", "remember", "yes")
	assert.NotEmpty(t, h.answer("code"))

	h.open(query(fake), "en")
	h.press("person", "citizen", "1")
	assert.NotEmpty(t, h.answer("code"), "the number is remembered")

	h.open(query(fake), "en")
	h.press("cancel")
	assert.Equal(t, "access_denied", h.answer("error"))

	h.open(query(fake), "en")
	h.press("person", "citizen", "0")
	h.press("skip")
	assert.NotContains(t, payloadOf(t, fake, h.answer("code")), "cprNumberIdentifier")

	h.open(query(fake), "en")
	h.press("person", "citizen", "0")
	for range 3 {
		h.press("cpr", "cpr", "blåbær")
	}
	assert.Equal(t, "access_denied", h.answer("error"), "three wrong numbers")
}

func TestPageOfAnEmployee(t *testing.T) {
	fake := criiptotest.New(t)
	h := newHuman(t, fake)
	employee := "5"
	require.Equal(t, mitidtest.CompanyEmployee(), mitidtest.Citizens()[5])
	h.open(query(fake, "acr_values", "urn:grn:authn:dk:mitid:business"), "da")
	h.press("person", "citizen", employee)
	require.Contains(t, h.page, "Smørrebrød &amp; Søn ApS")
	second := mitidtest.CompanyEmployee().Companies[1]
	h.press("company", "company", second.CVR)
	assert.Contains(t, payloadOf(t, fake, h.answer("code")), second.Name)

	h.open(query(fake, "login_hint", "business_optional"), "da")
	h.press("person", "citizen", employee)
	require.Contains(t, h.page, "Mig selv")
	h.press("company", "company", "")
	require.Contains(t, h.page, `data-testid="cpr"`, "a private login asks for the number")
	h.press("skip")
	assert.NotContains(t, payloadOf(t, fake, h.answer("code")), "employee")

	h.open(query(fake, "acr_values", ""), "da")
	require.Contains(t, h.page, `data-testid="acr"`, "without acr_values the person chooses")
	h.press("person", "citizen", "0", "acr", "urn:grn:authn:dk:mitid:high")
	h.press("skip")
	assert.Contains(t, payloadOf(t, fake, h.answer("code")), `"loA":"HIGH"`)
}

// A page belongs to the browser that opened it.
func TestPageIsBoundToItsBrowser(t *testing.T) {
	fake := criiptotest.New(t)
	h := newHuman(t, fake)
	h.open(query(fake), "en")
	other := newHuman(t, fake)
	other.page = h.page
	other.press("person", "citizen", "0")
	assert.Equal(t, "MITID_NONCE_COOKIE_MISSING", other.answer("error"))
	h.press("person", "citizen", "0")
	assert.Contains(t, h.page, "expired", "the page was used")

	h.open(query(fake), "en")
	third := newHuman(t, fake)
	third.open(query(fake), "en")
	third.page = h.page
	third.press("person", "citizen", "0")
	assert.Equal(t, "MITID_NONCE_COOKIE_MALFORMED", third.answer("error"))
}

func TestReauthenticationShowsOnePerson(t *testing.T) {
	fake := criiptotest.New(t)
	h := newHuman(t, fake)
	h.open(query(fake, "login_hint", "uuid:74ffcd31-fbaf-4c33-bdac-169f25c1e416"), "en")
	assert.Contains(t, h.page, "Ditlev")
	assert.Equal(t, 1, strings.Count(h.page, `name="citizen"`))
}

func TestFormPost(t *testing.T) {
	fake := criiptotest.New(t)
	h := newHuman(t, fake)
	fake.Next(mitidtest.Abort())
	req := query(fake, "response_mode", "form_post", "state", `"><script>æ</script>`)
	res, err := h.client.Get(fake.Issuer() + "/oauth2/authorize?" + req.Encode())
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.NotContains(t, string(body), "<script>æ")
	assert.Equal(t, `"><script>æ</script>`, authorize(t, fake, req).Get("state"))
}

func payloadOf(t *testing.T, fake *criiptotest.Broker, code string) string {
	t.Helper()
	res, body := redeem(t, fake, code)
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	return payload(t, body)
}
