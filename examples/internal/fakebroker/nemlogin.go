package fakebroker

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"

	"github.com/dkeid/dkeid/examples/internal/dialect"
	"github.com/dkeid/dkeid/mitid/nemlogin"
)

// serviceProvider makes a service provider at base with a key of its own, and registers
// it at the fake. Its entity id is base, so that there may be several.
func (f *Fake) serviceProvider(base string) (nemlogin.Config, error) {
	cfg, err := ServiceProvider(base, f.nemlogin.Metadata(), f.Now)
	if err != nil {
		return nemlogin.Config{}, err
	}
	broker, err := nemlogin.New(cfg)
	if err != nil {
		return nemlogin.Config{}, err
	}
	metadata, err := broker.Metadata(base + "/callback")
	if err != nil {
		return nemlogin.Config{}, err
	}
	return cfg, f.nemlogin.Register(metadata)
}

// ServiceProvider makes a service provider at base, which is its entity id too, for the fake
// with that metadata.
func ServiceProvider(base string, idp []byte, now func() time.Time) (nemlogin.Config, error) {
	pair, err := newPair(now())
	if err != nil {
		return nemlogin.Config{}, err
	}
	cfg := dialect.ConfigAt(base, "Ærøpanelet")
	cfg.EntityID, cfg.IdP, cfg.Keys, cfg.Now = base, [][]byte{idp}, []nemlogin.KeyPair{pair}, now
	return cfg, nil
}

// newPair returns a key and a certificate that is valid for a year.
func newPair(now time.Time) (nemlogin.KeyPair, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nemlogin.KeyPair{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Ærøpanelet", Country: []string{"DK"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nemlogin.KeyPair{}, err
	}
	cert, err := x509.ParseCertificate(der)
	return nemlogin.KeyPair{Key: key, Certificate: cert}, err
}
