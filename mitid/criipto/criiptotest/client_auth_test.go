package criiptotest_test

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/criipto/criiptotest"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The token endpoint tells its callers apart before it looks at the code.
func TestClientAuthentication(t *testing.T) {
	fake, err := criiptotest.Start(mitidtest.Config{AnyLoopbackRedirect: true, ClientSecret: "a:b c+æ/%=="})
	require.NoError(t, err)
	t.Cleanup(func() { _ = fake.Close() })
	id, secret := fake.ClientID(), fake.ClientSecret().Reveal()
	escape := url.QueryEscape
	call := func(header string, form ...string) string {
		values := url.Values{"grant_type": {"authorization_code"}, "code": {"x"}}
		for i := 0; i+1 < len(form); i += 2 {
			values.Set(form[i], form[i+1])
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, fake.Issuer()+"/oauth2/token", strings.NewReader(values.Encode()))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if header != "" {
			req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(header)))
		}
		_, body := do(t, fake, req)
		var answer struct{ Error string }
		require.NoError(t, json.Unmarshal([]byte(body), &answer))
		return answer.Error
	}
	const known, unknown = "invalid_grant", "invalid_client"
	assert.Equal(t, known, call(escape(id)+":"+escape(secret)), "both halves encoded")
	assert.Equal(t, known, call(id+":"+escape(secret)), "the secret encoded, an id with colons")
	assert.Equal(t, unknown, call(id+":"+secret), "a secret with a colon, not encoded")
	assert.Equal(t, unknown, call(escape(id)+":"+escape(secret)+"1"))
	assert.Equal(t, unknown, call(escape(id+"1")+":"+escape(secret)))
	assert.Equal(t, unknown, call("nothing"))
	assert.Equal(t, unknown, call(escape(id)+":"+escape(secret), "client_id", "other"))
	assert.Equal(t, known, call("", "client_id", id, "client_secret", secret))
	assert.Equal(t, unknown, call("", "client_id", id, "client_secret", secret+"1"))
	assert.Equal(t, unknown, call("", "client_id", id), "nobody")
	assert.Equal(t, "invalid_request", call(escape(id)+":"+escape(secret), "client_secret", secret), "two ways at once")
	fake.Configure(func(s *criiptotest.Settings) { s.PublicClient = true })
	assert.Equal(t, known, call("", "client_id", id), "a public client")

	kinds := map[mitidtest.AuthKind]bool{}
	for _, r := range fake.Requests() {
		kinds[r.Auth] = true
	}
	assert.Equal(t, map[mitidtest.AuthKind]bool{mitidtest.AuthBasic: true, mitidtest.AuthPost: true, mitidtest.AuthNone: true}, kinds)
}

func TestClientAssertion(t *testing.T) {
	fake := criiptotest.New(t)
	key, stranger := newKey(t), newKey(t)
	fake.Configure(func(s *criiptotest.Settings) { s.ClientKeys = map[string]*rsa.PublicKey{"k1": &key.PublicKey} })
	now := fake.Now().Unix()
	good := func(change ...any) map[string]any {
		m := map[string]any{"iss": fake.ClientID(), "sub": fake.ClientID(), "aud": fake.Issuer(), "iat": now, "exp": now + 60}
		for i := 0; i+1 < len(change); i += 2 {
			m[change[i].(string)] = change[i+1]
		}
		return m
	}
	call := func(signer *rsa.PrivateKey, alg jose.SignatureAlgorithm, kid string, claims map[string]any) bool {
		s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: signer, KeyID: kid}}, nil)
		require.NoError(t, err)
		payload, err := json.Marshal(claims)
		require.NoError(t, err)
		signed, err := s.Sign(payload)
		require.NoError(t, err)
		raw, err := signed.CompactSerialize()
		require.NoError(t, err)
		_, body := browse(t, fake, http.MethodPost, "/oauth2/token", url.Values{
			"grant_type": {"authorization_code"}, "code": {"x"}, "client_id": {fake.ClientID()}, "client_assertion": {raw},
			"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
		})
		return strings.Contains(body, "invalid_grant")
	}
	token := fake.Issuer() + "/oauth2/token"
	assert.True(t, call(key, jose.RS256, "k1", good()))
	assert.True(t, call(key, jose.RS256, "", good()), "the vendor's SDK leaves kid out")
	assert.True(t, call(key, jose.RS256, "k1", good("aud", []string{fake.Issuer()})))
	assert.True(t, call(key, jose.RS256, "k1", good("jti", "ét-1")))
	assert.False(t, call(key, jose.RS256, "k1", good("jti", "ét-1")), "an assertion is good for once")
	assert.False(t, call(key, jose.RS256, "k1", good("aud", token)))
	assert.False(t, call(key, jose.RS256, "k2", good()))
	assert.False(t, call(key, jose.PS256, "k1", good()))
	assert.False(t, call(stranger, jose.RS256, "k1", good()))
	assert.False(t, call(key, jose.RS256, "k1", good("exp", now)))
	assert.False(t, call(key, jose.RS256, "k1", good("exp", now+7200)))
	assert.False(t, call(key, jose.RS256, "k1", good("iat", 0)))
	assert.False(t, call(key, jose.RS256, "k1", good("sub", "x")))
	fake.Configure(func(s *criiptotest.Settings) { s.TokenURLInAud = true })
	assert.True(t, call(key, jose.RS256, "k1", good("aud", token)))
}

