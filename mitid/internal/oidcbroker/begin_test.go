package oidcbroker_test

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/internal/oidcrp"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/internal/oidcbroker"
)

func newBroker(t *testing.T, change func(*oidcbroker.Config)) (*oidcbroker.Broker, error) {
	t.Helper()
	cfg := oidcbroker.Config{
		RP:   oidcrp.Config{Name: "brok", Issuer: "https://broker.example/", ClientID: "urn:client", Algs: []string{"RS256"}},
		Auth: []oidcbroker.Authentication{oidcbroker.BySecret(mitid.NewSecret("hemmelig"), false), oidcbroker.ByKey(nil, ""), {Field: "Public"}},
	}
	if change != nil {
		change(&cfg)
	}
	return oidcbroker.New(cfg)
}

// TestTheRequestIsBoundToTheLogin: who asks, for what, and state, nonce and PKCE.
// The challenge is that of RFC 7636, appendix B.
func TestTheRequestIsBoundToTheLogin(t *testing.T) {
	b, err := newBroker(t, func(c *oidcbroker.Config) { c.FormPost = true })
	require.NoError(t, err)
	a := &mitid.Attempt{Handle: "h", Nonce: "n", Verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", RedirectURL: "https://app.example/callback"}
	want := url.Values{
		"client_id": {"urn:client"}, "redirect_uri": {"https://app.example/callback"}, "response_type": {"code"}, "response_mode": {"form_post"},
		"scope": {"openid ssn"}, "state": {"h"}, "nonce": {"n"}, "acr_values": {"x y"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	for _, endpoint := range []string{"https://broker.example/authorize", "https://broker.example/authorize?tenant=1"} {
		rd := b.BeginInAddress(&oidcrp.Metadata{Authorize: endpoint}, a, []string{"openid", "ssn"}, oauth2.SetAuthURLParam("acr_values", "x y"))
		also, err := b.Begin(t.Context(), &oidcrp.Metadata{Authorize: endpoint}, a, []string{"openid", "ssn"}, oauth2.SetAuthURLParam("acr_values", "x y"))
		require.NoError(t, err)
		require.Equal(t, rd.URL, also.URL, "without pushed requests the two are one")
		u, err := url.Parse(rd.URL)
		require.NoError(t, err)
		got := u.Query()
		got.Del("tenant")
		require.Equal(t, want, got)
	}
}

func TestNewNamesTheFieldOfTheAdaptersConfig(t *testing.T) {
	for why, change := range map[string]func(*oidcbroker.Config){
		"Config needs ClientSecret, PrivateKey or Public": func(c *oidcbroker.Config) { c.Auth[0].Filled = false },
		"Config needs ClientSecret": func(c *oidcbroker.Config) {
			c.Auth = []oidcbroker.Authentication{oidcbroker.BySecret(mitid.Secret{}, true)}
		},
		"Config takes one of ClientSecret, PrivateKey and Public": func(c *oidcbroker.Config) { c.Auth[2].Filled = true },
		"ClientID": func(c *oidcbroker.Config) { c.RP.ClientID = "" },
	} {
		_, err := newBroker(t, change)
		require.ErrorIs(t, err, mitid.ErrConfigInvalid, why)
		require.ErrorContains(t, err, why)
		require.ErrorContains(t, err, "mitid: new (brok)")
	}
	b, err := newBroker(t, nil)
	require.NoError(t, err)
	require.Equal(t, "brok.Broker(https://broker.example)", b.String())
	require.Equal(t, "https://broker.example", b.Callback().Issuer)
}

// roundTrip answers in place of a broker.
type roundTrip func(*http.Request) string

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(f(r))), Request: r}, nil
}

// TestHowTheRequestTravels: pushed, signed, both or neither, at endpoints that have a
// query of their own.
func TestHowTheRequestTravels(t *testing.T) {
	const secret = "en hemmelighed på mindst 32 bytes"
	for _, c := range []struct {
		pushes, signs bool
		address       []string // the parameters in the browser's address
		pushed        []string
	}{
		{address: []string{"client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "response_type", "scope", "state"}},
		{signs: true, address: []string{"client_id", "request", "response_type", "scope"}},
		{pushes: true, address: []string{"client_id", "request_uri"},
			pushed: []string{"client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "response_type", "scope", "state"}},
		{pushes: true, signs: true, address: []string{"client_id", "request_uri"}, pushed: []string{"client_id", "request"}},
	} {
		var form url.Values
		b, err := newBroker(t, func(cfg *oidcbroker.Config) {
			cfg.Auth[0] = oidcbroker.BySecret(mitid.NewSecret(secret), false)
			if c.signs {
				cfg.RP.Request = oidcrp.RequestSigner{Secret: func() string { return secret }}
			}
			cfg.RP.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) string {
				if r.Method == http.MethodPost {
					require.NoError(t, r.ParseForm())
					form = r.PostForm
					return `{"request_uri":"urn:a:b","expires_in":60}`
				}
				const at = "https://broker.example/"
				document := `{"issuer":"https://broker.example","authorization_endpoint":"` + at + `a?tenant=1","token_endpoint":"` + at + `t","jwks_uri":"` + at +
					`k","end_session_endpoint":"` + at + `e?tenant=1"`
				if c.pushes {
					document += `,"pushed_authorization_request_endpoint":"` + at + `p"`
				}
				return document + "}"
			})}
		})
		require.NoError(t, err)
		a := &mitid.Attempt{Handle: "h", Nonce: "n", Verifier: "v", RedirectURL: "https://app.example/callback"}
		md, err := b.Prepare(t.Context(), a)
		require.NoError(t, err)
		rd, err := b.Begin(t.Context(), md, a, []string{"openid"})
		require.NoError(t, err)
		require.Equal(t, append(c.address, "tenant"), parameters(t, rd.URL))
		require.Equal(t, c.pushed, slices.Sorted(maps.Keys(form)))

		rd, err = b.EndSession(t.Context(), url.Values{"state": {"h"}})
		require.NoError(t, err)
		require.Equal(t, []string{"state", "tenant"}, parameters(t, rd.URL))

		a.Request.UUID = claims.MustParseUUID("74ffcd31-fbaf-4c33-bdac-169f25c1e416")
		for stepUp, person := range map[bool]string{false: "", true: "s"} {
			asked := *a
			asked.ExpectSubject = person
			_, err = b.Prepare(t.Context(), &asked)
			if !c.pushes && !stepUp {
				require.ErrorIs(t, err, mitid.ErrUnsupported)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, c.pushes, !asked.Request.UUID.IsZero(), "without pushed requests a step-up goes on without the hint")
		}
		a.Request = mitid.Request{CPRHint: cprtest.Number(1)}
		_, err = b.Prepare(t.Context(), a)
		require.Equal(t, c.pushes, err == nil)
	}
}

// parameters returns the names of the parameters in address.
func parameters(t *testing.T, address string) []string {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.Equal(t, "1", u.Query().Get("tenant"))
	return slices.Sorted(maps.Keys(u.Query()))
}
