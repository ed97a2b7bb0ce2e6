package oidcrp

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	testIssuer   = "https://acme.test.example"
	testClientID = "urn:my:application:able"
	testSecret   = "hemmelig+/: 2101270087"
	testNonce    = "nonce-1234567890"
)

// fakeBroker answers in memory, so that it works in a synctest bubble and every
// fetch is counted.
type fakeBroker struct {
	mu      sync.Mutex
	answers map[string]fakeAnswer // by path
	calls   map[string]int        // by path
	last    *http.Request
	body    string // of last
}

type fakeAnswer struct {
	status int
	header http.Header
	body   string
	delay  time.Duration
	err    error
}

func newFakeBroker(tb testing.TB) *fakeBroker {
	b := &fakeBroker{answers: make(map[string]fakeAnswer), calls: make(map[string]int)}
	b.set("/.well-known/openid-configuration", 200, discoveryDocument(nil))
	b.set("/jwks", 200, keyDocument(publicJWK(tb, "general", testKey(tb, "general")), publicJWK(tb, "mitid", testKey(tb, "mitid"))))
	return b
}

func (b *fakeBroker) set(path string, status int, body string) {
	b.answer(path, fakeAnswer{status: status, body: body})
}

func (b *fakeBroker) answer(path string, a fakeAnswer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers[path] = a
}

func (b *fakeBroker) count(path string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[path]
}

func (b *fakeBroker) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	b.mu.Lock()
	b.calls[r.URL.Path]++
	b.last, b.body = r, string(body)
	a := b.answers[r.URL.Path]
	b.mu.Unlock()
	if a.delay > 0 {
		select {
		case <-time.After(a.delay):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if a.err != nil {
		return nil, a.err
	}
	if a.status == 0 {
		a.status = http.StatusNotFound
	}
	if a.header == nil {
		a.header = make(http.Header)
	}
	return &http.Response{
		StatusCode: a.status, Header: a.header, ContentLength: int64(len(a.body)),
		Body: io.NopCloser(bytes.NewReader([]byte(a.body))),
	}, nil
}

func discoveryDocument(change func(map[string]any)) string {
	d := map[string]any{
		"issuer":                                testIssuer,
		"authorization_endpoint":                testIssuer + "/oauth2/authorize",
		"token_endpoint":                        testIssuer + "/oauth2/token",
		"userinfo_endpoint":                     testIssuer + "/oauth2/userinfo",
		"jwks_uri":                              testIssuer + "/jwks",
		"end_session_endpoint":                  testIssuer + "/oauth2/logout",
		"pushed_authorization_request_endpoint": testIssuer + "/oauth2/par",
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"service_documentation":                 "https://docs.example/æøå",
	}
	if change != nil {
		change(d)
	}
	return mustJSON(d)
}

func keyDocument(keys ...any) string {
	return mustJSON(map[string]any{"keys": append([]any{}, keys...)})
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func testKey(tb testing.TB, name string) *rsa.PrivateKey {
	tb.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".pem")
	require.NoError(tb, err)
	block, _ := pem.Decode(raw)
	k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(tb, err)
	return k.(*rsa.PrivateKey)
}

func ecKey(tb testing.TB, c elliptic.Curve) *ecdsa.PrivateKey {
	tb.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	require.NoError(tb, err)
	return k
}

var b64 = base64.RawURLEncoding.EncodeToString

func publicJWK(tb testing.TB, kid string, k crypto.Signer) map[string]any {
	tb.Helper()
	j := map[string]any{"use": "sig"}
	if kid != "" {
		j["kid"] = kid
	}
	switch pub := k.Public().(type) {
	case *rsa.PublicKey:
		j["kty"], j["n"], j["e"] = "RSA", b64(pub.N.Bytes()), "AQAB"
	case *ecdsa.PublicKey:
		raw, err := pub.Bytes()
		require.NoError(tb, err)
		size := len(raw) / 2
		j["kty"], j["crv"], j["x"], j["y"] = "EC", pub.Curve.Params().Name, b64(raw[1:1+size]), b64(raw[1+size:])
	}
	return j
}

func with(m map[string]any, pairs ...any) map[string]any {
	out := make(map[string]any, len(m)+1)
	for k, v := range m {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == nil {
			delete(out, pairs[i].(string))
			continue
		}
		out[pairs[i].(string)] = pairs[i+1]
	}
	return out
}

// testNow is where the clock of most tests stands.
var testNow = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func goodHeader() map[string]any {
	return map[string]any{"alg": "RS256", "kid": "mitid", "typ": "JWT"}
}

func goodClaims() map[string]any {
	return map[string]any{
		"iss": testIssuer, "aud": testClientID, "sub": "{ab1f}", "nonce": testNonce,
		"iat": testNow.Unix(), "nbf": testNow.Unix(), "exp": testNow.Add(20 * time.Minute).Unix(),
		"name": "Søren Æbelø Ågård",
	}
}

// token signs claims with k. head and claims may be maps, or texts to be signed
// as they are.
func token(tb testing.TB, k crypto.Signer, head, claims any) string {
	tb.Helper()
	text := func(v any) string {
		if s, ok := v.(string); ok {
			return s
		}
		return mustJSON(v)
	}
	alg := "RS256"
	if m, ok := head.(map[string]any); ok {
		if a, ok := m["alg"].(string); ok {
			if _, ok := algorithms[a]; ok {
				alg = a
			}
		}
	}
	signed := b64([]byte(text(head))) + "." + b64([]byte(text(claims)))
	sig := signRaw(tb, k, alg, []byte(signed))
	return signed + "." + b64(sig)
}

// signRaw signs message as JWS wants it, whatever the message is: go-jose signs no
// malformed headers.
func signRaw(tb testing.TB, k crypto.Signer, name string, message []byte) []byte {
	tb.Helper()
	a := algorithms[name]
	var opts crypto.SignerOpts = a.hash
	if a.pss {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: a.hash}
	}
	sig, err := k.Sign(rand.Reader, a.digest(message), opts)
	require.NoError(tb, err)
	if a.curve == nil {
		return sig
	}
	var pair struct{ R, S *big.Int }
	_, err = asn1.Unmarshal(sig, &pair)
	require.NoError(tb, err)
	size := (a.curve.Params().BitSize + 7) / 8
	return slices.Concat(pair.R.FillBytes(make([]byte, size)), pair.S.FillBytes(make([]byte, size)))
}

