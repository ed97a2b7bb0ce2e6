package criipto_test

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
	"github.com/dkeid/dkeid/mitid/criipto"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const domain = "https://acme.idura.example"

func discovery(par bool) string {
	d := `{"issuer":"` + domain + `","authorization_endpoint":"` + domain + `/oauth2/authorize","token_endpoint":"` + domain +
		`/oauth2/token","jwks_uri":"` + domain + `/.well-known/jwks","end_session_endpoint":"` + domain + `/oauth2/logout"`
	if par {
		d += `,"pushed_authorization_request_endpoint":"` + domain + `/oauth2/par"`
	}
	return d + `}`
}

// wire is a client whose broker is a table of canned answers; it keeps what is
// pushed.
type wire struct {
	*mitid.Client
	pushed url.Values
	header http.Header
}

func newWire(t *testing.T, par bool, change func(*criipto.Config)) *wire {
	t.Helper()
	w := &wire{}
	m := httpmock.NewMockTransport()
	m.RegisterResponder("GET", domain+"/.well-known/openid-configuration", httpmock.NewStringResponder(200, discovery(par)).
		HeaderSet(http.Header{"Content-Type": {"application/json"}}))
	m.RegisterResponder("POST", domain+"/oauth2/par", func(r *http.Request) (*http.Response, error) {
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		w.pushed, w.header = r.PostForm, r.Header
		return httpmock.NewStringResponse(201, `{"request_uri":"urn:ietf:params:oauth:request_uri:1","expires_in":120}`), nil
	})
	cfg := criipto.Config{Issuer: domain, ClientID: "urn:my:application:identifier:6765", ClientSecret: mitid.NewSecret("hemmelig æøå:"), HTTPClient: &http.Client{Transport: m}}
	if change != nil {
		change(&cfg)
	}
	b, err := criipto.New(cfg)
	require.NoError(t, err)
	w.Client, err = mitid.New(mitid.Config{Broker: b, RedirectURL: "https://app.example.dk/callback"})
	require.NoError(t, err)
	return w
}

func (w *wire) begin(t *testing.T, r mitid.Request) url.Values {
	t.Helper()
	rd, err := w.Begin(context.Background(), r)
	require.NoError(t, err)
	u, err := url.Parse(rd.URL)
	require.NoError(t, err)
	require.Equal(t, domain+"/oauth2/authorize", strings.Split(rd.URL, "?")[0])
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

// TestAuthorizationRequests holds every parameter that leaves against its golden
// file: what a Request says, in the broker's words.
func TestAuthorizationRequests(t *testing.T) {
	for name, c := range map[string]struct {
		request mitid.Request
		config  func(*criipto.Config)
	}{
		"zero":              {},
		"low-is-raised":     {request: mitid.Request{Level: claims.Low}},
		"high":              {request: mitid.Request{Level: claims.High}},
		"cpr-and-address":   {request: mitid.Request{CPR: mitid.CPRRequired, Address: true}},
		"cpr-if-present":    {request: mitid.Request{CPR: mitid.CPRIfPresent}},
		"text-and-action":   {request: mitid.Request{Action: mitid.Approve, ReferenceText: "Godkend overførsel"}},
		"sign":              {request: mitid.Request{Action: mitid.Sign, Locale: mitid.Danish}},
		"professional":      {request: mitid.Request{Capacity: claims.CapacityProfessional, CVRHint: mustCVR("13748136"), Organisation: true}},
		"professional-high": {request: mitid.Request{Capacity: claims.CapacityProfessional, Level: claims.High}},
		"either":            {request: mitid.Request{Capacity: claims.CapacityEither}},
		"fresh-english":     {request: mitid.Request{Fresh: true, Locale: mitid.English}},
		"silent":            {request: mitid.Request{Silent: true}},
		"revoke-consent":    {request: mitid.Request{RevokeCPRConsent: true, CPR: mitid.CPRIfPresent}},
		"app-switch":        {request: mitid.Request{AppSwitch: mitid.AppSwitch{Platform: mitid.Android, ResumeURL: "https://app.example.dk/resume"}}},
		"form-post":         {config: func(c *criipto.Config) { c.FormPost = true }},
		"intermediary":      {request: mitid.Request{CPR: mitid.CPRRequired, Address: true}, config: func(c *criipto.Config) { c.ScopeInHint, c.ACRInHint = true, true }},
		"vendor-hints": {config: func(c *criipto.Config) {
			c.ControlledTransfer, c.NoContinueButton, c.CSSPath = true, true, "/a.css?x=1%26y"
		}},
		"issuer-with-a-slash": {config: func(c *criipto.Config) { c.Issuer += "/" }},
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, readable(newWire(t, false, c.config).begin(t, c.request))) })
	}
}

