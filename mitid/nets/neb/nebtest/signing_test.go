package nebtest_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

// signer calls the signing APIs as an application does.
type signer struct {
	*caller
	token string
}

func newSigner(t *testing.T, fake *nebtest.Broker) *signer {
	c := newCaller(t, fake)
	e := c.post("/connect/token", url.Values{
		"grant_type": {"client_credentials"}, "scope": {"signtext_api"}, "client_id": {fake.ClientID()}, "client_secret": {fake.ClientSecret().Reveal()},
	}, "")
	require.Equal(t, http.StatusOK, e.status)
	var said struct {
		Token string `json:"access_token"`
		Life  int    `json:"expires_in"`
	}
	require.NoError(t, json.Unmarshal(e.body, &said))
	require.Equal(t, 3600, said.Life)
	return &signer{c, said.Token}
}

func (s *signer) api(method, path string, body any) (int, map[string]any) {
	s.Helper()
	raw, err := json.Marshal(body)
	require.NoError(s, err)
	e := s.do(s.plain, method, strings.TrimSuffix(s.fake.Issuer(), "/op")+"/transactionsigning/api"+path, "application/json", "Bearer "+s.token, raw)
	said := map[string]any{}
	if len(e.body) > 0 && e.body[0] == '{' {
		require.NoError(s, json.Unmarshal(e.body, &said), string(e.body))
	} else if len(e.body) > 0 && e.body[0] == '[' {
		said["list"] = string(e.body)
	}
	return e.status, said
}

type object = map[string]any

func danish(lines ...string) string {
	return base64.StdEncoding.EncodeToString(fakepdf.New(fakepdf.Page{Lines: append([]string{"Aftale på Ærø"}, lines...)}))
}

// The wire of a workflow, by the vendor's example.
func TestWorkflowWire(t *testing.T) {
	fake := nebtest.New(t)
	s := newSigner(t, fake)
	const path = "/workflows/12345674"
	status, made := s.api(http.MethodPost, path, object{"title": "Lejemål", "expiresAt": fake.Now().Add(time.Hour).Format(time.RFC3339), "showStartOverviewPage": true,
		"pdfList": []object{{"title": "Aftale", "pdfBase64": danish("1")}, {"title": "Bilag & æøå", "pdfBase64": danish("2")}}})
	require.Equal(t, http.StatusOK, status)
	id := made["workflowId"].(string)

	status, text := s.api(http.MethodPost, path+"/signtextid", object{"workflowId": id, "signerName": "Åse", "signerTitle": "lejer", "requiredClaims": object{"idp": "mitid"}})
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, id, text["workflowId"])
	signtext := text["signtextId"].(string)

	status, told := s.api(http.MethodPost, path+"/"+id+"/pades", object{"workflowId": id})
	require.Equal(t, http.StatusBadRequest, status, "nobody has signed")
	require.NotEmpty(t, told["errorMessage"])

	page := &clicker{caller: newCaller(t, fake)}
	page.open("scope", "openid mitid transaction_token", "signtext_id", signtext, "prompt", "login", "language", "da", "idp_params", `{"mitid":{"action_text":"SIGN"}}`)
	assert.Contains(t, page.page, "Underskriv")
	links := regexp.MustCompile(`<a href="(/fake/document/[0-9a-f]+)"[^>]*data-testid="document-\d">([^<]*)<`).FindAllStringSubmatch(page.page, -1)
	require.Len(t, links, 2)
	assert.Equal(t, "Bilag &amp; æøå", links[1][2])
	shown := page.do(page.plain, http.MethodGet, strings.TrimSuffix(fake.Issuer(), "/op")+links[0][1], "", "", nil)
	assert.Equal(t, "application/pdf", shown.header.Get("Content-Type"))
	assert.True(t, strings.HasPrefix(string(shown.body), "%PDF-"))
	page.send("do", "person", "citizen", "1")
	require.Contains(t, page.to, "code=")

	status, told = s.api(http.MethodGet, path+"/"+id, nil)
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, "DK12345674", told["organizationTin"])
	one := told["signatures"].([]any)[0].(object)
	assert.Equal(t, "Åse", one["serviceProvidedSignerName"])
	claims := one["userClaims"].(object)
	assert.Equal(t, "mitid", claims["idp"])
	assert.NotContains(t, claims, "mitid.date_of_birth")

	status, told = s.api(http.MethodGet, path, nil)
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, told["list"], id)
	_, told = s.api(http.MethodGet, "/workflows/87654321", nil)
	assert.Equal(t, "[]", told["list"], "another organisation's")

	for _, filter := range []string{"", "Restricted", "IncludeAgeClaims", "All"} {
		status, told = s.api(http.MethodPost, path+"/"+id+"/pades", object{"workflowId": id, "workflowTokenClaimParameters": object{"claimOutputFilter": filter}})
		require.Equal(t, http.StatusOK, status, filter)
		assert.Equal(t, object{"ocspReponseIncluded": true, "documentCount": 2.0, "signatureCount": 1.0}, told["workflowResultInfo"])
		assert.NotEmpty(t, told["padesDocument"].(object)["padesB64"])
	}
	status, told = s.api(http.MethodGet, path+"/"+id+"/workflowtoken", nil)
	require.Equal(t, http.StatusOK, status)
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(told["workflowToken"].(string), ".")[1])
	require.NoError(t, err)
	var token map[string]any
	require.NoError(t, json.Unmarshal(payload, &token))
	assert.Equal(t, "2", token["documents_signed_number"])
	assert.Contains(t, token["document_2"], `"title":"Bilag & æøå"`)
	assert.Contains(t, token["signature_1"], `"mitid.uuid"`)
	assert.Contains(t, told["publicSigningCertPem"], "BEGIN CERTIFICATE")

	fake.Reset()
	status, _ = s.api(http.MethodGet, path, nil)
	assert.Equal(t, http.StatusUnauthorized, status, "a token of before")
	_, told = newSigner(t, fake).api(http.MethodGet, path, nil)
	assert.Equal(t, "[]", told["list"], "a workflow of before")
}