func TestUserinfo(t *testing.T) {
	fake := criiptotest.New(t)
	enc := newKey(t)
	ask := func() (*http.Response, string) {
		_, body := redeem(t, fake, authorize(t, fake, query(fake)).Get("code"))
		var answer struct {
			AccessToken string `json:"access_token"`
		}
		decode(t, body, &answer)
		require.Regexp(t, "^[0-9a-f]{8}-", answer.AccessToken)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fake.Issuer()+"/oauth2/userinfo", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+answer.AccessToken)
		return do(t, fake, req)
	}
	res, body := ask()
	assert.Equal(t, http.StatusOK, res.StatusCode)
	assert.NotContains(t, body, "nonce")
	assert.Contains(t, body, `"sub":"{0f9960a0-`)

	fake.Configure(func(s *criiptotest.Settings) { s.Userinfo = criiptotest.SignedJWT })
	res, body = ask()
	assert.Equal(t, "application/jwt", res.Header.Get("Content-Type"))
	assert.Equal(t, 2, strings.Count(body, "."))

	fake.Configure(func(s *criiptotest.Settings) {
		s.Userinfo, s.EncryptTo = criiptotest.SignedAndEncryptedJWT, &enc.PublicKey
	})
	_, body = ask()
	sealed, err := jose.ParseEncryptedCompact(body, []jose.KeyAlgorithm{jose.RSA_OAEP_256}, []jose.ContentEncryption{jose.A256GCM})
	require.NoError(t, err)
	opened, err := sealed.Decrypt(enc)
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(opened), "."))

	fake.Configure(func(s *criiptotest.Settings) { s.Userinfo = criiptotest.FromTokenEndpoint })
	res, body = ask()
	assert.Equal(t, http.StatusUnauthorized, res.StatusCode)
	assert.Contains(t, body, "Unknown Access Code")
}

func TestSingleSignOnIsLimited(t *testing.T) {
	fake := criiptotest.New(t)
	fake.Configure(func(s *criiptotest.Settings) { s.SSO = true })
	h := newHuman(t, fake)
	fake.Next(mitidtest.Approve(mitidtest.Ditlev()))
	silent := func() int {
		res, err := h.client.Get(fake.Issuer() + "/oauth2/authorize?" + query(fake, "prompt", "none").Encode())
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	h.open(query(fake, "prompt", "login"), "da")
	require.NotEmpty(t, h.answer("code"))
	assert.Equal(t, []int{302, 302, 429}, []int{silent(), silent(), silent()}, "two in five seconds")
	for range 4 {
		fake.Advance(6 * time.Second)
		assert.Equal(t, 302, silent())
	}
	fake.Advance(6 * time.Second)
	assert.Equal(t, 429, silent(), "six in twenty minutes")
	fake.Advance(20 * time.Minute)
	assert.Equal(t, 302, silent())

	res, err := h.client.Get(fake.Issuer() + "/oauth2/logout?state=s%26&post_logout_redirect_uri=" + url.QueryEscape(redirectURL))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, redirectURL+"?state=s%26", res.Header.Get("Location"))
	h.open(query(fake, "prompt", "none"), "da")
	assert.Equal(t, "login_required", h.answer("error"))
	res, _ = browse(t, fake, http.MethodGet, "/oauth2/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.test", nil)
	assert.Equal(t, http.StatusBadRequest, res.StatusCode)
}
