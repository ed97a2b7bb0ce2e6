package timestamp_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/timestamp"
	"github.com/dkeid/dkeid/internal/timestamptest"
	"github.com/dkeid/dkeid/internal/toolstest"
)

var digest = sha256.Sum256([]byte("Blåbærgrød på Ærø"))

func authority(tb testing.TB, cfg timestamptest.Config) *timestamptest.Authority {
	tb.Helper()
	a, err := timestamptest.New(cfg)
	require.NoError(tb, err)
	return a
}

// stamped asks the authority over HTTP and checks what it says.
func stamped(a *timestamptest.Authority, roots *x509.CertPool) (*timestamp.Timestamp, error) {
	server := httptest.NewServer(a)
	defer server.Close()
	token, err := timestamp.NewRequest(digest, nil).Fetch(context.Background(), httpx.New(server.Client(), httpx.Limits{}), server.URL)
	if err != nil {
		return nil, err
	}
	return timestamp.Check(context.Background(), token, digest, roots)
}

func TestTimestamp(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	a := authority(t, timestamptest.Config{Now: func() time.Time { return now }})
	got, err := stamped(a, a.Roots())
	require.NoError(t, err)
	assert.Equal(t, now, got.Time)
	assert.Equal(t, time.Second, got.Accuracy)
	assert.True(t, got.Certificate.Equal(a.Cert))
	assert.Equal(t, "1.2.3.4.1", got.Policy)
}

// The certificates of the authority expired long ago; at the time in the token they held.
func TestTimestampOfLongAgo(t *testing.T) {
	then := time.Date(2009, 3, 1, 12, 0, 0, 0, time.UTC)
	a := authority(t, timestamptest.Config{Now: func() time.Time { return then }})
	_, err := stamped(a, a.Roots())
	require.NoError(t, err)
}

// spoilt are tokens that must not be taken.
func TestSpoiltTimestamps(t *testing.T) {
	serverAuth := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
	stamping := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	usage := func(critical bool, purposes ...asn1.ObjectIdentifier) timestamptest.Config {
		return timestamptest.Config{Signer: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{timestamptest.UsageExtension(critical, purposes...)}
		}}
	}
	spoil := func(change func(*timestamptest.Token)) timestamptest.Config {
		return timestamptest.Config{Spoil: change}
	}
	other := authority(t, timestamptest.Config{Name: "Other"})
	for name, cfg := range map[string]timestamptest.Config{
		"usage-not-critical":    usage(false, stamping),
		"usage-of-servers":      usage(true, serverAuth),
		"usage-of-servers-too":  usage(true, stamping, serverAuth),
		"usage-missing":         {Signer: func(c *x509.Certificate) { c.ExtraExtensions = nil }},
		"key-for-certificates":  {Signer: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }},
		"signer-not-yet-valid":  {Signer: func(c *x509.Certificate) { c.NotBefore = c.NotAfter.Add(-time.Minute) }},
		"signer-expired":        {Signer: func(c *x509.Certificate) { c.NotAfter = c.NotBefore.Add(time.Minute) }},
		"root-expired":          {Root: func(c *x509.Certificate) { c.NotAfter = c.NotBefore.Add(time.Minute) }},
		"another-imprint":       spoil(func(k *timestamptest.Token) { k.Imprint = make([]byte, 32) }),
		"imprint-plus-one-byte": spoil(func(k *timestamptest.Token) { k.Imprint = append(k.Imprint, 0) }),
		"imprint-named-sha512":  spoil(func(k *timestamptest.Token) { k.Hash = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3} }),
		"nonce-missing":         spoil(func(k *timestamptest.Token) { k.Nonce = nil }),
		"nonce-of-another":      spoil(func(k *timestamptest.Token) { k.Nonce = new(big.Int).Add(k.Nonce, big.NewInt(1)) }),
		"two-signers":           spoil(func(k *timestamptest.Token) { k.Twice = true }),
		"no-certificate":        spoil(func(k *timestamptest.Token) { k.Certs = nil }),
		"bytes-behind":          spoil(func(k *timestamptest.Token) { k.Behind = []byte{5, 0} }),
		"unknown-critical": spoil(func(k *timestamptest.Token) {
			k.Extension = []pkix.Extension{{Id: serverAuth, Critical: true, Value: []byte{5, 0}}}
		}),
		"many-certificates": spoil(func(k *timestamptest.Token) {
			for range 20 {
				k.Certs = append(k.Certs, other.Root)
			}
		}),
		"before-the-certificate": spoil(func(k *timestamptest.Token) { k.Time = k.Time.AddDate(-20, 0, 0) }),
		"after-the-certificate":  spoil(func(k *timestamptest.Token) { k.Time = k.Time.AddDate(20, 0, 0) }),
	} {
		t.Run(name, func(t *testing.T) {
			a := authority(t, cfg)
			_, err := stamped(a, a.Roots())
			require.Error(t, err)
			assert.Contains(t, []fault.Class{fault.SignatureInvalid, fault.ResponseInvalid}, fault.ClassOf(err), "%v", err)
		})
	}
	t.Run("another-authority", func(t *testing.T) {
		_, err := stamped(authority(t, timestamptest.Config{}), other.Roots())
		assert.ErrorIs(t, err, fault.Sentinel{Class: fault.SignatureInvalid})
	})
}

