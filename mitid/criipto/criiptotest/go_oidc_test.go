package criiptotest_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// An independent relying party logs in against the fake and accepts its tokens.
func TestGoOIDCLogsIn(t *testing.T) {
	for name, cfg := range map[string]mitidtest.Config{"http": {AnyLoopbackRedirect: true}, "https": {AnyLoopbackRedirect: true, TLS: true}} {
		t.Run(name, func(t *testing.T) {
			fake, err := criiptotest.Start(cfg)
			require.NoError(t, err)
			t.Cleanup(func() { _ = fake.Close() })

			ctx := oidc.ClientContext(t.Context(), fake.HTTPClient())
			provider, err := oidc.NewProvider(ctx, fake.Issuer())
			require.NoError(t, err)
			conf := oauth2.Config{
				ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret().Reveal(), Endpoint: provider.Endpoint(),
				RedirectURL: "http://127.0.0.1/callback", Scopes: []string{"openid", "ssn", "address"},
			}
			verifier := oauth2.GenerateVerifier()
			start := conf.AuthCodeURL("state-1", oidc.Nonce("nonce-1"), oauth2.S256ChallengeOption(verifier),
				oauth2.SetAuthURLParam("acr_values", "urn:grn:authn:dk:mitid:substantial"))
			cb, err := mitidtest.Walk(t.Context(), fake, &mitid.Redirect{URL: start}, mitidtest.Approve(mitidtest.Paiman()))
			require.NoError(t, err)
			answer, err := url.ParseQuery(cb.RawQuery)
			require.NoError(t, err)
			require.Equal(t, "state-1", answer.Get("state"))

			token := exchange(t, ctx, &conf, answer.Get("code"), verifier)
			id, err := provider.Verifier(&oidc.Config{ClientID: fake.ClientID()}).Verify(ctx, token.Extra("id_token").(string))
			require.NoError(t, err)
			require.Equal(t, "nonce-1", id.Nonce)
			var claims struct {
				Name    string `json:"name"`
				CPR     string `json:"cprNumberIdentifier"`
				Address struct {
					City string `json:"city"`
				} `json:"address"`
			}
			require.NoError(t, id.Claims(&claims))
			require.Equal(t, "Paiman Petersen", claims.Name)
			require.Equal(t, "2712589100", claims.CPR)
			require.Equal(t, "Hillerød", claims.Address.City)

			info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
			require.NoError(t, err)
			require.Equal(t, id.Subject, info.Subject)
		})
	}
}

func exchange(t *testing.T, ctx context.Context, conf *oauth2.Config, code, verifier string) *oauth2.Token {
	t.Helper()
	token, err := conf.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	require.NoError(t, err)
	return token
}
