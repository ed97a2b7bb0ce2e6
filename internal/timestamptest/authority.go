package timestamptest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"sync"
	"time"
)

// Config configures an Authority. The zero value is a sound authority.
type Config struct {
	// Name is in the names of the certificates. If empty, it is "Fictitious".
	Name string
	// Now is the clock. If nil, it is time.Now.
	Now func() time.Time
	// Root changes the certificate of the root before it is issued.
	Root func(*x509.Certificate)
	// Signer changes the certificate that signs timestamps before it is issued.
	Signer func(*x509.Certificate)
	// Spoil changes every token before it is signed.
	Spoil func(*Token)
}

// Authority issues timestamps. It is safe for concurrent use.
type Authority struct {
	Root *x509.Certificate // issued Cert
	Cert *x509.Certificate // signs timestamps

	now     func() time.Time
	key     *ecdsa.PrivateKey
	rootKey *ecdsa.PrivateKey

	mu     sync.Mutex
	spoil  func(*Token)
	serial int64
}

// oidExtKeyUsage is the extension extKeyUsage, which must be critical for timestamps.
var oidExtKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 37}

// UsageExtension is an extKeyUsage that names the purposes.
func UsageExtension(critical bool, purposes ...asn1.ObjectIdentifier) pkix.Extension {
	der, _ := asn1.Marshal(purposes) // identifiers always marshal
	return pkix.Extension{Id: oidExtKeyUsage, Critical: critical, Value: der}
}

// The purposes of keys (RFC 5280 section 4.2.1.12), for UsageExtension.
func timeStamping() asn1.ObjectIdentifier { return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8} }

// New returns an Authority with fresh keys. Its certificates begin an hour before now;
// that of the signer holds a year, and that of the root ten.
func New(cfg Config) (*Authority, error) {
	if cfg.Name == "" {
		cfg.Name = "Fictitious"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	a := &Authority{now: cfg.Now, spoil: cfg.Spoil}
	var err error
	if a.rootKey, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	from := cfg.Now().Add(-time.Hour).UTC().Truncate(time.Second)
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: name(cfg.Name + " timestamp root"), NotBefore: from, NotAfter: from.AddDate(10, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if cfg.Root != nil {
		cfg.Root(root)
	}
	if a.Root, err = issue(root, root, a.rootKey, a.rootKey); err != nil {
		return nil, err
	}
	signer := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: name(cfg.Name + " timestamp authority"), NotBefore: from, NotAfter: from.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtraExtensions: []pkix.Extension{UsageExtension(true, timeStamping())},
	}
	if cfg.Signer != nil {
		cfg.Signer(signer)
	}
	a.Cert, err = issue(signer, a.Root, a.key, a.rootKey)
	return a, err
}

func name(common string) pkix.Name {
	return pkix.Name{Country: []string{"DK"}, Organization: []string{"Fictitious"}, CommonName: common}
}

func issue(t, parent *x509.Certificate, key, by *ecdsa.PrivateKey) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, parent, key.Public(), by)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// Issue returns one more certificate of the root, with a key of its own.
func (a *Authority) Issue(t *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	c, err := issue(t, a.Root, key, a.rootKey)
	return c, key, err
}

// Roots returns a pool with the root.
func (a *Authority) Roots() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.Root)
	return p
}

// RootPEM returns the root, for other programs.
func (a *Authority) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Raw})
}

// Spoil changes the tokens from now on before they are signed. If nil, they are sound.
func (a *Authority) Spoil(change func(*Token)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spoil = change
}
