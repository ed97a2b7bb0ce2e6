package nebtest_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
	"github.com/dkeid/dkeid/mitid/nets/neb/nebtest"
)

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		fake, err := nebtest.Start(mitidtest.Config{})
		require.NoError(b, err)
		require.NoError(b, fake.Close())
	}
}

// A whole login against the NEB fake by bare net/http, with userinfo token,
// transaction token and a userinfo call. The yardstick is the four signatures that
// such a login needs: three tokens by a key of 2048 bits, one by a key of 3072.
func BenchmarkLogin(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		fake, err := nebtest.Start(mitidtest.Config{Auto: true, AnyLoopbackRedirect: true})
		require.NoError(b, err)
		b.Cleanup(func() { _ = fake.Close() })
		client := &http.Client{Transport: fake.HTTPClient().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		const redirect = "http://localhost/cb"
		start := fake.Issuer() + "/connect/authorize?" + url.Values{
			"client_id": {fake.ClientID()}, "redirect_uri": {redirect}, "response_type": {"code"}, "idp_values": {"mitid"}, "state": {"s"}, "nonce": {"n"},
			"scope": {"openid mitid userinfo_token transaction_token"},
		}.Encode()
		get := func(address, auth string) *http.Response {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, nil)
			require.NoError(b, err)
			req.Header.Set("Authorization", auth)
			res, err := client.Do(req)
			require.NoError(b, err)
			require.NoError(b, res.Body.Close())
			return res
		}
		for b.Loop() {
			back := get(get(start, "").Header.Get("Location"), "").Header.Get("Location")
			_, q, _ := strings.Cut(back, "?")
			answer, err := url.ParseQuery(q)
			require.NoError(b, err)
			res, err := client.PostForm(fake.Issuer()+"/connect/token", url.Values{
				"grant_type": {"authorization_code"}, "code": {answer.Get("code")}, "redirect_uri": {redirect},
				"client_id": {fake.ClientID()}, "client_secret": {fake.ClientSecret().Reveal()},
			})
			require.NoError(b, err)
			var tokens struct {
				Access   string `json:"access_token"`
				Approval string `json:"transaction_token"`
			}
			require.NoError(b, json.NewDecoder(res.Body).Decode(&tokens))
			require.NoError(b, res.Body.Close())
			require.NotEmpty(b, tokens.Approval)
			require.Equal(b, http.StatusOK, get(fake.Issuer()+"/connect/userinfo", "Bearer "+tokens.Access).StatusCode)
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		short, err := rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(b, err)
		long, err := rsa.GenerateKey(rand.Reader, 3072)
		require.NoError(b, err)
		input := []byte(strings.Repeat("x", 1200))
		for b.Loop() {
			for _, key := range []*rsa.PrivateKey{short, short, short, long} {
				sum := sha256.Sum256(input)
				_, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
				require.NoError(b, err)
			}
		}
	})
}
