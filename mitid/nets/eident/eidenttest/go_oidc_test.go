package eidenttest_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/eident/eidenttest"
)

// An independent relying party finds the start page outside the issuer's path,
// logs in and accepts the token.
func TestGoOIDCLogsIn(t *testing.T) {
	for name, cfg := range map[string]mitidtest.Config{"http": {AnyLoopbackRedirect: true}, "https": {AnyLoopbackRedirect: true, TLS: true}} {
		t.Run(name, func(t *testing.T) {
			fake, err := eidenttest.Start(cfg)
			require.NoError(t, err)
			t.Cleanup(func() { _ = fake.Close() })

			ctx := oidc.ClientContext(t.Context(), fake.HTTPClient())
			provider, err := oidc.NewProvider(ctx, fake.Issuer())
			require.NoError(t, err)
			conf := oauth2.Config{
				ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret().Reveal(), Endpoint: provider.Endpoint(),
				RedirectURL: "http://127.0.0.1/callback", Scopes: []string{"openid", "profile", "ssn"},
			}
			verifier := oauth2.GenerateVerifier()
			start := conf.AuthCodeURL("state-1", oidc.Nonce("nonce-1"), oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("amr_values", "mitid"))
			cb, err := mitidtest.Walk(t.Context(), fake, &mitid.Redirect{URL: start}, mitidtest.Approve(mitidtest.Paiman()))
			require.NoError(t, err)
			answer, err := url.ParseQuery(cb.RawQuery)
			require.NoError(t, err)

			token := exchange(t, ctx, &conf, answer.Get("code"), verifier)
			id, err := provider.Verifier(&oidc.Config{ClientID: fake.ClientID()}).Verify(ctx, token.Extra("id_token").(string))
			require.NoError(t, err)
			require.Equal(t, "nonce-1", id.Nonce)
			var claims struct {
				Name string `json:"name"`
				SSN  string `json:"dk_ssn"`
			}
			require.NoError(t, id.Claims(&claims))
			require.Equal(t, "Paiman Petersen", claims.Name)
			require.Equal(t, "2712589100", claims.SSN)
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
