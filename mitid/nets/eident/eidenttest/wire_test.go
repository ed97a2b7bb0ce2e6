package eidenttest_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// merchant is somebody who speaks to a fake E-Ident by hand.
type merchant struct {
	*testing.T
	fake   *eidenttest.Broker
	origin string
}

func newMerchant(t *testing.T) *merchant {
	fake := eidenttest.New(t)
	return &merchant{t, fake, strings.TrimSuffix(fake.Issuer(), "/oidc")}
}

// query is a request that the fake accepts, changed by pairs of name and value; an
// empty value removes the name.
func (m *merchant) query(change ...string) url.Values {
	q := url.Values{
		"client_id": {m.fake.ClientID()}, "redirect_uri": {redirectURL}, "response_type": {"code"}, "scope": {"openid profile"},
		"amr_values": {"mitid"}, "loa_value": {"substantial"}, "state": {"state-1"}, "nonce": {"nonce-1"},
	}
	for i := 0; i+1 < len(change); i += 2 {
		if q.Set(change[i], change[i+1]); change[i+1] == "" {
			q.Del(change[i])
		}
	}
	return q
}

// start walks to the callback and returns its parameters.
func (m *merchant) start(q url.Values, as ...mitidtest.Outcome) url.Values {
	m.Helper()
	cb, err := mitidtest.Walk(m.Context(), m.fake, &mitid.Redirect{URL: m.origin + "/its/index.html?" + q.Encode()}, as...)
	require.NoError(m, err)
	values, err := url.ParseQuery(cb.RawQuery)
	require.NoError(m, err)
	return values
}

// ask makes one request and follows nothing.
func (m *merchant) ask(method, path string, form url.Values, bearer string) (int, string) {
	m.Helper()
	req, err := http.NewRequestWithContext(m.Context(), method, m.origin+path, strings.NewReader(form.Encode()))
	require.NoError(m, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, body := do(m.T, m.fake, req)
	return res.StatusCode, body
}

func (m *merchant) redeem(code string, change ...string) (int, string) {
	m.Helper()
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURL},
		"client_id": {m.fake.ClientID()}, "client_secret": {m.fake.ClientSecret().Reveal()},
	}
	for i := 0; i+1 < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	return m.ask(http.MethodPost, "/oidc/token", form, "")
}

// token logs somebody in and returns the payload of the ID token.
func (m *merchant) token(q url.Values, as ...mitidtest.Outcome) string {
	m.Helper()
	status, body := m.redeem(m.start(q, as...).Get("code"))
	require.Equal(m, http.StatusOK, status, body)
	return payload(m.T, body)
}

func TestAddresses(t *testing.T) {
	m := newMerchant(t)
	require.True(t, strings.HasSuffix(m.fake.Issuer(), "/oidc"))
	_, body := m.ask(http.MethodGet, "/oidc/.well-known/openid-configuration", nil, "")
	assert.Contains(t, body, `"authorization_endpoint":"`+m.origin+`/its/index.html"`, "outside the issuer's path")
	assert.NotContains(t, body, "end_session_endpoint")
	assert.NotContains(t, body, "pushed_authorization_request_endpoint")
	for path, want := range map[string]int{
		"/oidc/jwks": 200, "/differences": 200, "/oidc/userinfo": 401, "/oidc/authorize": 404, "/.well-known/openid-configuration": 404, "/its/index.html": 400,
	} {
		status, _ := m.ask(http.MethodGet, path, nil, "")
		assert.Equal(t, want, status, path)
	}
	for _, d := range m.fake.Differences() {
		assert.NotEmpty(t, d)
	}
}

