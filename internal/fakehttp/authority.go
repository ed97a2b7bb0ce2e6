package fakehttp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"slices"
	"time"
)

// Authority is a certificate authority with a key of its own. Its methods may be
// called by several goroutines.
type Authority struct {
	owner string
	key   *ecdsa.PrivateKey
	cert  *x509.Certificate
	pem   []byte
}

// NewAuthority makes an authority. Its name and those of its servers begin with
// owner, such as "mitidtest".
func NewAuthority(owner string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		Subject:               subject(owner + " fake authority"),
		NotBefore:             longAgo(),
		NotAfter:              farAhead(),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Authority{
		owner: owner,
		key:   key,
		cert:  cert,
		pem:   pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
	}, nil
}

// PEM returns a copy of the authority's certificate in PEM.
func (a *Authority) PEM() []byte { return slices.Clone(a.pem) }

// Pool returns a new pool that holds the authority's certificate and no other.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// IssueServer returns a certificate for a server on a loopback address that is
// also reached under host, a name or an IP address. If host is empty, the name
// is localhost.
func (a *Authority) IssueServer(host string) (tls.Certificate, error) {
	t := x509.Certificate{
		Subject:     subject(a.owner + " fake server"),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	if ip := net.ParseIP(host); ip != nil {
		t.IPAddresses = append(t.IPAddresses, ip)
	} else if host != "" {
		t.DNSNames = []string{host}
	}
	return a.Issue(t)
}

// IssueClient returns a certificate for a client whose name is the authority's
// owner and name.
func (a *Authority) IssueClient(name string) (tls.Certificate, error) {
	return a.Issue(x509.Certificate{
		Subject:     subject(a.owner + " " + name),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// Issue returns a certificate with a new key. It fills in what every certificate
// of a fake has: a random serial number, the usage "digital signature", and,
// unless t has them, a start and an end that hold whatever the fake's clock says.
func (a *Authority) Issue(t x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	if t.NotBefore.IsZero() {
		t.NotBefore = longAgo()
	}
	if t.NotAfter.IsZero() {
		t.NotAfter = farAhead()
	}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, &t, a.cert, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

func subject(name string) pkix.Name {
	return pkix.Name{CommonName: name, Organization: []string{"Fictitious"}}
}

func longAgo() time.Time  { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }
func farAhead() time.Time { return time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC) }