// A session answers without showing a document: its transaction token says so.
func TestASessionSignsNothing(t *testing.T) {
	fake := nebtest.New(t)
	s := newSigner(t, fake)
	status, made := s.api(http.MethodPost, "/v2/signtext", object{"SignTextType": "pdf", "SignTextBase64": danish()})
	require.Equal(t, http.StatusOK, status)
	id := made["signTextId"].(string)
	c := newCaller(t, fake)
	fake.Next(mitidtest.Approve(fake.Citizens()[0]))
	signed := c.login("scope", "openid mitid transaction_token", "signtext_id", id)
	token := receiptOf(t, signed)
	assert.Equal(t, "pdf", token["transaction_text_type"])
	assert.NotEmpty(t, token["mitid.transaction_text_sha256"])
	assert.NotContains(t, token, "transaction_text", "a document does not come back")
	again := receiptOf(t, c.login("scope", "openid mitid transaction_token", "signtext_id", id))
	assert.NotContains(t, again, "transaction_text_sha256")
	assert.Equal(t, "mitid.reuse_jwt", again["transaction_actions"])
	fake.Next(mitidtest.Approve(fake.Citizens()[0]))
	forced := receiptOf(t, c.login("scope", "openid mitid transaction_token", "signtext_id", id, "prompt", "login"))
	assert.Contains(t, forced, "transaction_text_sha256")

	status, made = s.api(http.MethodPost, "/v2/signtext", object{"SignTextType": "html", "SignTextBase64": base64.StdEncoding.EncodeToString([]byte("<p>Jeg køber <b>Ærø</b></p>"))})
	require.Equal(t, http.StatusOK, status)
	page := &clicker{caller: newCaller(t, fake)}
	page.open("scope", "openid mitid transaction_token", "signtext_id", made["signTextId"].(string), "language", "da")
	link := regexp.MustCompile(`/fake/document/[0-9a-f]+`).FindString(page.page)
	shown := page.do(page.plain, http.MethodGet, strings.TrimSuffix(fake.Issuer(), "/op")+link, "", "", nil)
	assert.Equal(t, "<p>Jeg køber <b>Ærø</b></p>", string(shown.body))
	assert.Contains(t, shown.header.Get("Content-Security-Policy"), "sandbox")

	status, told := s.api(http.MethodPost, "/v1/pades", object{"JwtTransactionTokensSerialized": "æ"})
	assert.Equal(t, http.StatusBadRequest, status)
	assert.NotEmpty(t, told["errorMessage"])
}

func TestSigningRefusals(t *testing.T) {
	fake := nebtest.New(t)
	s := newSigner(t, fake)
	for _, c := range []struct {
		method, path string
		body         any
		want         int
	}{
		{"POST", "/v2/signtext", object{"SignTextType": "odt", "SignTextBase64": "w6Y="}, 400},
		{"POST", "/v2/signtext", object{"SignTextType": "text", "SignTextBase64": "æ"}, 400},
		{"POST", "/v2/signtext", "x", 400},
		{"GET", "/v2/signtext", nil, 405},
		{"POST", "/v3/signtext", nil, 404},
		{"GET", "/workflows/1", nil, 404},
		{"GET", "/workflows/12345674/x", nil, 404},
		{"PUT", "/workflows/12345674/x", nil, 404},
		{"POST", "/workflows/12345674", object{"title": "x"}, 400},
		{"POST", "/workflows/12345674", object{"pdfList": []object{{"title": "x", "pdfBase64": danish()}}, "expiresAt": "2020-01-01T00:00:00Z"}, 400},
		{"POST", "/workflows/12345674", object{"pdfList": []object{{"title": "x", "pdfBase64": "æ"}}, "expiresAt": "2999-01-01T00:00:00Z"}, 400},
		{"POST", "/workflows/12345674/signtextid", object{"workflowId": "x"}, 404},
	} {
		status, _ := s.api(c.method, c.path, c.body)
		assert.Equal(t, c.want, status, c.method+" "+c.path)
	}
	fake.Configure(func(c *nebtest.Settings) { c.WorkflowWrite = false })
	status, _ := s.api("POST", "/workflows/12345674", object{})
	assert.Equal(t, http.StatusForbidden, status)
	status, _ = s.api("GET", "/workflows/12345674", nil)
	assert.Equal(t, http.StatusOK, status)
	fake.Advance(2 * time.Hour)
	status, _ = s.api("GET", "/workflows/12345674", nil)
	assert.Equal(t, http.StatusUnauthorized, status, "the token has ended")
}

// receiptOf returns the claims of the transaction token of a login.
func receiptOf(t *testing.T, l *login) map[string]any {
	t.Helper()
	parts := strings.Split(l.token.text("transaction_token"), ".")
	require.Len(t, parts, 3, string(l.token.body))
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	var said map[string]any
	require.NoError(t, json.Unmarshal(payload, &said))
	return said
}
