package neb_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/neb"
)

func mustUUID(s string) claims.UUID {
	u, err := claims.ParseUUID(s)
	if err != nil {
		panic(err)
	}
	return u
}

var appSwitch = mitid.AppSwitch{Platform: mitid.IOS, ResumeURL: "https://app.example.dk/resume?a=1&b=2"}

// requests are what a Request says, for the golden files.
var requests = map[string]struct {
	request mitid.Request
	config  func(*neb.Config)
}{
	"zero":              {},
	"low-is-raised":     {request: mitid.Request{Level: claims.Low}},
	"high":              {request: mitid.Request{Level: claims.High}},
	"cpr-and-address":   {request: mitid.Request{CPR: mitid.CPRRequired, Address: true, NemIDPID: true}},
	"registered-name":   {request: mitid.Request{CPR: mitid.CPRIfPresent}, config: func(c *neb.Config) { c.RegisteredName = true }},
	"text-and-action":   {request: mitid.Request{Action: mitid.Approve, ReferenceText: "Test reference text"}},
	"text-optional":     {request: mitid.Request{ReferenceText: "Godkend overførsel"}, config: func(c *neb.Config) { c.ReferenceTextOptional = true }},
	"professional":      {request: mitid.Request{Capacity: claims.CapacityProfessional, Organisation: true}},
	"either":            {request: mitid.Request{Capacity: claims.CapacityEither}},
	"fresh-english":     {request: mitid.Request{Fresh: true, Locale: mitid.English}},
	"greenlandic":       {request: mitid.Request{Locale: mitid.Greenlandic}},
	"silent":            {request: mitid.Request{Silent: true, Locale: mitid.Danish}},
	"app-switch":        {request: mitid.Request{AppSwitch: mitid.AppSwitch{Platform: mitid.Android, ResumeURL: "https://app.example.dk/resume?a=1&b=2"}}},
	"uuid":              {request: mitid.Request{UUID: mustUUID(personUUID)}},
	"form-post":         {config: func(c *neb.Config) { c.FormPost = true }},
	"max-age":           {config: func(c *neb.Config) { c.MaxAge = 20 * time.Minute }},
	"userinfo-endpoint": {request: mitid.Request{ReferenceText: "Ærø"}, config: func(c *neb.Config) { c.Source = neb.UserinfoEndpoint }},
	"evidence":          {config: func(c *neb.Config) { c.TransactionToken = true }},
	"sign-text":         {request: mitid.Request{Action: mitid.Sign, TransactionText: mitid.Text{Body: "StubID transaction text one"}}},
	"sign-html":         {request: mitid.Request{TransactionText: mitid.Text{Type: mitid.HTMLText, Body: "<p>Jeg køber Ærø</p>"}}},
	"signed": {request: mitid.Request{Action: mitid.Sign, TransactionText: mitid.Text{Body: "StubID transaction text one"}},
		config: func(c *neb.Config) { c.SignRequests, c.TextCarrier = true, neb.RequestObject }},
	"issuer-with-a-slash": {config: func(c *neb.Config) { c.Issuer += "/" }},
}

// opened shows a request object in place of its text.
func opened(tb testing.TB, q url.Values) url.Values {
	if !q.Has("request") {
		return q
	}
	shown := url.Values{}
	for k, v := range q {
		if k != "request" {
			shown["beside "+k] = v
		}
	}
	parts := strings.Split(q.Get("request"), ".")
	require.Len(tb, parts, 3)
	for i, where := range []string{"header ", ""} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		require.NoError(tb, err)
		var m object
		require.NoError(tb, json.Unmarshal(raw, &m))
		for k, v := range m {
			if n, ok := v.(float64); ok {
				v = fmt.Sprint("now + ", int64(n)-unix(start), " s")
			}
			shown[where+k] = []string{fmt.Sprint(v)}
		}
	}
	return shown
}

// TestAuthorizationRequests holds every parameter that leaves against its golden
// file: what a Request says, in the broker's words.
func TestAuthorizationRequests(t *testing.T) {
	for name, c := range requests {
		t.Run(name, func(t *testing.T) {
			_, q := newWire(t, true, c.config).begin(t, c.request)
			golden(t, "begin/"+name, readable(opened(t, q)))
		})
	}
}

// An attempt that no client has made may have no capacity, which is that of a private
// person.
func TestAttemptWithoutACapacityIsThatOfAPrivatePerson(t *testing.T) {
	w := newWire(t, true, nil)
	_, err := w.broker.Begin(t.Context(), &mitid.Attempt{Handle: "h", Nonce: "n", Verifier: "v", RedirectURL: redirectURL, Level: claims.Substantial})
	require.NoError(t, err)
	require.Equal(t, "mitid", w.pushed.Get("idp_values"))
	require.Equal(t, "openid mitid userinfo_token", w.pushed.Get("scope"))
}

// Without pushed requests the browser carries the same.
func TestRequestsWithoutPAR(t *testing.T) {
	_, q := newWire(t, false, nil).begin(t, mitid.Request{})
	golden(t, "begin/zero", readable(q))

	_, q = newWire(t, false, func(c *neb.Config) { c.SignRequests = true }).begin(t, mitid.Request{AppSwitch: appSwitch})
	golden(t, "begin/signed-in-address", readable(opened(t, q)))

	for field, r := range map[string]mitid.Request{
		"CPRHint":         {CPRHint: cprtest.Number(7)},
		"UUID":            {UUID: mustUUID(personUUID)},
		"TransactionText": {TransactionText: mitid.Text{Body: "Jeg køber Ærø"}},
	} {
		_, err := newWire(t, false, nil).Begin(context.Background(), r)
		require.ErrorIs(t, err, mitid.ErrUnsupported, field)
		require.ErrorContains(t, err, "Request."+field)
		require.NotContains(t, err.Error(), cprtest.Number(7).Reveal())
	}
}

