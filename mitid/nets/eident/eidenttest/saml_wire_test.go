package eidenttest_test

import (
	"flag"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// samlMerchant is somebody who speaks SAML to a fake E-Ident by hand.
type samlMerchant struct {
	*testing.T
	fake *eidenttest.Broker
}

func newSAMLMerchant(t *testing.T, cfg mitidtest.Config) *samlMerchant {
	t.Helper()
	fake, err := eidenttest.StartSAML(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	fake.Configure(func(s *eidenttest.Settings) { s.ArtifactReceiver = redirectURL })
	return &samlMerchant{t, fake}
}

func (m *samlMerchant) address(change ...string) string {
	q := url.Values{"mid": {m.fake.ClientID()}, "TARGET": {"mål-1"}, "forcepkivendor": {"mitid"}, "status": {redirectURL + "?TARGET=m&status="}}
	for i := 0; i+1 < len(change); i += 2 {
		if q.Set(change[i], change[i+1]); change[i+1] == "" {
			q.Del(change[i])
		}
	}
	return m.fake.Origin() + "/its/index.html?" + q.Encode()
}

// artifact walks to the callback and returns the artifact.
func (m *samlMerchant) artifact(as mitidtest.Outcome, change ...string) string {
	m.Helper()
	cb, err := mitidtest.Walk(m.Context(), m.fake, &mitid.Redirect{URL: m.address(change...)}, as)
	require.NoError(m, err)
	values, err := url.ParseQuery(cb.RawQuery)
	require.NoError(m, err)
	require.Equal(m, "mål-1", values.Get("TARGET"))
	require.Len(m, values["SAMLart"], 1)
	return values.Get("SAMLart")
}

const soapRequest = `<?xml version="1.0" encoding="UTF-8"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>` +
	`<Request xmlns="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" RequestID="_1" IssueInstant="2026-01-01T10:00:00Z">` +
	`<AssertionArtifact>ARTIFACT</AssertionArtifact></Request></S:Body></S:Envelope>`

// fetch posts a request for an assertion.
func (m *samlMerchant) fetch(body, password string) (*http.Response, string) {
	m.Helper()
	req, err := http.NewRequestWithContext(m.Context(), http.MethodPost, m.fake.Origin()+"/saml1resp/getassertion", strings.NewReader(body))
	require.NoError(m, err)
	req.Header.Set("Content-Type", "text/xml")
	req.SetBasicAuth(m.fake.ClientID(), password)
	return do(m.T, m.fake, req)
}

// TestSAMLAnswer: a whole answer, with what is random masked.
func TestSAMLAnswer(t *testing.T) {
	at := time.Date(2026, 1, 1, 10, 0, 2, 0, time.UTC)
	m := newSAMLMerchant(t, mitidtest.Config{Now: func() time.Time { return at }})
	for name, as := range map[string]mitidtest.Outcome{
		"private":   mitidtest.Approve(mitidtest.Ditlev()),
		"employee":  mitidtest.Approve(mitidtest.CompanyEmployee()).For("12345674"),
		"signatory": mitidtest.Approve(mitidtest.CompanySignatory()).For("12345674"),
	} {
		t.Run(name, func(t *testing.T) {
			change := []string{"returnssn", "true", "return_nemid_pid", "true", "reference_text", "Køb på Ærø", "transactiontext", "<p>Åse</p>", "transactiontext_type", "html"}
			if name != "private" {
				change = append(change, "forcepkivendor", "mitid:mitid_erhverv")
			}
			art := m.artifact(as, change...)
			require.Len(t, art, 56, "type 1")
			res, body := m.fetch(strings.Replace(soapRequest, "ARTIFACT", art, 1), m.fake.ClientSecret().Reveal())
			require.Equal(t, http.StatusOK, res.StatusCode)
			require.Equal(t, "text/xml; charset=utf-8", res.Header.Get("Content-Type"))
			body = strings.ReplaceAll(body, m.fake.Origin(), "ORIGIN")
			for pattern, with := range map[string]string{
				`TI2-[0-9a-f]{32}`: "TI2-(random)", `R-[0-9a-f]{32}`: "R-(random)", `(<ds:Signature .*</ds:Signature>)`: "<ds:Signature>(…)</ds:Signature>",
				`(AttributeName="MITID_TRANSACTIONID"[^>]*><saml:AttributeValue>)[^<]*`: "$1(random)",
			} {
				body = regexp.MustCompile(pattern).ReplaceAllString(body, with)
			}
			got := strings.ReplaceAll(body, "><", ">\n<") + "\n"
			file := filepath.Join("testdata", "saml", name+".xml")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

// TestSAMLAssertionService: who may ask, how, and how often.
func TestSAMLAssertionService(t *testing.T) {
	m := newSAMLMerchant(t, mitidtest.Config{})
	password := m.fake.ClientSecret().Reveal()
	art := m.artifact(mitidtest.Approve(mitidtest.Paiman()))
	right := strings.Replace(soapRequest, "ARTIFACT", art, 1)

	res, body := m.fetch(right, password+"1")
	assert.Equal(t, http.StatusUnauthorized, res.StatusCode)
	assert.Equal(t, `Basic realm="E-Ident"`, res.Header.Get("WWW-Authenticate"))
	assert.Empty(t, body)
	for title, bad := range map[string]string{
		"no XML":            "æøå",
		"no envelope":       "<a/>",
		"no RequestID":      strings.Replace(right, `RequestID="_1" `, "", 1),
		"no IssueInstant":   strings.Replace(right, `IssueInstant="2026-01-01T10:00:00Z"`, "", 1),
		"another version":   strings.Replace(right, `MajorVersion="1"`, `MajorVersion="2"`, 1),
		"two artifacts":     strings.Replace(right, "</Request>", "<AssertionArtifact>"+art+"</AssertionArtifact></Request>", 1),
		"another namespace": strings.Replace(right, "SAML:1.0:protocol", "SAML:2.0:protocol", 1),
	} {
		res, body := m.fetch(bad, password)
		assert.Equal(t, http.StatusInternalServerError, res.StatusCode, title)
		assert.Contains(t, body, "<faultcode>soapenv:Client</faultcode>", title)
	}
	_, body = m.fetch(right, password)
	assert.Contains(t, body, "Paiman Petersen", "the refused requests have used nothing up")
	_, body = m.fetch(right, password)
	assert.Contains(t, body, "<samlp:StatusMessage>artifact_invalidated</samlp:StatusMessage>")
	login := m.fake.Logins()[0]
	assert.Equal(t, mitidtest.LoginCompleted, login.State)
	assert.Equal(t, "the app redeemed the code a second time, and was refused: artifact_invalidated", login.Why)
	_, body = m.fetch(strings.Replace(soapRequest, "ARTIFACT", "AAE=", 1), password)
	assert.Contains(t, body, "assertion_notfound")
	assert.NotContains(t, body, "<saml:Assertion")
	for method, want := range map[string]int{http.MethodGet: 405, http.MethodPut: 405} {
		req, err := http.NewRequestWithContext(t.Context(), method, m.fake.Origin()+"/saml1resp/getassertion", nil)
		require.NoError(t, err)
		res, _ := do(t, m.fake, req)
		assert.Equal(t, want, res.StatusCode)
	}
}

// TestSAMLRequestsThatLeadNowhere: nobody is sent to an address that is not registered.
func TestSAMLRequestsThatLeadNowhere(t *testing.T) {
	m := newSAMLMerchant(t, mitidtest.Config{})
	get := func(address string) (*http.Response, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		require.NoError(t, err)
		return do(t, m.fake, req)
	}
	for title, address := range map[string]string{
		"another merchant":       m.address("mid", "MER3"),
		"no TARGET":              m.address("TARGET", ""),
		"a parameter twice":      m.address() + "&mid=MER2",
		"a status of a stranger": m.address("status", "https://evil.invalid/?status="),
	} {
		res, _ := get(address)
		assert.Equal(t, http.StatusBadRequest, res.StatusCode, title)
		assert.Empty(t, res.Header.Get("Location"), title)
	}
	for title, change := range map[string][]string{
		"a level that is none":  {"loa_value", "højest"},
		"an eID that is none":   {"forcepkivendor", "no_bankid"},
		"returnssn neither way": {"returnssn", "ja"},
		"a long reference text": {"reference_text", strings.Repeat("æ", 131)},
		"a script":              {"transactiontext", "<script>", "transactiontext_type", "html"},
	} {
		res, _ := get(m.address(change...))
		assert.Equal(t, redirectURL+"?TARGET=m&status=generalerror", res.Header.Get("Location"), title)
	}
	res, _ := get(m.address("transaction_id", "x", "returnssn", "true"))
	assert.Equal(t, redirectURL+"?TARGET=m&status=idexpired", res.Header.Get("Location"))
	m.fake.Configure(func(s *eidenttest.Settings) { s.ArtifactReceiver = "" })
	res, body := get(m.address())
	assert.Equal(t, http.StatusBadRequest, res.StatusCode)
	assert.Contains(t, body, "ArtifactReceiver")
}

// TestSAMLPages: a human clicks through, and cancels.
func TestSAMLPages(t *testing.T) {
	m := newSAMLMerchant(t, mitidtest.Config{})
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	h := &human{T: t, m: &merchant{t, m.fake, m.fake.Origin()}, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	open := func(change ...string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.address(change...), nil)
		require.NoError(t, err)
		h.take(h.client.Do(req))
	}
	open("locale", "da_DK", "returnssn", "true", "reference_text", "Log på Ærø Bank")
	assert.Contains(t, h.page, "Log på Ærø Bank")
	assert.Contains(t, h.page, "Ditlev Von Testesen")
	h.click("person", "citizen", "0")
	h.click("cpr", "cpr", mitidtest.Ditlev().CPR.Reveal())
	assert.Equal(t, "mål-1", h.answer("TARGET"))
	_, body := m.fetch(strings.Replace(soapRequest, "ARTIFACT", h.answer("SAMLart"), 1), m.fake.ClientSecret().Reveal())
	assert.Contains(t, body, "DK_SSN")
	open()
	h.click("cancel")
	assert.Equal(t, "cancel", h.answer("status"))
}

// TestOneHostSpeaksBothProtocols: whichever the fake was started for.
func TestOneHostSpeaksBothProtocols(t *testing.T) {
	bySAML := newSAMLMerchant(t, mitidtest.Config{ExampleRedirects: true, AnyLoopbackRedirect: true})
	m := &merchant{t, bySAML.fake, bySAML.fake.Origin()}
	bySAML.fake.Next(mitidtest.Approve(mitidtest.Paiman()))
	token := m.token(m.query())
	assert.Contains(t, token, `"iss":"`+bySAML.fake.Origin()+`/oidc"`)
	assert.Contains(t, token, "Paiman Petersen")

	byOIDC := eidenttest.New(t)
	byOIDC.Configure(func(s *eidenttest.Settings) { s.ArtifactReceiver = redirectURL })
	byOIDC.Next(mitidtest.Approve(mitidtest.Paiman()))
	cb, err := mitidtest.Walk(t.Context(), byOIDC, &mitid.Redirect{URL: (&samlMerchant{t, byOIDC}).address()})
	require.NoError(t, err)
	values, err := url.ParseQuery(cb.RawQuery)
	require.NoError(t, err)
	_, body := (&samlMerchant{t, byOIDC}).fetch(strings.Replace(soapRequest, "ARTIFACT", values.Get("SAMLart"), 1), byOIDC.ClientSecret().Reveal())
	assert.Contains(t, body, "Paiman Petersen")
}
