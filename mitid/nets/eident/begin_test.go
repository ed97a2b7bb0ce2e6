package eident_test

import (
	"context"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/nets/eident"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const (
	host   = "https://www.ident-preprod1.nets.example"
	issuer = host + "/oidc"
)

// discovery is what is known of the real one: the start page lies outside the
// issuer's path.
const discovery = `{"issuer":"` + issuer + `","authorization_endpoint":"` + host + `/its/index.html","token_endpoint":"` + issuer +
	`/token","userinfo_endpoint":"` + issuer + `/userinfo","jwks_uri":"` + issuer + `/jwks"}`

// newWire is a client whose broker answers nothing but discovery.
func newWire(t *testing.T, change func(*eident.Config)) *mitid.Client {
	t.Helper()
	m := httpmock.NewMockTransport()
	m.RegisterResponder("GET", issuer+"/.well-known/openid-configuration", httpmock.NewStringResponder(200, discovery).
		HeaderSet(http.Header{"Content-Type": {"application/json"}}))
	cfg := eident.Config{Issuer: issuer, ClientID: "MER2", ClientSecret: mitid.NewSecret("hemmelig æøå:"), HTTPClient: &http.Client{Transport: m}}
	if change != nil {
		change(&cfg)
	}
	b, err := eident.New(cfg)
	require.NoError(t, err)
	c, err := mitid.New(mitid.Config{Broker: b, RedirectURL: "https://app.example.dk/callback", Now: now})
	require.NoError(t, err)
	return c
}

// asked returns the parameters of a redirect, which must lead to the start page.
func asked(t *testing.T, rd *mitid.Redirect, err error) url.Values {
	t.Helper()
	require.NoError(t, err)
	u, err := url.Parse(rd.URL)
	require.NoError(t, err)
	require.Equal(t, host+"/its/index.html", strings.Split(rd.URL, "?")[0])
	require.Nil(t, rd.Form)
	return u.Query()
}

// readable writes parameters one a line, with the random ones masked.
func readable(q url.Values) string {
	var lines []string
	for k, vs := range q {
		for _, v := range vs {
			if slices.Contains([]string{"state", "nonce", "code_challenge"}, k) {
				v = "(random)"
			}
			lines = append(lines, k+" = "+v)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "begin", name+".txt")
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, name)
}

func mustUUID(s string) claims.UUID {
	u, err := claims.ParseUUID(s)
	if err != nil {
		panic(err)
	}
	return u
}

func mustCVR(s string) claims.CVR {
	c, err := claims.ParseCVR(s)
	if err != nil {
		panic(err)
	}
	return c
}

const someUUID = "74ffcd31-fbaf-4c33-bdac-169f25c1e416"

// TestAuthorizationRequests holds every parameter that leaves against its golden
// file: what a Request says, in the broker's words.
func TestAuthorizationRequests(t *testing.T) {
	text := mitid.Text{Body: "Jeg køber Ærø & Ålborg for 100 kr."}
	html := mitid.Text{Type: mitid.HTMLText, Body: "<h1>Køb</h1><p>Jeg køber <b>Ærø</b>.</p>"}
	base64 := func(c *eident.Config) {
		c.TextEncoding, c.HintEncoding, c.UUIDInURL = eident.Base64, eident.Base64, true
	}
	for name, c := range map[string]struct {
		request mitid.Request
		config  func(*eident.Config)
	}{
		"zero":                {},
		"low-is-raised":       {request: mitid.Request{Level: claims.Low}},
		"high":                {request: mitid.Request{Level: claims.High}},
		"aal":                 {request: mitid.Request{Level: claims.High}, config: func(c *eident.Config) { c.AAL = claims.Substantial }},
		"cpr-required":        {request: mitid.Request{CPR: mitid.CPRRequired}},
		"cpr-if-present":      {request: mitid.Request{CPR: mitid.CPRIfPresent}},
		"no-profile":          {config: func(c *eident.Config) { c.NoProfile = true }},
		"pid":                 {request: mitid.Request{NemIDPID: true}},
		"pid-scope":           {request: mitid.Request{NemIDPID: true}, config: func(c *eident.Config) { c.PIDScope = "nemid_pid" }},
		"professional":        {request: mitid.Request{Capacity: claims.CapacityProfessional, Organisation: true}},
		"either":              {request: mitid.Request{Capacity: claims.CapacityEither}},
		"either-with-a-blank": {request: mitid.Request{Capacity: claims.CapacityEither}, config: func(c *eident.Config) { c.AMRSeparator = " " }},
		"danish":              {request: mitid.Request{Locale: mitid.Danish}},
		"english":             {request: mitid.Request{Locale: mitid.English}},
		"english-by-config":   {config: func(c *eident.Config) { c.Language = mitid.English }},
		"fresh":               {request: mitid.Request{Fresh: true}},
		"reference-text":      {request: mitid.Request{ReferenceText: "Godkend overførsel på 100 kr. til Åse Ærø"}},
		"transaction-text":    {request: mitid.Request{TransactionText: text}},
		"transaction-html":    {request: mitid.Request{TransactionText: html, ReferenceText: "Køb af Ærø"}},
		"base64":              {request: mitid.Request{TransactionText: text, ReferenceText: "Køb af Ærø", UUID: mustUUID(someUUID)}, config: base64},
		"uuid":                {request: mitid.Request{UUID: mustUUID(someUUID)}, config: func(c *eident.Config) { c.UUIDInURL = true }},
		"issuer-with-a-slash": {config: func(c *eident.Config) { c.Issuer += "/" }},
	} {
		t.Run(name, func(t *testing.T) {
			rd, err := newWire(t, c.config).Begin(t.Context(), c.request)
			golden(t, name, readable(asked(t, rd, err)))
		})
	}
}

