package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func TestIdentityIsSignedForOneRequest(t *testing.T) {
	h := newHouse(t)
	b := h.browser()
	b.logIn("/x/%C3%A6?q=2")
	raw := h.last().Header.Get("X-Dkeid-Identity")
	signed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.ES256})
	require.NoError(t, err)
	require.Equal(t, tokenType, signed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType])
	told := h.told()
	require.Equal(t, h.url, told["iss"])
	require.Equal(t, h.url, told["aud"])
	require.Equal(t, "/x/%C3%A6", told["htu"], "without the query")
	require.Equal(t, "GET", told["htm"])
	require.Equal(t, float64(60), told["exp"].(float64)-told["iat"].(float64))
	require.NotEmpty(t, told["sub"])
	require.NotEmpty(t, told["uuid"])

	verifier := newVerifier(t.Context(), h.url+"/.dkeid/jwks.json", h.url, h.url)
	token, err := verifier.Verify(t.Context(), raw)
	require.NoError(t, err)
	require.Equal(t, told["sub"], token.Subject)

	b.do(http.MethodPost, "/x/y", strings.NewReader("æ"))
	require.Equal(t, "POST", h.told()["htm"])
	require.NotEqual(t, raw, h.last().Header.Get("X-Dkeid-Identity"))
}

// What an app must not take, however it checks.
func TestIdentityOfSomebodyElseIsRefused(t *testing.T) {
	h := newHouse(t)
	h.browser().logIn("/x")
	good := h.last().Header.Get("X-Dkeid-Identity")
	other := newHouse(t)
	other.browser().logIn("/x")
	stranger := other.last().Header.Get("X-Dkeid-Identity")
	parts := strings.Split(good, ".")
	keys := h.url + "/.dkeid/jwks.json"
	for name, c := range map[string]struct{ token, issuer, audience string }{
		"another proxy":    {stranger, h.url, h.url},
		"another issuer":   {good, other.url, h.url},
		"another audience": {good, h.url, "bibliotek"},
		"changed claims":   {parts[0] + "." + strings.Split(stranger, ".")[1] + "." + parts[2], h.url, h.url},
		"no signature":     {"eyJhbGciOiJub25lIn0." + parts[1] + ".", h.url, h.url},
		"nothing":          {"", h.url, h.url},
	} {
		_, err := newVerifier(t.Context(), keys, c.issuer, c.audience).Verify(t.Context(), c.token)
		require.Error(t, err, name)
	}
	_, err := newVerifier(t.Context(), keys, h.url, h.url).Verify(t.Context(), good)
	require.NoError(t, err)
}

// Of everybody, what they are: a protected name is none, a company is told.
func TestIdentityTellsWhatIsThere(t *testing.T) {
	h := newHouse(t)
	h.browser().see("/alle", mitidtest.Approve(mitidtest.Protected()))
	require.NotContains(t, h.told(), "name")
	require.NotContains(t, h.told(), "cvr")
	h.browser().see("/firma", mitidtest.Approve(mitidtest.CompanySignatory()))
	require.Equal(t, "signatory", h.told()["kind"])
	require.NotContains(t, h.told(), "uuid")
	require.Regexp(t, `^\d{8}$`, h.told()["cvr"])
	h.browser().see("/m%C3%A5ske", mitidtest.Approve(mitidtest.Ditlev()))
	require.Equal(t, "2101270087", h.told()["cpr"])
	h.browser().see("/m%C3%A5ske", mitidtest.Approve(mitidtest.WithoutCPR()))
	require.NotContains(t, h.told(), "cpr")
}

func TestIdentityDoesNotOutliveTheSession(t *testing.T) {
	h := newHouse(t, func(h *house) { h.set.Identity.Lifetime = 5 * time.Minute })
	b := h.browser()
	b.logIn("/x")
	h.fake.Advance(59 * time.Minute)
	b.see("/x")
	told := h.told()
	require.LessOrEqual(t, told["exp"].(float64)-told["iat"].(float64), float64(60))
}

