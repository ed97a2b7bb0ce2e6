package evidence_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/timestamptest"
	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
)

const (
	issuerURL = "https://acme.test.example"
	clientID  = "urn:my:application:able"
	shown     = "Jeg køber en halv Ærø for 1.200 kr. Åh ja!"
)

var began = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// issuer signs tokens as a broker does.
type issuer struct {
	key *ecdsa.PrivateKey
	kid string
}

func newIssuer(tb testing.TB) *issuer {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	return &issuer{key, "nøgle-1"}
}

func (i *issuer) jwk(tb testing.TB) map[string]any {
	tb.Helper()
	point, err := i.key.PublicKey.Bytes()
	require.NoError(tb, err)
	b64 := base64.RawURLEncoding.EncodeToString
	return map[string]any{"kty": "EC", "crv": "P-256", "kid": i.kid, "use": "sig", "x": b64(point[1:33]), "y": b64(point[33:])}
}

func (i *issuer) jwks(tb testing.TB) string {
	return marshal(tb, map[string]any{"keys": []any{i.jwk(tb)}})
}

func marshal(tb testing.TB, v any) string {
	tb.Helper()
	b, err := json.Marshal(v)
	require.NoError(tb, err)
	return string(b)
}

type object map[string]any

// claimsOf are the claims of an ID token of Criipto with a message.
func claimsOf(change object) object {
	c := object{
		"iss": issuerURL, "aud": clientID, "sub": "{5f4c}", "nonce": "n-0S6_WzA2Mj", "iat": began.Unix(), "nbf": began.Unix(),
		"exp": began.Add(20 * time.Minute).Unix(), "refTextHeader": "Underskriv hos Acme", "refTextBody": shown, "name": "Åse Ærø",
	}
	for name, v := range change {
		if c[name] = v; v == nil {
			delete(c, name)
		}
	}
	return c
}

// transaction are the claims of a transaction token of Nets eID Broker.
func transaction(change object) object {
	sum := sha256.Sum256([]byte(shown))
	c := object{
		"refTextHeader": nil, "refTextBody": nil, "transaction_actions": []string{"mitid.login", "mitid.transaction_signing"},
		"exp": began.AddDate(6, 0, 0).Unix(),
	}
	for _, prefix := range []string{"", "mitid."} {
		c[prefix+"transaction_text"] = base64.StdEncoding.EncodeToString([]byte(shown))
		c[prefix+"transaction_text_type"] = "text"
		c[prefix+"transaction_text_sha256"] = base64.StdEncoding.EncodeToString(sum[:])
	}
	for name, v := range change {
		c[name] = v
	}
	return claimsOf(c)
}

func (i *issuer) token(tb testing.TB, claims object) string {
	tb.Helper()
	return i.tokenWith(tb, object{"alg": "ES256", "kid": i.kid, "typ": "JWT"}, claims)
}

func (i *issuer) tokenWith(tb testing.TB, header, claims object) string {
	tb.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	signed := b64([]byte(marshal(tb, header))) + "." + b64([]byte(marshal(tb, claims)))
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, i.key, sum[:])
	require.NoError(tb, err)
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return signed + "." + b64(signature)
}

// message is the bundle of a login with a message.
func message(tb testing.TB, i *issuer) evidence.Bundle {
	tb.Helper()
	return evidence.Bundle{About: evidence.AboutLogin, Reference: "sag-17", Parts: []evidence.Part{
		evidence.Text(evidence.PartReferenceText, "", shown),
		evidence.Text(evidence.PartRequest, "", "client_id="+clientID+"&nonce=n-0S6_WzA2Mj"),
		evidence.Text(evidence.PartIDToken, "", i.token(tb, claimsOf(nil))),
		evidence.Text(evidence.PartKeys, "", i.jwks(tb)),
	}}
}

// with returns b with the part of a kind replaced, or without it if p has no kind.
func with(b evidence.Bundle, k evidence.PartKind, p ...evidence.Part) evidence.Bundle {
	var parts []evidence.Part
	for _, old := range b.Parts {
		if old.Kind != k {
			parts = append(parts, old)
		}
	}
	b.Parts = append(parts, p...)
	return b
}

// tsa is a timestamp authority and its settings.
func tsa(tb testing.TB, cfg timestamptest.Config) (*timestamptest.Authority, *evidence.Authority) {
	tb.Helper()
	if cfg.Now == nil {
		cfg.Now = at(began.Add(time.Minute))
	}
	a, err := timestamptest.New(cfg)
	require.NoError(tb, err)
	server := httptest.NewServer(a)
	tb.Cleanup(server.Close)
	return a, &evidence.Authority{URL: server.URL, Roots: a.Roots(), HTTPClient: server.Client()}
}

func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// write writes a bundle a minute after the login began.
func write(tb testing.TB, b evidence.Bundle, o evidence.Options) []byte {
	tb.Helper()
	file, err := tryWrite(b, o)
	require.NoError(tb, err)
	return file
}

func tryWrite(b evidence.Bundle, o evidence.Options) ([]byte, error) {
	if o.Now == nil {
		o.Now = at(began.Add(time.Minute))
	}
	var file bytes.Buffer
	_, err := evidence.Write(context.Background(), &file, b, o)
	return file.Bytes(), err
}

// untimed takes bundles without a timestamp.
func untimed() evidence.Policy { return evidence.Policy{TimestampOptional: true} }

func verify(file []byte, when time.Time, p evidence.Policy) (*evidence.Report, error) {
	return evidence.Verify(context.Background(), bytes.NewReader(file), int64(len(file)), when, p)
}

func requireKind(tb testing.TB, want signing.Kind, err error) {
	tb.Helper()
	require.Error(tb, err)
	require.Equal(tb, want, signing.KindOf(err), "%v", err)
	var e *evidence.Error
	require.ErrorAs(tb, err, &e)
}

func template(from time.Time) *x509.Certificate {
	return &x509.Certificate{SerialNumber: big.NewInt(9), Subject: pkix.Name{CommonName: "Fictitious"}, NotBefore: from.AddDate(-1, 0, 0), NotAfter: from.AddDate(1, 0, 0)}
}

// signatureCheck returns a check of one signature of i and no more.
func signatureCheck(tb testing.TB, i *issuer) func() bool {
	tb.Helper()
	sum := sha256.Sum256([]byte("signed"))
	signature, err := i.key.Sign(rand.Reader, sum[:], crypto.SHA256)
	require.NoError(tb, err)
	return func() bool { return ecdsa.VerifyASN1(&i.key.PublicKey, sum[:], signature) }
}