// The trusted certificate lies in the bag and in the name, and another key signed
// (the class of CVE-2026-39984).
func TestBagWithTwoCertificates(t *testing.T) {
	a := authority(t, timestamptest.Config{})
	stranger := authority(t, timestamptest.Config{Name: "Stranger"})
	_, strangerKey, err := stranger.Issue(a.Cert)
	require.NoError(t, err)
	for name, spoil := range map[string]func(*timestamptest.Token){
		"trusted-first-and-named": func(k *timestamptest.Token) { k.Key, k.Certs = strangerKey, []*x509.Certificate{a.Cert, stranger.Cert} },
		"trusted-last-and-named":  func(k *timestamptest.Token) { k.Key, k.Certs = strangerKey, []*x509.Certificate{stranger.Cert, a.Cert} },
	} {
		t.Run(name, func(t *testing.T) {
			a.Spoil(spoil)
			_, err := stamped(a, a.Roots())
			assert.ErrorIs(t, err, fault.Sentinel{Class: fault.SignatureInvalid})
		})
	}
	t.Run("stranger-signs-and-is-named", func(t *testing.T) {
		stranger.Spoil(func(k *timestamptest.Token) { k.Certs = []*x509.Certificate{a.Cert, stranger.Cert} })
		_, err := stamped(stranger, a.Roots())
		assert.ErrorIs(t, err, fault.Sentinel{Class: fault.SignatureInvalid})
	})
	t.Run("a-server-of-the-same-root-signs", func(t *testing.T) { // its usage counts, not that of the other
		server, key, err := a.Issue(&x509.Certificate{
			SerialNumber: big.NewInt(7), Subject: a.Cert.Subject, NotBefore: a.Cert.NotBefore, NotAfter: a.Cert.NotAfter,
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		})
		require.NoError(t, err)
		a.Spoil(func(k *timestamptest.Token) {
			k.Key, k.Named, k.Certs = key, server, []*x509.Certificate{a.Cert, server}
		})
		_, err = stamped(a, a.Roots())
		assert.ErrorIs(t, err, fault.Sentinel{Class: fault.SignatureInvalid})
	})
	t.Run("a-bystander-does-no-harm", func(t *testing.T) {
		a.Spoil(func(k *timestamptest.Token) { k.Certs = []*x509.Certificate{stranger.Cert, a.Cert} })
		got, err := stamped(a, a.Roots())
		require.NoError(t, err)
		assert.True(t, got.Certificate.Equal(a.Cert), "the one that signed is reported")
	})
}

// Every bit that is signed, or that says who signed, is held.
func TestTimestampBitFlips(t *testing.T) {
	a := authority(t, timestamptest.Config{})
	token, err := a.Token(digest[:], big.NewInt(1))
	require.NoError(t, err)
	for i := range token {
		for bit := range 8 {
			bad := append([]byte(nil), token...)
			bad[i] ^= 1 << bit
			got, err := timestamp.Check(context.Background(), bad, digest, a.Roots())
			if err == nil { // what nothing depends on, such as the list of digest algorithms
				assert.Equal(t, a.Cert.Raw, got.Certificate.Raw, "byte %d bit %d", i, bit)
			}
		}
	}
}