// TestWhatThisBrokerCannotCarryIsRefused: by name, and without a call.
func TestWhatThisBrokerCannotCarryIsRefused(t *testing.T) {
	uuid := mustUUID(someUUID)
	n := cprtest.Number(7)
	for title, c := range map[string]struct {
		field   string
		request mitid.Request
		config  func(*eident.Config)
	}{
		"address":                     {field: "Address", request: mitid.Request{Address: true}},
		"private organisation":        {field: "Organisation", request: mitid.Request{Organisation: true}},
		"cpr hint":                    {field: "CPRHint", request: mitid.Request{CPRHint: n, CPR: mitid.CPRRequired}},
		"uuid":                        {field: "UUID", request: mitid.Request{UUID: uuid}},
		"uuid for an organisation":    {field: "UUID", request: mitid.Request{UUID: uuid, Capacity: claims.CapacityProfessional}, config: func(c *eident.Config) { c.UUIDInURL = true }},
		"cvr hint":                    {field: "CVRHint", request: mitid.Request{CVRHint: mustCVR("13748136"), Capacity: claims.CapacityProfessional}},
		"action":                      {field: "Action", request: mitid.Request{Action: mitid.Sign}},
		"greenlandic":                 {field: "Locale", request: mitid.Request{Locale: mitid.Greenlandic}},
		"silent":                      {field: "Silent", request: mitid.Request{Silent: true}},
		"app switch":                  {field: "AppSwitch", request: mitid.Request{AppSwitch: mitid.AppSwitch{Platform: mitid.Android}}},
		"consent":                     {field: "RevokeCPRConsent", request: mitid.Request{RevokeCPRConsent: true}},
		"a cpr hint, uuids or not":    {field: "CPRHint", request: mitid.Request{CPRHint: n}, config: func(c *eident.Config) { c.UUIDInURL = true }},
		"an organisation of nobody's": {field: "Organisation", request: mitid.Request{Organisation: true, CPR: mitid.CPRRequired}},
	} {
		_, err := newWire(t, c.config).Begin(t.Context(), c.request)
		require.ErrorIs(t, err, mitid.ErrUnsupported, title)
		require.ErrorContains(t, err, "Request."+c.field, title)
		require.ErrorContains(t, err, "eident", title)
		require.NotContains(t, err.Error(), n.Reveal())
	}
}

// TestTransactionTextIsCheckedBeforeItLeaves: no call is made for it.
func TestTransactionTextIsCheckedBeforeItLeaves(t *testing.T) {
	for title, text := range map[string]mitid.Text{
		"601 characters": {Body: strings.Repeat("å", 601)},
		"script":         {Type: mitid.HTMLText, Body: "<p>Ærø<script>alert(1)</script></p>"},
	} {
		m := httpmock.NewMockTransport()
		c := newWire(t, func(c *eident.Config) { c.HTTPClient = &http.Client{Transport: m} })
		_, err := c.Begin(t.Context(), mitid.Request{TransactionText: text})
		require.ErrorIs(t, err, mitid.ErrInputInvalid, title)
		require.Zero(t, m.GetTotalCallCount(), title)
	}
	rd, err := newWire(t, nil).Begin(t.Context(), mitid.Request{TransactionText: mitid.Text{Body: strings.Repeat("å", 600)}})
	require.Len(t, []rune(asked(t, rd, err).Get("transactiontext")), 600)
	c := newWire(t, func(c *eident.Config) { c.TextEncoding = eident.Base64 })
	_, err = c.Begin(t.Context(), mitid.Request{TransactionText: mitid.Text{Body: strings.Repeat("å", 600)}, ReferenceText: strings.Repeat("å", 130)})
	require.NoError(t, err, "the limits count characters, not what they are written with")
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	good := eident.Config{Issuer: issuer, ClientID: "MER2", ClientSecret: mitid.NewSecret("s")}
	for what, change := range map[string]func(*eident.Config){
		"ClientSecret": func(c *eident.Config) { c.ClientSecret = mitid.Secret{} },
		"ClientID":     func(c *eident.Config) { c.ClientID = "" },
		"Issuer":       func(c *eident.Config) { c.Issuer = "http://www.e-ident.nets.example/oidc" },
		"Language":     func(c *eident.Config) { c.Language = mitid.Greenlandic },
		"AAL":          func(c *eident.Config) { c.AAL = 9 },
		"HintEncoding": func(c *eident.Config) { c.HintEncoding = 9 },
		"TextEncoding": func(c *eident.Config) { c.TextEncoding = 9 },
		"AMRSeparator": func(c *eident.Config) { c.AMRSeparator = ";" },
		"PIDScope":     func(c *eident.Config) { c.PIDScope = "a b" },
		"Algs":         func(c *eident.Config) { c.Algorithm = "none" },
	} {
		cfg := good
		change(&cfg)
		_, err := eident.New(cfg)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid, what)
		require.ErrorContains(t, err, what)
	}
}

func TestThereIsNoLogout(t *testing.T) {
	l := &mitid.Login{Broker: "eident", Issuer: issuer, ClientID: "MER2", Identity: claims.Identity{Subject: "mitid:" + someUUID}}
	_, err := newWire(t, nil).EndSession(context.Background(), l, "https://app.example.dk/bye")
	require.ErrorIs(t, err, mitid.ErrUnsupported)
}