func TestToken(t *testing.T) {
	at := time.Date(2026, 1, 1, 10, 0, 2, 0, time.UTC)
	fake, err := eidenttest.Start(mitidtest.Config{Now: func() time.Time { return at }})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	fake.AllowRedirect(redirectURL)
	m := &merchant{t, fake, strings.TrimSuffix(fake.Issuer(), "/oidc")}
	got := m.token(m.query("scope", "openid profile ssn nemid.pid", "reference_text", "Køb på Ærø"))
	cut := func(name string, n int) string {
		_, rest, ok := strings.Cut(got, `"`+name+`":"`)
		require.True(t, ok, name)
		return rest[:n]
	}
	const uuid = "74ffcd31-fbaf-4c33-bdac-169f25c1e416"
	assert.Equal(t, `{"iss":"`+fake.Issuer()+`","aud":"MER2","sub":"mitid:`+uuid+`","mitid.uuid":"`+uuid+`","pid":"`+uuid+`","amr":["mitid"],"mitid_amr":["code_app"],`+
		`"acr":"urn:eident:cert:eidas:high","aal":"https://data.gov.dk/concept/core/nsis/Substantial","ial":"https://data.gov.dk/concept/core/nsis/Substantial",`+
		`"loa":"https://data.gov.dk/concept/core/nsis/Substantial","identity_type":"private","mitid_transactionid":"`+cut("mitid_transactionid", 36)+`",`+
		`"name":"Ditlev Von Testesen","birthdate":"1927-01-21","dk_ssn":"2101270087","ssn":"2101270087","nemid.pid":"`+cut("nemid.pid", 24)+`",`+
		`"reference_text":"Køb på Ærø","nonce":"nonce-1","auth_time":1767261602,"jti":"`+cut("jti", 32)+`","iat":1767261602,"exp":1767262502}`, got)
}

func TestLevels(t *testing.T) {
	m := newMerchant(t)
	const nsis = "https://data.gov.dk/concept/core/nsis/"
	for want, q := range map[string]url.Values{
		`"loa":"` + nsis + `High"`:           m.query("loa_value", "high"),
		`"mitid_amr":["code_app_enchanced"]`: m.query("loa_value", "", "acr_values", "urn:eident:acrp:level:high"),
		`"aal":"` + nsis + `High"`:           m.query("loa_value", "", "aal_value", "high"),
		`"aal":"` + nsis + `Substantial"`:    m.query("loa_value", "substantial", "aal_value", "high"),
		`"loa":"` + nsis + `Substantial"`:    m.query("loa_value", ""),
		`"acr":"urn:eident:cert:eidas:high"`: m.query("loa_value", "low"),
	} {
		assert.Contains(t, m.token(q), want)
	}
	low := m.token(m.query("loa_value", "high"), mitidtest.Approve(mitidtest.PasswordUser()))
	assert.Contains(t, low, `"mitid_amr":["password"],"acr":"urn:eident:cert:eidas:high","aal":"`+nsis+`Low","ial":"`+nsis+`Substantial","loa":"`+nsis+`Low"`)
}

func TestErhverv(t *testing.T) {
	m := newMerchant(t)
	business := m.query("amr_values", "mitid:mitid_erhverv", "scope", "openid profile organisation")
	employee := m.token(business, mitidtest.Approve(mitidtest.CompanyEmployee()))
	assert.Contains(t, employee, `"amr":["mitid:mitid_erhverv"],"mitid_amr":["mitid:code_app"]`)
	assert.Contains(t, employee, `"identity_type":"professional"`)
	assert.Contains(t, employee, `"nemlogin.org_name":"Smørrebrød & Søn ApS"`)
	assert.Contains(t, employee, `"nemlogin.email":""`, "claims may be empty")
	for _, absent := range []string{"mitid_transactionid", "dk_ssn", "auth_to_repr", "authorized_to_represent"} {
		assert.NotContains(t, employee, absent)
	}
	signatory := m.token(business, mitidtest.Approve(mitidtest.CompanySignatory()))
	assert.Contains(t, signatory, `"authorized_to_represent":"12345674","nemlogin.auth_to_repr":"12345674"`)
	business.Set("scope", "openid")
	assert.NotContains(t, m.token(business, mitidtest.Approve(mitidtest.CompanySignatory())), "authorized_to_represent")
	assert.Equal(t, "blankcvr", m.start(business, mitidtest.Approve(mitidtest.Ditlev())).Get("error"))
	asked := m.query("amr_values", "mitid:mitid_erhverv", "scope", "openid ssn")
	assert.Contains(t, m.token(asked, mitidtest.Approve(mitidtest.CompanyEmployee())), `"dk_ssn"`, "employees are asked too")
	for _, both := range []string{"mitid,mitid:mitid_erhverv", "mitid mitid:mitid_erhverv", ""} {
		q := m.query("amr_values", both)
		assert.Contains(t, m.token(q, mitidtest.Approve(mitidtest.CompanyEmployee())), `"identity_type":"private"`)
		assert.Contains(t, m.token(q, mitidtest.Approve(mitidtest.CompanyEmployee()).For("87654320")), `Blåbær og Ærter A/S`)
	}
}

