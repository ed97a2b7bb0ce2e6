package realservers

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

var day = 24 * time.Hour

// issue makes a certificate that is valid between the two times from now, by a; if a is
// nil, it signs itself. All of them may issue others, and stand for a host on loopback.
func (a *authority) issue(t *testing.T, name string, from, to time.Duration) (*authority, tls.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name, Organization: []string{"Ærø Kommune"}}, NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(to),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	parent := &authority{template, key}
	if a != nil {
		parent = a
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent.cert, &key.PublicKey, parent.key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &authority{cert, key}, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// pki is everything that the servers and their clients need.
type pki struct {
	dir    string // has server.pem, server.key and clients.pem
	roots  *x509.CertPool
	shown  map[string]tls.Certificate // what clients may show, by what is right or wrong with it
	second tls.Certificate            // another good one
}

func newPKI(t *testing.T) *pki {
	t.Helper()
	p := &pki{dir: openDir(t), roots: x509.NewCertPool(), shown: map[string]tls.Certificate{}}
	top, _ := (*authority)(nil).issue(t, "top", -365*day, 365*day)
	between, betweenCert := top.issue(t, "between", -365*day, 365*day)
	other, _ := (*authority)(nil).issue(t, "other", -365*day, 365*day)
	_, p.shown["good"] = top.issue(t, "good", -day, day)
	_, p.second = top.issue(t, "second", -day, 2*day)
	_, chained := between.issue(t, "chained", -day, day)
	p.shown["without the issuing one"] = chained
	chained.Certificate = append(chained.Certificate[:1:1], betweenCert.Certificate[0])
	p.shown["chained"] = chained
	_, p.shown["expired"] = top.issue(t, "expired", -2*day, -day)
	_, p.shown["not yet valid"] = top.issue(t, "not yet valid", day, 2*day)
	_, p.shown["of a stranger"] = other.issue(t, "stranger", -day, day)
	mixed := p.shown["good"]
	mixed.PrivateKey = p.second.PrivateKey
	p.shown["with another's key"] = mixed
	p.shown["none"] = tls.Certificate{}

	home, server := (*authority)(nil).issue(t, "home", -day, day)
	p.roots.AddCert(home.cert)
	p.write(t, "server.pem", "CERTIFICATE", server.Certificate[0])
	p.write(t, "clients.pem", "CERTIFICATE", top.cert.Raw)
	key, err := x509.MarshalPKCS8PrivateKey(server.PrivateKey)
	require.NoError(t, err)
	p.write(t, "server.key", "PRIVATE KEY", key)
	return p
}

func (p *pki) write(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(p.dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}