func TestPersonalHintsTravelOnlyInAPushedRequest(t *testing.T) {
	n := cprtest.Number(7)
	w := newWire(t, true, nil)
	rd, q := w.begin(t, mitid.Request{CPRHint: n, UUID: mustUUID(personUUID), CPR: mitid.CPRRequired})
	require.NotContains(t, rd.URL, n.Reveal())
	require.NotContains(t, rd.URL, personUUID)
	require.JSONEq(t, `{"mitid":{"loa_value":"substantial","uuid_hint":"`+personUUID+`","cpr_hint":"`+n.Reveal()+`"}}`, q.Get("idp_params"))
	require.Equal(t, "Basic "+base64.StdEncoding.EncodeToString([]byte(clientID+":"+url.QueryEscape(secret))), w.header.Get("Authorization"))
}

// The worked value of the vendor's page.
func TestIdPParamsAreTheVendorsWorkedValue(t *testing.T) {
	_, q := newWire(t, true, nil).begin(t, mitid.Request{ReferenceText: "Test reference text"})
	require.Equal(t, `{"mitid":{"loa_value":"substantial","reference_text":"VGVzdCByZWZlcmVuY2UgdGV4dA=="}}`, q.Get("idp_params"))
}

func TestSignedRequestsHold(t *testing.T) {
	_, q := newWire(t, true, func(c *neb.Config) { c.SignRequests = true }).begin(t, mitid.Request{})
	signed, sig := cutLast(q.Get("request"))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	require.Equal(t, base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), sig, "HS256 with the client secret")

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for how, change := range map[string]func(*neb.Config){
		"a key of its own":      func(c *neb.Config) { c.RequestKey, c.RequestKeyID = key, "req-2026" },
		"the key of the client": func(c *neb.Config) { c.ClientSecret, c.PrivateKey, c.KeyID = mitid.Secret{}, key, "req-2026" },
		"its own before the one": func(c *neb.Config) {
			c.ClientSecret, c.PrivateKey, c.RequestKey, c.RequestKeyID = mitid.Secret{}, keys().token.key, key, "req-2026"
		},
	} {
		t.Run(how, func(t *testing.T) {
			_, q := newWire(t, true, func(c *neb.Config) { c.SignRequests = true; change(c) }).begin(t, mitid.Request{})
			shown := opened(t, q)
			require.Equal(t, "ES256", shown.Get("header alg"))
			require.Equal(t, "req-2026", shown.Get("header kid"))
			require.Equal(t, clientID, shown.Get("iss"))
			require.Equal(t, issuer, shown.Get("aud"))
		})
	}
}

func cutLast(token string) (signed, sig string) {
	dot := strings.LastIndexByte(token, '.')
	return token[:dot], token[dot+1:]
}

func TestWhatThisBrokerCannotCarryIsRefused(t *testing.T) {
	cvr, err := claims.ParseCVR("13748136")
	require.NoError(t, err)
	for field, r := range map[string]mitid.Request{
		"RevokeCPRConsent": {RevokeCPRConsent: true},
		"CVRHint":          {Capacity: claims.CapacityProfessional, CVRHint: cvr},
		"Organisation":     {Organisation: true},
		"AppSwitch":        {AppSwitch: mitid.AppSwitch{Platform: mitid.IOS}},
		"Silent":           {Silent: true, ReferenceText: "Ærø"},
	} {
		w := newWire(t, true, nil)
		_, err := w.Begin(context.Background(), r)
		require.ErrorIs(t, err, mitid.ErrUnsupported, field)
		require.ErrorContains(t, err, "Request."+field)
		require.ErrorContains(t, err, "neb")
		require.Empty(t, w.calls, "nothing was sent")
	}
}

func TestNewNamesWhatIsWrong(t *testing.T) {
	good := neb.Config{Issuer: issuer, ClientID: "c", ClientSecret: mitid.NewSecret("s")}
	for what, change := range map[string]func(*neb.Config){
		"ClientSecret or PrivateKey": func(c *neb.Config) { c.ClientSecret = mitid.Secret{} },
		"one of":                     func(c *neb.Config) { c.PrivateKey = keys().token.key },
		"ClientID":                   func(c *neb.Config) { c.ClientID = "" },
		"Issuer":                     func(c *neb.Config) { c.Issuer = "http://netseidbroker.dk/op" },
		"Source":                     func(c *neb.Config) { c.Source = 9 },
		"TextCarrier must":           func(c *neb.Config) { c.TextCarrier = 9 },
		"needs SignRequests":         func(c *neb.Config) { c.TextCarrier = neb.RequestObject },
		"RequestKey needs":           func(c *neb.Config) { c.RequestKey = keys().token.key },
		"MaxAge":                     func(c *neb.Config) { c.MaxAge = time.Millisecond },
		"TransactionSubject":         func(c *neb.Config) { c.TransactionSubject = "NEB Transact" },
	} {
		cfg := good
		change(&cfg)
		_, err := neb.New(cfg)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid, what)
		require.ErrorContains(t, err, what)
	}
}