// TestRefusals: limits are enforced, and errors go home only where the
// request names somebody who may have them.
func TestRefusals(t *testing.T) {
	m := newMerchant(t)
	for want, qs := range map[string][]url.Values{
		"invalid_request": {
			m.query("reference_text", strings.Repeat("æ", 131)), m.query("transactiontext", strings.Repeat("ø", 601)),
			m.query("transactiontext", "x", "transactiontext_type", "pdf"), m.query("loa_value", "High"), m.query("acr_values", "substantial"),
			m.query("amr_values", "bankid_no"), m.query("prompt", "consent"), m.query("max_age", "snart"), m.query("transaction_id", "x"),
			m.query("transactiontext", "<p onclick=alert(1)>Æ</p>", "transactiontext_type", "html"), m.query("code_challenge", "x", "code_challenge_method", "S512"),
			m.query("reference_text", "\xff"),
		},
		"invalid_scope":             {m.query("scope", "profile"), m.query("scope", "openid address")},
		"unsupported_response_type": {m.query("response_type", "id_token")},
		"login_required":            {m.query("prompt", "none")},
		"access_denied":             {m.query("transaction_id", "617b5cdc6fb84f16a6022e328d970bb7", "scope", "openid ssn")},
	} {
		for _, q := range qs {
			assert.Equal(t, want, m.start(q).Get("error"), q.Encode())
		}
	}
	for _, q := range []url.Values{
		m.query("reference_text", strings.Repeat("æ", 130), "transactiontext", strings.Repeat("ø", 600)),
		m.query("reference_text", base64.StdEncoding.EncodeToString([]byte(strings.Repeat("æ", 130)))),
	} {
		assert.NotEmpty(t, m.start(q).Get("code"))
	}
	twice := m.query()
	twice.Add("state", "state-2")
	for _, q := range []url.Values{m.query("client_id", "MER3"), m.query("redirect_uri", "https://evil.test/"), twice} {
		status, page := m.ask(http.MethodGet, "/its/index.html?"+q.Encode(), nil, "")
		assert.Equal(t, http.StatusBadRequest, status)
		assert.NotContains(t, page, "evil")
	}
	assert.Equal(t, "match_ssn_error", m.start(m.query("scope", "openid ssn"), mitidtest.Approve(mitidtest.Ditlev()).Typing(mitidtest.Paiman().CPR)).Get("error"))
	assert.Equal(t, "access_denied", m.start(m.query(), mitidtest.Abort()).Get("error"))
}

// TestCodes: one use, one client, one proof; a second use takes back what the
// first one brought.
func TestCodes(t *testing.T) {
	m := newMerchant(t)
	code := m.start(m.query()).Get("code")
	status, body := m.redeem(code)
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, []string{"access_token", "token_type", "expires_in", "scope", "id_token"}, names(t, body))
	var answer struct {
		Access string `json:"access_token"`
		Claims struct{ JTI string }
	}
	decode(t, body, &answer)
	decode(t, payload(t, body), &answer.Claims)
	status, info := m.ask(http.MethodGet, "/oidc/userinfo", nil, answer.Access)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, info, `"sub":"mitid:`)
	assert.NotContains(t, info, "nonce")

	step := m.query("transaction_id", answer.Claims.JTI, "scope", "openid ssn")
	assert.NotEmpty(t, m.start(step).Get("code"))
	status, body = m.redeem(code)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, body, "invalid_grant")
	status, _ = m.ask(http.MethodGet, "/oidc/userinfo", nil, answer.Access)
	assert.Equal(t, http.StatusUnauthorized, status, "revoked")
	assert.Equal(t, "access_denied", m.start(step).Get("error"), "revoked")

	for _, change := range [][]string{{"redirect_uri", redirectURL + "/"}, {"code_verifier", "x"}} {
		status, body = m.redeem(m.start(m.query()).Get("code"), change...)
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Contains(t, body, "invalid_grant")
	}
	for _, change := range [][]string{{"client_secret", "x"}, {"client_id", "MER3"}, {"client_secret", m.fake.ClientSecret().Reveal() + "1"}} {
		status, body = m.redeem(m.start(m.query()).Get("code"), change...)
		assert.Equal(t, http.StatusUnauthorized, status)
		assert.NotContains(t, body, m.fake.ClientSecret().Reveal())
	}
	status, _ = m.redeem(m.start(m.query("code_challenge", "abc", "code_challenge_method", "plain")).Get("code"), "code_verifier", "abc")
	assert.Equal(t, http.StatusOK, status, "PKCE plain")
	m.fake.Advance(2 * time.Minute)
	late := m.start(m.query()).Get("code")
	m.fake.Advance(61 * time.Second)
	status, _ = m.redeem(late)
	assert.Equal(t, http.StatusBadRequest, status, "codes expire")
}

