package oidcbroker_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

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
