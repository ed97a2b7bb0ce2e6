package mtls_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/dkeid/dkeid/internal/mtls"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var begin = time.Now().Add(-time.Hour).Truncate(time.Second)

// issue makes a certificate for key, valid for two hours.
func issue(t *testing.T, key crypto.Signer) tls.Certificate {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "Ærø Kommune"}, NotBefore: begin, NotAfter: begin.Add(2 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func pair(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return issue(t, key)
}

func leaf(t *testing.T, c tls.Certificate) *x509.Certificate {
	t.Helper()
	l, err := x509.ParseCertificate(c.Certificate[0])
	require.NoError(t, err)
	return l
}

// hsm is a key that is elsewhere. It must not be used.
type hsm struct{ public crypto.PublicKey }

func (h hsm) Public() crypto.PublicKey { return h.public }

func (hsm) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { panic("a signature") }

func keys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	small, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return map[string]crypto.Signer{"RSA": small, "ECDSA": curve, "Ed25519": edwards}
}

func TestKeyMustBelongToTheCertificate(t *testing.T) {
	mine, others := keys(t), keys(t)
	for kind, key := range mine {
		cert := issue(t, key)
		require.NoError(t, mtls.Check(cert, time.Now()), kind)
		cert.PrivateKey = hsm{key.Public()}
		require.NoError(t, mtls.Check(cert, time.Now()), "%s in an HSM", kind)
		for otherKind, other := range others {
			cert.PrivateKey = other
			assert.ErrorContains(t, mtls.Check(cert, time.Now()), "does not belong", "%s with the key of another %s", kind, otherKind)
			cert.PrivateKey = hsm{other.Public()}
			assert.ErrorContains(t, mtls.Check(cert, time.Now()), "does not belong", "%s with the key of another %s in an HSM", kind, otherKind)
		}
	}
}

func TestCheck(t *testing.T) {
	cert := pair(t)
	other := pair(t)
	end := begin.Add(2 * time.Hour)
	for name, c := range map[string]struct {
		cert tls.Certificate
		now  time.Time
		want string
	}{
		"first second":    {cert, begin, ""},
		"last second":     {cert, end, ""},
		"ended":           {cert, end.Add(time.Second), "ended on " + end.UTC().Format("2006-01-02 15:04 UTC")},
		"not yet":         {cert, begin.Add(-time.Second), "is not valid before " + begin.UTC().Format("2006-01-02 15:04 UTC")},
		"nothing":         {tls.Certificate{}, begin, "there is no client certificate"},
		"a key alone":     {tls.Certificate{PrivateKey: cert.PrivateKey}, begin, "there is no client certificate"},
		"no key":          {tls.Certificate{Certificate: cert.Certificate}, begin, "no private key"},
		"no signer":       {tls.Certificate{Certificate: cert.Certificate, PrivateKey: "hemmelig"}, begin, "no private key"},
		"a strange key":   {tls.Certificate{Certificate: cert.Certificate, PrivateKey: hsm{"hemmelig"}}, begin, "does not belong"},
		"a lost key":      {tls.Certificate{Certificate: cert.Certificate, PrivateKey: hsm{}}, begin, "does not belong"},
		"no DER":          {tls.Certificate{Certificate: [][]byte{[]byte("æ")}, PrivateKey: cert.PrivateKey}, begin, "cannot be read"},
		"no DER behind":   {tls.Certificate{Certificate: [][]byte{cert.Certificate[0], []byte("æ")}, PrivateKey: cert.PrivateKey}, begin, "cannot be read"},
		"two":             {tls.Certificate{Certificate: [][]byte{cert.Certificate[0], other.Certificate[0]}, PrivateKey: cert.PrivateKey}, begin, ""},
		"two, turned":     {tls.Certificate{Certificate: [][]byte{other.Certificate[0], cert.Certificate[0]}, PrivateKey: cert.PrivateKey}, begin, "does not belong"},
		"another as Leaf": {tls.Certificate{Certificate: cert.Certificate, PrivateKey: other.PrivateKey, Leaf: leaf(t, other)}, begin, "does not belong"},
	} {
		t.Run(name, func(t *testing.T) {
			err := mtls.Check(c.cert, c.now)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "Ærø")
			assert.NotContains(t, err.Error(), "hemmelig")
		})
	}
}

func TestExpires(t *testing.T) {
	cert := pair(t)
	require.Equal(t, leaf(t, cert).NotAfter, mtls.Expires(cert))
	require.True(t, mtls.Expires(tls.Certificate{}).IsZero())
	require.True(t, mtls.Expires(tls.Certificate{Certificate: [][]byte{[]byte("æ")}}).IsZero())
}

func TestFingerprint(t *testing.T) {
	cert := pair(t)
	two := tls.Certificate{Certificate: append(slices.Clone(cert.Certificate), pair(t).Certificate...), PrivateKey: cert.PrivateKey}
	want := fmt.Sprintf("%x", sha256.Sum256(leaf(t, cert).Raw))
	require.Equal(t, want, mtls.Fingerprint(cert))
	require.Equal(t, want, mtls.Fingerprint(two), "those behind it are not part of it")
	require.Empty(t, mtls.Fingerprint(tls.Certificate{}))

	_, shown, err := mtls.Client(nil, cert, mtls.Options{}, time.Now())
	require.NoError(t, err)
	require.Equal(t, want, shown.Fingerprint())
	renewed := pair(t)
	require.Error(t, shown.Set(tls.Certificate{}, time.Now()))
	require.Equal(t, want, shown.Fingerprint())
	require.NoError(t, shown.Set(renewed, time.Now()))
	require.Equal(t, mtls.Fingerprint(renewed), shown.Fingerprint())

	_, shown, err = mtls.Client(&http.Client{Transport: mtls.New(cert, mtls.Options{})}, tls.Certificate{}, mtls.Options{}, time.Now())
	require.NoError(t, err)
	require.Equal(t, want, shown.Fingerprint())
	_, shown, err = mtls.Client(new(http.Client), tls.Certificate{}, mtls.Options{}, time.Now())
	require.NoError(t, err)
	require.Empty(t, shown.Fingerprint())
}

func TestCertificateIsFoundInAClient(t *testing.T) {
	cert := pair(t)
	mine := &tls.Config{Certificates: []tls.Certificate{cert, pair(t)}}
	other := mine.Clone()
	other.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return new(tls.Certificate), nil }
	for name, c := range map[string]struct {
		client *http.Client
		found  bool
	}{
		"ours":                {&http.Client{Transport: mtls.New(cert, mtls.Options{})}, true},
		"net/http's":          {&http.Client{Transport: &http.Transport{TLSClientConfig: mine}}, true},
		"one that is fetched": {&http.Client{Transport: &http.Transport{TLSClientConfig: other}}, false},
		"none there":          {&http.Client{Transport: &http.Transport{TLSClientConfig: new(tls.Config)}}, false},
		"no settings":         {&http.Client{Transport: new(http.Transport)}, false},
		"nil transport":       {&http.Client{Transport: (*http.Transport)(nil)}, false},
		"nil of ours":         {&http.Client{Transport: (*mtls.Transport)(nil)}, false},
		"no transport":        {new(http.Client), false},
		"no client":           {nil, false},
	} {
		got, ok := mtls.Of(c.client)
		assert.Equal(t, c.found, ok, name)
		if c.found {
			assert.Equal(t, cert, got, name)
		}
	}
}
