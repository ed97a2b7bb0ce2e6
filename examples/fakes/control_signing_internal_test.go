package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

// order places an order with signatories at the signing service, over its GraphQL API.
func order(t *testing.T, c *caller, signatories ...object) (status int, answer string) {
	t.Helper()
	pdf := base64.StdEncoding.EncodeToString(fakepdf.New(fakepdf.Page{Lines: []string{"Lejekontrakt æøå"}}))
	text, err := json.Marshal(object{
		"query": `mutation c($input: CreateSignatureOrderInput!) { createSignatureOrder(input: $input) { signatureOrder { id signatories { id } } } }`,
		"variables": object{"input": object{
			"title": "Lejekontrakt, Ærøvej 7", "signatories": signatories,
			"documents": []object{{"pdf": object{"title": "Lejekontrakt.pdf", "blob": pdf, "storageMode": "Temporary"}}},
		}},
	})
	require.NoError(t, err)
	at := c.ready.Signatures
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.URL, bytes.NewReader(text))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(at.ClientID, at.ClientSecret)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	var body bytes.Buffer
	_, err = body.ReadFrom(res.Body)
	require.NoError(t, err)
	return res.StatusCode, body.String()
}

func controlsSignatures(t *testing.T, c *caller) {
	_, answer := order(t, c, object{"reference": "lejer-ø"}, object{"reference": "udlejer"}, object{"reference": "vidne"}, object{"reference": "advokat", "signatoryRole": "APPROVER"})
	require.NotContains(t, answer, "errors")
	items := make(map[string]item)
	for _, it := range ask[news](t, c, "GET", "/control/v1/activity?after=0", nil).Items {
		assert.Equal(t, "waiting", it.State)
		assert.Equal(t, "Lejekontrakt, Ærøvej 7", it.What)
		assert.Equal(t, []string{"sign", "reject", "fail"}, it.Actions)
		items[it.Who] = it
	}
	require.Len(t, items, 4)
	people := c.citizens(t)
	act := func(who, action string, body object) item {
		t.Helper()
		return ask[item](t, c, "POST", "/control/v1/activity/"+items[who].ID+"/"+action, body)
	}
	signed := act("lejer-ø", "sign", object{"citizen": people["Ditlev Von Testesen"].ID})
	assert.Equal(t, "signed", signed.State)
	assert.Equal(t, "Ditlev Von Testesen", signed.Who)
	assert.Empty(t, signed.Actions)
	rejected := act("udlejer", "reject", object{"citizen": people["Paiman Petersen"].ID, "reason": "Beløbet er forkert"})
	assert.Equal(t, "rejected", rejected.State)
	assert.Contains(t, rejected.Why, "Beløbet er forkert")
	assert.Equal(t, "approved", act("advokat", "sign", object{"citizen": people["Paiman Petersen"].ID}).State)

	paiman := people["Paiman Petersen"].ID
	c.tell(t, "PUT", "/control/v1/citizens/"+paiman+"/always", object{"act": "abort"})
	status, detail := c.send(t, "POST", "/control/v1/activity/"+items["vidne"].ID+"/sign", `{"citizen":"`+paiman+`"}`)
	assert.Equal(t, http.StatusConflict, status)
	assert.Contains(t, detail, "not done")
	failed := act("vidne", "fail", object{"code": "dokumentet kunne ikke forsegles"})
	assert.Equal(t, "failed", failed.State)
	assert.Equal(t, "dokumentet kunne ikke forsegles", failed.Why)

	assert.NotEmpty(t, ask[struct{ Misbehaviours []misbehaviourView }](t, c, "GET", "/control/v1/fakes/signatures/misbehaviours", nil).Misbehaviours)
	f := ask[fakeView](t, c, "POST", "/control/v1/fakes/signatures/misbehaviours", object{"next": []string{"503"}, "operation": "createSignatureOrder"})
	assert.Equal(t, []string{"503"}, f.Planned.Next)
	got, _ := order(t, c)
	assert.Equal(t, http.StatusServiceUnavailable, got)
	c.tell(t, "POST", "/control/v1/fakes/signatures/misbehaviours", object{"always": "503"})
	got, _ = order(t, c)
	assert.Equal(t, http.StatusServiceUnavailable, got)
	c.tell(t, "DELETE", "/control/v1/fakes/signatures/misbehaviours", nil)
	_, answer = order(t, c, object{"reference": "x"})
	require.NotContains(t, answer, "errors")
	c.tell(t, "POST", "/control/v1/clock", object{"seconds": 91 * 24 * 3600})
	assert.Equal(t, "expired", c.latest(t, "signatures").State)
	for body, detail := range map[string]string{
		`{"next":["50"]}`: "no misbehaviour", `{"next":["503"],"operation":"createOrder"}`: "no operation", `{"next":["503"],"letter":"x"}`: "at a distributor",
		`{"always":"503","operation":"closeSignatureOrder"}`: "belongs to next",
	} {
		status, got := c.send(t, "POST", "/control/v1/fakes/signatures/misbehaviours", body)
		assert.GreaterOrEqual(t, status, 400, body)
		assert.Contains(t, got, detail, body)
	}
}

func controlsRequests(t *testing.T, c *caller) {
	_, err := newApp(t, c, "criipto", nil).logIn(t, picks(t, "Ditlev Von Testesen"))
	require.NoError(t, err)
	_, err = letterTo(t, c, "postnord", c.citizens(t)["Paiman Petersen"].CPR)
	require.NoError(t, err)
	_, _ = order(t, c, object{"reference": "æ"})
	requests := func(query string) (all []requestView, text string) {
		for _, f := range fakeNames() {
			_, body := c.do(t, c.request(t, "GET", "/control/v1/fakes/"+f+"/requests"+query, ""))
			var got struct{ Requests []requestView }
			require.NoError(t, json.Unmarshal(body, &got))
			all, text = append(all, got.Requests...), text+string(body)
		}
		return all, text
	}
	hidden, text := requests("")
	i := slices.IndexFunc(hidden, func(q requestView) bool { return q.Path == "/oauth2/token" })
	require.GreaterOrEqual(t, i, 0)
	assert.Equal(t, []string{"authorization_code"}, hidden[i].Parameters["grant_type"])
	assert.Equal(t, []string{"***"}, hidden[i].Parameters["code_verifier"])
	assert.Equal(t, "client_secret_basic", hidden[i].Auth)
	clear, all := requests("?reveal=true")
	code := clear[i].Parameters.Get("code")
	require.NotEmpty(t, code)
	require.NotEqual(t, "***", code)
	for _, secret := range []string{code, clear[i].Parameters.Get("code_verifier"), "Lejekontrakt"} {
		assert.Contains(t, all, secret)
		assert.NotContains(t, text, secret)
	}
}
