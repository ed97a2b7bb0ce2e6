package criiptotest_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// Starting a fake: ready-made keys, no key generation. The target is 5 ms.
func BenchmarkStart(b *testing.B) {
	for name, cfg := range map[string]mitidtest.Config{"http": {}, "https": {TLS: true}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				fake, err := criiptotest.Start(cfg)
				require.NoError(b, err)
				require.NoError(b, fake.Close())
			}
		})
	}
}

// A whole login against the fake by bare net/http: authorize, token. The
// yardstick is one RS256 signature and one check, which no login can avoid.
func BenchmarkLogin(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		fake, err := criiptotest.Start(mitidtest.Config{Auto: true, AnyLoopbackRedirect: true})
		require.NoError(b, err)
		b.Cleanup(func() { _ = fake.Close() })
		client := &http.Client{Transport: fake.HTTPClient().Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		const redirect = "http://localhost/cb"
		start := fake.Issuer() + "/oauth2/authorize?" + query(fake, "redirect_uri", redirect).Encode()
		for b.Loop() {
			res, err := client.Get(start)
			require.NoError(b, err)
			require.NoError(b, res.Body.Close())
			_, q, _ := strings.Cut(res.Header.Get("Location"), "?")
			answer, err := url.ParseQuery(q)
			require.NoError(b, err)
			res, err = client.PostForm(fake.Issuer()+"/oauth2/token", url.Values{
				"grant_type": {"authorization_code"}, "code": {answer.Get("code")}, "redirect_uri": {redirect},
				"client_id": {fake.ClientID()}, "client_secret": {fake.ClientSecret().Reveal()},
			})
			require.NoError(b, err)
			_, err = io.Copy(io.Discard, res.Body)
			require.NoError(b, err)
			require.NoError(b, res.Body.Close())
			require.Equal(b, http.StatusOK, res.StatusCode)
		}
	})
	b.Run("yardstick", func(b *testing.B) {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(b, err)
		input := []byte(strings.Repeat("x", 1200))
		for b.Loop() {
			sum := sha256.Sum256(input)
			signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
			require.NoError(b, err)
			require.NoError(b, rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature))
		}
	})
}