// A new key is published behind the old one, then signs, and then the old one goes.
func TestKeysRotateWithoutAnAppThatNotices(t *testing.T) {
	old, next := newKey(t), newKey(t)
	h := newHouse(t, func(h *house) {
		h.set.Session.Store, h.material.sessionKeys = true, [][]byte{[]byte(strings.Repeat("ø", 16))}
		h.material.identityKeys = []*ecdsa.PrivateKey{old}
	})
	verifier := newVerifier(t.Context(), h.url+"/.dkeid/jwks.json", h.url, h.url)
	b := h.browser()
	b.logIn("/x")
	kids := map[string]bool{}
	for _, keys := range [][]*ecdsa.PrivateKey{{old}, {old, next}, {next, old}, {next}} {
		h.material.identityKeys = keys
		h.restart()
		b.see("/x")
		raw := h.last().Header.Get("X-Dkeid-Identity")
		_, err := verifier.Verify(t.Context(), raw)
		require.NoError(t, err)
		signed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.ES256})
		require.NoError(t, err)
		kids[signed.Signatures[0].Header.KeyID] = true
		p := h.browser().get("/.dkeid/jwks.json")
		require.Equal(t, len(keys), strings.Count(p.body, `"kid"`))
		require.NotContains(t, p.body, `"d"`)
	}
	require.Len(t, kids, 2)
}

func TestKeyFiles(t *testing.T) {
	key := newKey(t)
	sec1, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	big, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	p384, err := x509.MarshalPKCS8PrivateKey(big)
	require.NoError(t, err)
	block := func(name string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: name, Bytes: der}))
	}
	for name, data := range map[string]string{
		"PKCS #8": block("PRIVATE KEY", pkcs8), "SEC 1": block("EC PRIVATE KEY", sec1),
		"as openssl ecparam writes it": block("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7}) + block("EC PRIVATE KEY", sec1),
	} {
		got, err := parseKey([]byte(data))
		require.NoError(t, err, name)
		require.True(t, key.Equal(got), name)
	}
	for name, data := range map[string]string{"empty": "", "no PEM": "hemmelig", "P-384": block("PRIVATE KEY", p384), "cut": block("PRIVATE KEY", pkcs8[:20])} {
		_, err := parseKey([]byte(data))
		require.Error(t, err, name)
		require.NotContains(t, err.Error(), "hemmelig")
	}
}

// The app of the demonstration shows who came, and refuses what the proxy did not sign.
func TestAppOfTheDemonstrationChecksTheIdentity(t *testing.T) {
	h := newHouse(t, func(h *house) { h.set.Paths = demoSettings("http://x", "http://y").Paths })
	app := newDemoApp(t.Context(), h.set)
	h.app = app.ServeHTTP
	b := h.browser()
	require.Contains(t, b.get("/").body, "Ingen er logget ind")
	p := b.get("/fjernl%C3%A5n", mitidtest.Approve(mitidtest.Ditlev()))
	require.Contains(t, p.body, "Ditlev Von Testesen")
	require.NotContains(t, p.body, "2101270087")
	require.Contains(t, p.body, "CPR-nummer")
	p = b.do(http.MethodGet, "/l%C3%A5n", nil, "Accept-Language", "en")
	require.Contains(t, p.body, "Your loans")
	require.NotContains(t, p.body, "CPR number</dt>")

	direct, err := http.NewRequest(http.MethodGet, h.set.Upstream.URL+"/", nil)
	require.NoError(t, err)
	direct.Header.Set("X-Dkeid-Identity", "eyJhbGciOiJub25lIn0.e30.")
	res, err := http.DefaultClient.Do(direct)
	require.NoError(t, err)
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	require.Equal(t, http.StatusUnauthorized, res.StatusCode, string(body))
}
