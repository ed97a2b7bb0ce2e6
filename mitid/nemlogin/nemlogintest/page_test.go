package nemlogintest_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"testing"

	"github.com/crewjam/saml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/nemlogin/nemlogintest"
)

// human is somebody with a browser and the fake's pages in front of them.
type human struct {
	*testing.T
	fake   *nemlogintest.Broker
	client *http.Client
	page   string
}

var (
	visitField    = regexp.MustCompile(`name="visit" value="([0-9a-f]+)"`)
	responseField = regexp.MustCompile(`name="SAMLResponse" value="([^"]+)"`)
)

func (h *human) take(res *http.Response, err error) {
	h.Helper()
	require.NoError(h, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(h, err)
	require.NoError(h, res.Body.Close())
	h.page = string(body)
	assert.Contains(h, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
}

func (h *human) click(button string, fields ...string) {
	h.Helper()
	visit := visitField.FindStringSubmatch(h.page)
	require.NotNil(h, visit, "there is no form: %s", h.page)
	form := url.Values{"visit": {visit[1]}, "do": {button}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	h.take(h.client.PostForm(h.fake.Origin()+"/fake/page", form))
}

// A human picks who they are and for whom they act, in Danish or in English.
func TestPages(t *testing.T) {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	fake := nemlogintest.New(t)
	h := &human{T: t, fake: fake, client: &http.Client{Jar: jar}}
	s := newShop(t, fake, "https://butik.example/saml", 0)
	start := func(language string, refs ...string) {
		address := s.request("handle", func(q *saml.AuthnRequest) {
			q.RequestedAuthnContext = &saml.RequestedAuthnContext{Comparison: "minimum", AuthnContextClassRefs: refs}
		})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		require.NoError(t, err)
		req.Header.Set("Accept-Language", language)
		h.take(h.client.Do(req))
	}
	read := func() *saml.Assertion {
		field := responseField.FindStringSubmatch(h.page)
		require.NotNil(t, field, h.page)
		assert.Contains(t, h.page, `action="`+s.sp.AcsURL.String()+`"`)
		assert.Contains(t, h.page, `name="RelayState" value="handle"`)
		a, err := s.read(html.UnescapeString(field[1]))
		require.NoError(t, err)
		return a
	}
	start("da", nsis+"loa/Substantial", "https://data.gov.dk/eid/Professional")
	assert.Contains(t, h.page, "EFTERLIGNING")
	assert.Contains(t, h.page, "Log ind hos Acme")
	assert.NotContains(t, h.page, `data-testid="message"`, "NemLog-in carries no text, so there is no box for one")
	h.click("person", "citizen", "5")
	assert.Contains(t, h.page, "Hvem handler du for?")
	assert.NotContains(t, h.page, "Mig selv")
	h.click("company", "company", "87654320")
	a := read()
	assert.Contains(t, a.Subject.NameID.Value, "professional")

	h.client.Jar, _ = cookiejar.New(nil)
	start("en", nsis+"loa/Substantial")
	assert.Contains(t, h.page, "FAKE for tests")
	h.click("person", "citizen", "5")
	assert.Contains(t, h.page, "Myself (private)")
	h.click("company", "company", "")
	assert.Contains(t, read().Subject.NameID.Value, "person")

	h.client.Jar, _ = cookiejar.New(nil)
	start("en", "https://data.gov.dk/eid/Person")
	h.click("cancel")
	_, err = s.read(html.UnescapeString(responseField.FindStringSubmatch(h.page)[1]))
	require.Error(t, err)
}
