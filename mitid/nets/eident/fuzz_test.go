package eident

import (
	"net/http"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid"
)

// FuzzHandle: what is read as a handle is written back letter by letter, so that
// two handles never name one transaction.
func FuzzHandle(f *testing.F) {
	for _, s := range []string{"", ".", "1795262401.617b5cdc6fb84f16a6022e328d970bb7", "01.a", "+1.a", "-1.a", "1.a.b", "1.æ", "9223372036854775807.a", "1. a&scope=openid"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, ok := readTransaction(s)
		if !ok {
			require.Zero(t, h)
			return
		}
		require.Equal(t, s, h.String())
		require.LessOrEqual(t, len(h.id), maxID)
		require.True(t, h.until.After(time.Unix(0, 0)))
	})
}

// FuzzAnswer: no answer makes a login, none crashes, and an error repeats nothing.
func FuzzAnswer(f *testing.F) {
	const issuer = "https://www.ident-preprod1.nets.example/oidc"
	m := httpmock.NewMockTransport()
	m.RegisterResponder("GET", issuer+"/.well-known/openid-configuration", httpmock.NewStringResponder(200, `{"issuer":"`+issuer+
		`","authorization_endpoint":"https://www.ident-preprod1.nets.example/its/index.html","token_endpoint":"`+issuer+`/token","jwks_uri":"`+issuer+`/jwks"}`))
	m.RegisterResponder("POST", issuer+"/token", httpmock.NewStringResponder(400, `{"error":"invalid_grant"}`))
	b, err := New(Config{Issuer: issuer, ClientID: "MER2", ClientSecret: mitid.NewSecret("hemmelig"), HTTPClient: &http.Client{Transport: m}})
	require.NoError(f, err)
	for _, s := range []string{"code=x&state=y", "error=access_denied&error_description=cancel", "error=blankcvr", "code=x&nonce=z", "code=%", "error=%C3%A6", "code=x&iss=https://evil.example"} {
		f.Add(s)
	}
	now := time.Unix(1795262400, 0)
	f.Fuzz(func(t *testing.T, query string) {
		for _, private := range []string{"", "1795262401.a", "1795262399.a"} {
			a := &mitid.Attempt{Nonce: "n", Verifier: "v", RedirectURL: "https://app.example/callback", Now: now, Private: []byte(private)}
			as, err := b.Complete(t.Context(), a, mitid.Callback{Method: http.MethodGet, RawQuery: query})
			require.Error(t, err)
			require.Nil(t, as)
			if len(query) > 24 {
				require.NotContains(t, err.Error(), query)
			}
		}
	})
}