func goodToken(tb testing.TB) string {
	return token(tb, testKey(tb, "mitid"), goodHeader(), goodClaims())
}

func testConfig(b http.RoundTripper) Config {
	return Config{
		Name: "criipto", Issuer: testIssuer, ClientID: testClientID, Algs: []string{"RS256"},
		Auth:       ClientAuth{Method: Basic, Secret: func() string { return testSecret }},
		HTTPClient: &http.Client{Transport: b}, Now: func() time.Time { return testNow },
	}
}

func newParty(tb testing.TB, b http.RoundTripper, change ...func(*Config)) *Party {
	tb.Helper()
	cfg := testConfig(b)
	for _, c := range change {
		c(&cfg)
	}
	p, err := New(cfg)
	require.NoError(tb, err)
	return p
}

// parse reads registered claims as an adapter does.
func parse(payload []byte) (*Claims, error) {
	var c struct {
		Iss   string         `json:"iss"`
		Sub   string         `json:"sub"`
		Aud   jsontext.Value `json:"aud"`
		Nonce string         `json:"nonce"`
		Azp   string         `json:"azp"`
		Exp   int64          `json:"exp"`
		Nbf   int64          `json:"nbf"`
		Iat   int64          `json:"iat"`
		Hash  string         `json:"at_hash"`
	}
	if err := strictjson.Unmarshal(payload, &c); err != nil {
		return nil, err
	}
	r := &Claims{
		Issuer: c.Iss, Subject: c.Sub, Nonce: c.Nonce, AuthorizedParty: c.Azp,
		Expires: c.Exp, NotBefore: c.Nbf, IssuedAt: c.Iat, AtHash: c.Hash,
	}
	if one, ok := stringValue(c.Aud); ok {
		r.Audience = []string{one}
	} else if c.Aud != nil {
		if err := strictjson.Unmarshal(c.Aud, &r.Audience); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// requireClass fails unless err is a refusal of class want that repeats nothing
// secret.
func requireClass(tb testing.TB, want fault.Class, err error) {
	tb.Helper()
	require.Error(tb, err)
	require.Equal(tb, want.String(), fault.ClassOf(err).String(), "%v", err)
	for _, secret := range []string{testSecret, "2101270087", testNonce, "Søren", "eyJ", "<html"} {
		assert.NotContains(tb, err.Error(), secret)
	}
}