// TestStepUp: a transaction is remembered as long as its ID token lives.
func TestStepUp(t *testing.T) {
	m := newMerchant(t)
	first := m.token(m.query(), mitidtest.Approve(mitidtest.Paiman()))
	var one, two struct {
		JTI  string
		Auth int64 `json:"auth_time"`
		SSN  string
	}
	decode(t, first, &one)
	require.Regexp(t, "^[0-9a-f]{32}$", one.JTI)
	step := m.query("transaction_id", one.JTI, "scope", "openid ssn", "amr_values", "", "loa_value", "", "nonce", "nonce-2")
	m.fake.Advance(14*time.Minute + 58*time.Second)
	second := m.token(step, mitidtest.Approve(mitidtest.Paiman()))
	decode(t, second, &two)
	assert.Equal(t, one.Auth, two.Auth, "nobody logged in again")
	assert.NotEqual(t, one.JTI, two.JTI)
	assert.Equal(t, "2712589100", two.SSN)
	assert.Contains(t, second, `"nonce":"nonce-2"`)
	m.fake.Advance(2 * time.Second)
	assert.Equal(t, "access_denied", m.start(step).Get("error"))
	m.fake.Configure(func(s *eidenttest.Settings) { s.LateError = "idexpired" })
	assert.Equal(t, "idexpired", m.start(step).Get("error"))
}

func TestStartRefusesNetworkAddresses(t *testing.T) {
	_, err := eidenttest.Start(mitidtest.Config{Addr: "0.0.0.0:0"})
	require.Error(t, err, "loopback only")
}

func TestScriptsOfOtherOriginsAreShutOut(t *testing.T) {
	fake := eidenttest.New(t)
	allowed := func() string {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fake.Issuer()+"/.well-known/openid-configuration", nil)
		require.NoError(t, err)
		req.Header.Set("Origin", "http://localhost:1")
		res, _ := do(t, fake, req)
		return res.Header.Get("Access-Control-Allow-Origin")
	}
	assert.Empty(t, allowed())
	fake.Configure(func(s *eidenttest.Settings) { s.CrossOrigin = true })
	assert.Equal(t, "*", allowed())
	assert.Empty(t, fake.PublicClientID())
}

const redirectURL = "https://app.example/callback"

func do(t *testing.T, fake *eidenttest.Broker, req *http.Request) (*http.Response, string) {
	t.Helper()
	res, err := fake.HTTPClient().Transport.RoundTrip(req)
	require.NoError(t, err)
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return res, string(text)
}

// payload returns the ID token's payload from a token answer.
func payload(t *testing.T, body string) string {
	t.Helper()
	var answer struct {
		IDToken string `json:"id_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(answer.IDToken, ".")[1])
	require.NoError(t, err)
	return string(payload)
}

// names returns the member names of a JSON object, in order.
func names(t *testing.T, object string) (all []string) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(object))
	_, err := d.Token()
	require.NoError(t, err)
	for d.More() {
		name, err := d.Token()
		require.NoError(t, err)
		all = append(all, name.(string))
		var value json.RawMessage
		require.NoError(t, d.Decode(&value))
	}
	return all
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), into))
}
