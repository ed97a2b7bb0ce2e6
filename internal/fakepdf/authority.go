package fakepdf

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"
)

// Config says what an [Authority] is like. The zero value works.
type Config struct {
	// Now is the clock of [Authority.TimestampHandler], and of signatures that name no
	// time. If nil, it is time.Now.
	Now func() time.Time

	// Name is part of the names in the certificates, which begin with "Fictitious". If
	// empty, it is "Segl".
	Name string

	// SealKey is the key of the seal: RSA of at least 2048 bits, or ECDSA P-256. If
	// nil, it is a fresh RSA key of 2048 bits, which takes about a fifth of a second to
	// make.
	SealKey crypto.Signer

	// SealFrom and SealUntil are the life of the certificate of the seal. If zero, it
	// holds from a day before Now for ten years. The root and the time-stamping
	// certificate hold from 2000 to 2100.
	SealFrom, SealUntil time.Time
}

// An Authority makes signatures: a root, a certificate that seals documents, a
// time-stamping authority, and answers about revocation. The keys of the root, the
// time stamps and the answers are ECDSA P-256.
//
// It does not change once it is made; its methods may be called by several
// goroutines.
type Authority struct {
	now       func() time.Time
	config    Config
	root      *signer
	seal      *signer
	tsa       *signer
	responder *signer
	rootPEM   []byte
	stranger  func() (*Authority, error)
}

// NewAuthority makes an authority with fresh keys.
func NewAuthority(cfg Config) (*Authority, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Name == "" {
		cfg.Name = "Segl"
	}
	if cfg.SealFrom.IsZero() {
		cfg.SealFrom = cfg.Now().Add(-24 * time.Hour)
	}
	if cfg.SealUntil.IsZero() {
		cfg.SealUntil = cfg.SealFrom.AddDate(10, 0, 0)
	}
	if !cfg.SealFrom.Before(cfg.SealUntil) {
		return nil, errors.New("fakepdf: Config.SealUntil is not after Config.SealFrom")
	}
	if err := checkSealKey(cfg.SealKey); err != nil {
		return nil, err
	}
	a := &Authority{now: cfg.Now, config: cfg}
	if err := a.makeCertificates(); err != nil {
		return nil, err
	}
	a.rootPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.cert.Raw})
	a.stranger = sync.OnceValues(func() (*Authority, error) {
		cfg := a.config
		cfg.SealKey = nil
		return NewAuthority(cfg)
	})
	return a, nil
}

func checkSealKey(key crypto.Signer) error {
	if key == nil {
		return nil
	}
	switch pub := key.Public().(type) {
	case *rsa.PublicKey:
		if pub.N.BitLen() >= 2048 {
			return nil
		}
	case *ecdsa.PublicKey:
		if pub.Curve == elliptic.P256() {
			return nil
		}
	}
	return errors.New("fakepdf: Config.SealKey is neither RSA of at least 2048 bits nor ECDSA P-256")
}

func (a *Authority) makeCertificates() error {
	var err error
	issue := func(t *x509.Certificate, key crypto.Signer) *signer {
		if err != nil {
			return nil
		}
		var s *signer
		s, err = a.issue(t, key)
		return s
	}
	a.root = issue(&x509.Certificate{
		Subject: a.subject("rod"), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}, nil)
	a.tsa = issue(&x509.Certificate{
		Subject: a.subject("tidsstempling"), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{criticalTimeStamping()},
	}, nil)
	a.responder = issue(&x509.Certificate{
		Subject: a.subject("OCSP"), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning},
	}, nil)
	key := a.config.SealKey
	if key == nil && err == nil {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	a.seal = issue(&x509.Certificate{
		Subject: a.subject("segl"), NotBefore: a.config.SealFrom, NotAfter: a.config.SealUntil,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
	}, key)
	return err
}

// issue makes a certificate. If key is nil, it makes the key too. While there is no
// root, the certificate signs itself.
func (a *Authority) issue(t *x509.Certificate, key crypto.Signer) (*signer, error) {
	if key == nil {
		fresh, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		key = fresh
	}
	if t.NotBefore.IsZero() {
		t.NotBefore = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		t.NotAfter = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	t.SerialNumber = serial()
	spki, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(spki)
	t.SubjectKeyId = sum[:20]
	parent := &signer{key: key, cert: t}
	if a.root != nil {
		parent = a.root
	}
	raw, err := x509.CreateCertificate(rand.Reader, t, parent.cert, key.Public(), parent.key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, err
	}
	return &signer{key: key, cert: cert}, nil
}

func (a *Authority) subject(what string) pkix.Name {
	return pkix.Name{
		Country: []string{"DK"}, Organization: []string{"Fictitious"},
		CommonName: fmt.Sprintf("Fictitious %s %s", a.config.Name, what),
	}
}

// serial returns a random serial number that is positive.
func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	b[0] = b[0]&0x3f | 0x40
	return new(big.Int).SetBytes(b)
}

// Roots returns a new pool that holds the root and nothing else.
func (a *Authority) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.root.cert)
	return pool
}

// RootPEM returns a copy of the root's certificate in PEM.
func (a *Authority) RootPEM() []byte { return slices.Clone(a.rootPEM) }

// RootCertificate returns the root's certificate.
func (a *Authority) RootCertificate() *x509.Certificate { return a.root.cert }

// SealCertificate returns the certificate that seals documents.
func (a *Authority) SealCertificate() *x509.Certificate { return a.seal.cert }

// TSACertificate returns the certificate that signs time stamps. Its one usage is
// time stamping, and critical.
func (a *Authority) TSACertificate() *x509.Certificate { return a.tsa.cert }

// second returns at in whole seconds, as PDF and CMS write times. If at is zero, it is
// the time of Config.Now.
func (a *Authority) second(at time.Time) time.Time {
	if at.IsZero() {
		at = a.now()
	}
	return at.UTC().Truncate(time.Second)
}