func TestPersonalHintsTravelOnlyInAPushedRequest(t *testing.T) {
	n := cprtest.Number(7)
	r := mitid.Request{CPRHint: n, UUID: mustUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416"), CPR: mitid.CPRRequired}
	w := newWire(t, true, nil)
	q := w.begin(t, r)
	require.Equal(t, url.Values{"client_id": {"urn:my:application:identifier:6765"}, "request_uri": {"urn:ietf:params:oauth:request_uri:1"}}, q)
	require.Equal(t, "uuid:74ffcd31-fbaf-4c33-bdac-169f25c1e416 sub:"+n.Reveal(), w.pushed.Get("login_hint"))
	require.Equal(t, "Basic dXJuJTNBbXklM0FhcHBsaWNhdGlvbiUzQWlkZW50aWZpZXIlM0E2NzY1OmhlbW1lbGlnKyVDMyVBNiVDMyVCOCVDMyVBNSUzQQ==", w.header.Get("Authorization"))

	for name, r := range map[string]mitid.Request{"CPR": {CPRHint: n}, "UUID": {UUID: r.UUID}} {
		_, err := newWire(t, false, nil).Begin(context.Background(), r)
		require.ErrorIs(t, err, mitid.ErrUnsupported, name)
		require.NotContains(t, err.Error(), n.Reveal())
	}
}

func TestStepUpWithoutPushedRequestsDoesWithoutTheHint(t *testing.T) {
	w := newWire(t, false, nil)
	l := &mitid.Login{Broker: "criipto", Issuer: domain, ClientID: "urn:my:application:identifier:6765", Identity: claims.Identity{Capacity: claims.CapacityPrivate, Subject: "{s}", UUID: mustUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416")}}
	rd, err := w.StepUp(context.Background(), l, mitid.Request{CPR: mitid.CPRRequired})
	require.NoError(t, err)
	require.NotContains(t, rd.URL, "74ffcd31")
	require.NotContains(t, rd.URL, "login_hint")
}

func TestWhatThisBrokerCannotCarryIsRefused(t *testing.T) {
	for field, r := range map[string]mitid.Request{
		"TransactionText":  {TransactionText: mitid.Text{Body: "Jeg køber Ærø"}},
		"NemIDPID":         {NemIDPID: true},
		"Locale":           {Locale: mitid.Greenlandic},
		"Organisation":     {Organisation: true},
		"RevokeCPRConsent": {RevokeCPRConsent: true, Fresh: true},
	} {
		_, err := newWire(t, true, nil).Begin(context.Background(), r)
		require.ErrorIs(t, err, mitid.ErrUnsupported, field)
		require.ErrorContains(t, err, "Request."+field)
		require.ErrorContains(t, err, "criipto")
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	good := criipto.Config{Issuer: domain, ClientID: "c", ClientSecret: mitid.NewSecret("s")}
	for what, change := range map[string]func(*criipto.Config){
		"ClientSecret, PrivateKey or Public": func(c *criipto.Config) { c.ClientSecret = mitid.Secret{} },
		"one of":                             func(c *criipto.Config) { c.Public = true },
		"ClientID":                           func(c *criipto.Config) { c.ClientID = "" },
		"Issuer":                             func(c *criipto.Config) { c.Issuer = "http://acme.idura.example" },
		"BusinessLevel":                      func(c *criipto.Config) { c.BusinessLevel = 9 },
		"CSSPath":                            func(c *criipto.Config) { c.CSSPath = "/a b" },
	} {
		cfg := good
		change(&cfg)
		_, err := criipto.New(cfg)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid, what)
		require.ErrorContains(t, err, what)
	}
}

func TestEndSessionCarriesNoToken(t *testing.T) {
	w := newWire(t, true, nil)
	l := &mitid.Login{Broker: "criipto", Issuer: domain, ClientID: "urn:my:application:identifier:6765", Identity: claims.Identity{Subject: "{s}"},
		Evidence: mitid.Evidence{Tokens: []mitid.Token{{Use: "id_token", Raw: mitid.NewSecret("eyJ.raw.token")}}}}
	rd, err := w.EndSession(context.Background(), l, "https://app.example.dk/bye")
	require.NoError(t, err)
	u, err := url.Parse(rd.URL)
	require.NoError(t, err)
	require.Equal(t, url.Values{"client_id": {"urn:my:application:identifier:6765"}, "post_logout_redirect_uri": {"https://app.example.dk/bye"}, "state": {rd.Handle}}, u.Query())
	require.Equal(t, "/oauth2/logout", u.Path)
	_, err = w.EndSession(context.Background(), l, "http://evil.example/")
	require.ErrorIs(t, err, mitid.ErrInputInvalid)
}
