package fakepdf_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func curveKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	return key
}

func shortKey(tb testing.TB) *rsa.PrivateKey {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(tb, err)
	return key
}

func TestTimestampSatisfiesOpenSSL(t *testing.T) {
	a := newAuthority(t)
	data := []byte("Rødgrød med fløde")
	s256, s384, s512 := sha256.Sum256(data), sha512.Sum384(data), sha512.Sum512(data)
	for _, imprint := range [][]byte{s256[:], s384[:], s512[:]} {
		stamp, err := a.Timestamp(imprint, at)
		require.NoError(t, err)
		words, ok := opensslStamps(t, a, stamp, data)
		assert.True(t, ok, words)
		words, ok = opensslStamps(t, a, stamp, []byte("Andet"))
		assert.False(t, ok, words)
	}
	_, err := a.Timestamp(s256[:20], at)
	assert.Error(t, err)
}

// The one usage, and critical (RFC 3161, 2.3).
func TestTimestampCertificate(t *testing.T) {
	c := newAuthority(t).TSACertificate()
	assert.Equal(t, []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, c.ExtKeyUsage)
	for _, e := range c.Extensions {
		if e.Id.String() == "2.5.29.37" {
			assert.True(t, e.Critical)
		}
	}
	_, err := c.Verify(x509.VerifyOptions{Roots: newAuthority(t).Roots(), CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}})
	assert.NoError(t, err)
}

func TestTimestampHandler(t *testing.T) {
	a := newAuthority(t)
	server := httptest.NewServer(a.TimestampHandler())
	defer server.Close()
	data := put(t, "data", []byte("Rødgrød med fløde"))
	for _, hash := range []string{"-sha256", "-sha384", "-sha512"} {
		for _, nonce := range []string{"-no_nonce", ""} {
			query := put(t, "query.tsq", nil)
			args := []string{"ts", "-query", "-data", data, hash, "-cert", "-out", query}
			if nonce != "" {
				args = append(args, nonce)
			}
			words, err := run(t, "openssl", "openssl", args...)
			require.NoError(t, err, words)
			body, err := os.ReadFile(query)
			require.NoError(t, err)
			status, answer := ask(t, server, http.MethodPost, "application/timestamp-query", body)
			require.Equal(t, http.StatusOK, status)
			words, err = run(t, "openssl", "openssl", "ts", "-verify", "-queryfile", query, "-in", put(t, "answer.tsr", answer),
				"-CAfile", put(t, "root.pem", a.RootPEM()))
			require.NoError(t, err, words)
		}
	}
}

func ask(t *testing.T, server *httptest.Server, method, kind string, body []byte) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL, bytes.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", kind)
	answer, err := server.Client().Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, got
}

func TestTimestampHandlerRefuses(t *testing.T) {
	server := httptest.NewServer(newAuthority(t).TimestampHandler())
	defer server.Close()
	status, _ := ask(t, server, http.MethodGet, "application/timestamp-query", nil)
	assert.Equal(t, http.StatusMethodNotAllowed, status)
	status, _ = ask(t, server, http.MethodPost, "application/json", nil)
	assert.Equal(t, http.StatusUnsupportedMediaType, status)
	status, _ = ask(t, server, http.MethodPost, "application/timestamp-query", make([]byte, 1<<20))
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)

	data := put(t, "data", []byte("Æ"))
	for word, args := range map[string][]string{
		"unrecognized or unsupported algorithm": {"-sha1"},
		"requested TSA policy is not supported": {"-sha256", "-tspolicy", "1.2.3"},
		"the wrong format":                      nil,
	} {
		query := put(t, "query.tsq", nil)
		body := []byte("ikke en forespørgsel")
		if args != nil {
			words, err := run(t, "openssl", "openssl", append([]string{"ts", "-query", "-data", data, "-out", query}, args...)...)
			require.NoError(t, err, words)
			body, err = os.ReadFile(query)
			require.NoError(t, err)
		}
		status, answer := ask(t, server, http.MethodPost, "application/timestamp-query", body)
		assert.Equal(t, http.StatusOK, status)
		words, err := run(t, "openssl", "openssl", "ts", "-reply", "-in", put(t, "answer.tsr", answer), "-text")
		require.NoError(t, err, words)
		assert.Contains(t, words, "Rejected")
		assert.Contains(t, strings.ToLower(words), strings.ToLower(word))
	}
}

func TestRevocationSatisfiesOthers(t *testing.T) {
	a := newAuthority(t)
	raw, err := a.OCSP(a.SealCertificate(), time.Now())
	require.NoError(t, err)
	words, err := run(t, "openssl", "openssl", "ocsp", "-respin", put(t, "answer.der", raw), "-issuer", put(t, "root.pem", a.RootPEM()),
		"-cert", put(t, "seal.pem", pemOf(a.SealCertificate())), "-CAfile", put(t, "root.pem", a.RootPEM()))
	require.NoError(t, err, words)
	assert.Contains(t, words, "Response verify OK")
	assert.Contains(t, words, "seal.pem: good")

	raw, err = a.CRL(at)
	require.NoError(t, err)
	list, err := x509.ParseRevocationList(raw)
	require.NoError(t, err)
	assert.NoError(t, list.CheckSignatureFrom(a.RootCertificate()))
	assert.Empty(t, list.RevokedCertificateEntries)
}