func TestAuthorityAnswersBadly(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"status-500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"html": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<p>Øv")
		},
		"empty": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", timestamp.ReplyType) },
		"rejected": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", timestamp.ReplyType)
			_, _ = w.Write([]byte{0x30, 5, 0x30, 3, 2, 1, 2})
		},
		"too-long": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", timestamp.ReplyType)
			_, _ = w.Write(make([]byte, timestamp.MaxToken+1))
		},
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			defer server.Close()
			_, err := timestamp.NewRequest(digest, nil).Fetch(context.Background(), httpx.New(server.Client(), httpx.Limits{}), server.URL)
			require.Error(t, err)
			assert.Contains(t, []fault.Class{fault.BrokerUnavailable, fault.ResponseInvalid}, fault.ClassOf(err), "%v", err)
			assert.NotContains(t, err.Error(), "Øv")
		})
	}
}

// openssl is a timestamp authority that is not ours, and a reader of our own tokens.
func TestOpenSSL(t *testing.T) {
	openssl := toolstest.Program(t, "openssl", "needs openssl: apt-get install openssl")
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command(openssl, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	write := func(name string, content []byte) {
		t.Helper()
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	write("tsa.cnf", []byte(`[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[tsa_cert]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[tsa]
default_tsa = tsa1
[tsa1]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
certs = ca.pem
default_policy = 1.2.3.4.1
signer_digest = sha256
digests = sha256
accuracy = secs:1, millisecs:500
ess_cert_id_alg = sha256
clock_precision_digits = 3
`))
	write("serial", []byte("01\n"))
	run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Fictitious root", "-days", "3650", "-config", "tsa.cnf", "-extensions", "ca")
	run("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Fictitious authority", "-config", "tsa.cnf")
	run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "tsa.pem", "-days", "30", "-extfile", "tsa.cnf", "-extensions", "tsa_cert")

	request := timestamp.NewRequest(digest, nil)
	query, err := request.DER()
	require.NoError(t, err)
	write("query.tsq", query)
	run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr")
	reply, err := os.ReadFile(filepath.Join(dir, "reply.tsr"))
	require.NoError(t, err)
	token, err := request.Read(reply)
	require.NoError(t, err)
	root, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(root))
	got, err := timestamp.Check(context.Background(), token, digest, roots)
	require.NoError(t, err)
	assert.Equal(t, "Fictitious authority", got.Certificate.Subject.CommonName)
	assert.Equal(t, 1500*time.Millisecond, got.Accuracy)

	// And the other way round.
	ours := authority(t, timestamptest.Config{})
	reply, err = ours.Reply(query)
	require.NoError(t, err)
	write("ours.tsr", reply)
	write("ours.pem", ours.RootPEM())
	run("ts", "-verify", "-in", "ours.tsr", "-queryfile", "query.tsq", "-CAfile", "ours.pem")
}

// FuzzToken holds that no token ends a program, and that none is taken.
func FuzzToken(f *testing.F) {
	a := authority(f, timestamptest.Config{})
	token, err := a.Token(digest[:], big.NewInt(1))
	require.NoError(f, err)
	f.Add(token)
	for i := 0; i < len(token); i += 97 {
		f.Add(token[:i])
	}
	other := sha256.Sum256([]byte(strconv.Itoa(1)))
	f.Fuzz(func(t *testing.T, token []byte) {
		got, err := timestamp.Check(context.Background(), token, digest, a.Roots())
		if err == nil && !got.Certificate.Equal(a.Cert) {
			t.Fatal("another signer was taken")
		}
		if _, err := timestamp.Check(context.Background(), token, other, a.Roots()); err == nil {
			t.Fatal("a timestamp of another content was taken")
		}
	})
}

// FuzzReply holds the same for whole replies.
func FuzzReply(f *testing.F) {
	a := authority(f, timestamptest.Config{})
	request := timestamp.NewRequest(digest, nil)
	query, err := request.DER()
	require.NoError(f, err)
	reply, err := a.Reply(query)
	require.NoError(f, err)
	f.Add(reply)
	f.Fuzz(func(_ *testing.T, reply []byte) { _, _ = request.Read(reply) })
}
