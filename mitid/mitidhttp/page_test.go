package mitidhttp_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

func TestStatusOf(t *testing.T) {
	assert.Equal(t, 200, mitidhttp.StatusOf(nil))
	assert.Equal(t, 500, mitidhttp.StatusOf(http.ErrBodyNotAllowed))
	want := map[mitid.Kind]int{
		mitid.StateInvalid: 400, mitid.IssuerMismatch: 400, mitid.ResponseInvalid: 400, mitid.TokenInvalid: 400, mitid.SignatureInvalid: 400,
		mitid.Replay: 400, mitid.InputInvalid: 400, mitid.InteractionRequired: 401, mitid.UserCancelled: 403, mitid.BrokerDeclined: 403,
		mitid.AssuranceTooLow: 403, mitid.ClaimMissing: 403, mitid.ClaimInvalid: 403, mitid.CPRMismatch: 403, mitid.TransactionMismatch: 403,
		mitid.BrokerUnavailable: 503, mitid.Throttled: 503, mitid.ConfigInvalid: 500, mitid.Unsupported: 500,
	}
	for _, k := range mitid.Kinds() {
		assert.Equal(t, want[k], mitidhttp.StatusOf(&mitid.Error{Kind: k}), k)
		assert.Equal(t, k.Temporary(), want[k] == 503, k)
	}
}

func TestRefusedPage(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.cfg.Refused = nil })
	for lang, want := range map[string][]string{
		"":                          {`lang="da"`, "Login med MitID", "Du afbrød dit login.", "Prøv igen"},
		"da":                        {`lang="da"`, "Login med MitID"},
		"da-DK,da;q=0.9,en":         {`lang="da"`},
		"en-GB,en;q=0.9,da;q=0.8":   {`lang="en"`, "Logging on with MitID", "You cancelled your login.", "Try again"},
		"en;q=0.5, da;q=0.7":        {`lang="da"`},
		"de, en;q=0.5":              {`lang="en"`},
		"de":                        {`lang="en"`},
		"kl":                        {`lang="da"`},
		"da;q=0, en":                {`lang="en"`},
		"da;q=2, en;q=NaN":          {`lang="en"`},
		strings.Repeat("en,", 2000): {`lang="da"`},
	} {
		b := s.browser()
		begun := b.get("/login?return=" + "/in/skema%3Fa=1%26b=2%22")
		p := b.do("GET", "/callback?error=access_denied&error_description="+strings.Repeat("%3Cscript%3E%0D%0A", 600)+"&state="+begun.handle(), "", "Accept-Language", lang)
		require.Equal(t, http.StatusForbidden, p.StatusCode)
		for _, w := range want {
			assert.Contains(t, p.body, w, lang)
		}
		assert.Contains(t, p.body, `<a href="/in/skema?a=1&amp;b=2%22">`)
		assert.NotContains(t, p.body, "script")
		assertStrict(t, p)
		assert.Contains(t, p.Header.Get("Content-Security-Policy"), "style-src 'nonce-")
	}
}

// assertStrict looks for a page that nobody can frame, cache or put a script into.
func assertStrict(t *testing.T, p page) {
	t.Helper()
	policy := p.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} {
		assert.Contains(t, policy, part)
	}
	assert.NotContains(t, policy, "unsafe")
	nonce := regexp.MustCompile(`'nonce-([^']{20,})'`).FindStringSubmatch(policy)
	require.NotNil(t, nonce)
	assert.Contains(t, p.body, `nonce="`+nonce[1]+`"`)
	assert.Equal(t, "no-store", p.Header.Get("Cache-Control"))
	assert.Equal(t, "no-referrer", p.Header.Get("Referrer-Policy"))
	assert.Equal(t, "nosniff", p.Header.Get("X-Content-Type-Options"))
	assert.Equal(t, "text/html; charset=utf-8", p.Header.Get("Content-Type"))
}

func TestBrokerThatWantsAForm(t *testing.T) {
	s := newSite(t, true, func(s *site) { s.form = map[string]string{"SAMLRequest": `PHNhbWw+"<&>æ`, "RelayState": "r"} })
	b := s.browser()
	p := b.do("GET", "/login", "", "Accept-Language", "en")
	require.Equal(t, http.StatusOK, p.StatusCode)
	require.Len(t, p.Cookies(), 1)
	assertStrict(t, p)
	assert.Contains(t, p.body, `<form method="post" action="https://broker.example/authorize?state=`)
	assert.Contains(t, p.body, `<input type="hidden" name="SAMLRequest" value="PHNhbWw&#43;&#34;&lt;&amp;&gt;æ">`)
	assert.Contains(t, p.body, `<noscript><button type="submit">Continue</button></noscript>`)
	assert.Contains(t, p.Header.Get("Content-Security-Policy"), "form-action https:;")
	assert.Contains(t, b.get("/login").body, "Fortsæt")
}

// A return address elsewhere is refused before anything begins.
func TestStartRefusesForeignReturnPaths(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	for _, path := range []string{"/login", "/more"} {
		for _, bad := range []string{"//evil.example", "/%5Cevil.example", "https:evil.example", "https://evil.example", "", "%09//evil.example", "/a&return=/b", "/%zz"} {
			p := b.get(path + "?return=" + bad)
			assert.Equal(t, http.StatusBadRequest, p.StatusCode, bad)
			assert.Equal(t, mitid.InputInvalid, mitid.KindOf(s.lastRefusal()), bad)
			assert.Equal(t, "InputInvalid back to /", p.body)
			assert.Empty(t, p.Cookies())
		}
	}
	assert.Empty(t, s.begun, "the broker heard of it")
}

func TestOnlyAPersonBeginsALogin(t *testing.T) {
	s := newSite(t, true, nil)
	b := s.browser()
	for _, headers := range [][]string{
		{"Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, {"Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"},
		{"Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, {"Sec-Purpose", "prefetch"},
	} {
		p := b.do(http.MethodGet, "/login", "", headers...)
		assert.Equal(t, http.StatusBadRequest, p.StatusCode)
		assert.Empty(t, p.Cookies())
	}
	assert.Empty(t, s.begun)
	assert.Equal(t, http.StatusFound, b.do(http.MethodGet, "/login", "", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document", "Sec-Fetch-Site", "cross-site").StatusCode)
}
