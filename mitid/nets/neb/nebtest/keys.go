package nebtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1" // of certificates, as x5t demands (RFC 7517, 4.8)
	"crypto/x509"
	"crypto/x509/pkix"
	"embed"
	"encoding/asn1"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"strings"
	"sync"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// The keys are ready-made. They are published with this package and protect nothing.
//
//go:embed keys/*.pem
var keyFiles embed.FS

// keySet are this broker's keys: those of tokens in a ring that rotates, one
// for transaction tokens, one that callers encrypt to.
type keySet struct {
	ring        *mitidtest.Keyring // tokens; publishes the other two around them
	transaction *mitidtest.Key
	request     *mitidtest.Key
	stranger    *mitidtest.Key // a transaction key that is not published
	root        *mitidtest.Key // issues the transaction certificates
	rootPEM     []byte

	mu   sync.Mutex
	ocsp cachedOCSP // the answer that is handed out for some minutes
}

func loadKeys() (*keySet, error) {
	k := new(keySet)
	load := func(name, use string) (*mitidtest.Key, error) {
		text, err := keyFiles.ReadFile("keys/" + name + ".pem")
		if err != nil {
			return nil, err
		}
		key, err := mitidtest.ParseKey(text)
		if err != nil {
			return nil, err
		}
		if name == "transaction-ca" {
			k.rootPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate.Raw})
		}
		print := sha1.Sum(key.Certificate.Raw)
		key.ID = strings.ToUpper(hex.EncodeToString(print[:]))
		key.JWK.Set("use", use)
		key.JWK.Set("kid", key.ID)
		return key, nil
	}
	tokens := make([]*mitidtest.Key, 3)
	for _, f := range []struct {
		name, use string
		to        **mitidtest.Key
	}{
		{"token-1", "sig", &tokens[0]}, {"token-2", "sig", &tokens[1]}, {"token-3", "sig", &tokens[2]},
		{"transaction-1", "sig", &k.transaction}, {"transaction-2", "sig", &k.stranger},
		{"transaction-ca", "sig", &k.root}, {"request", "enc", &k.request},
	} {
		var err error
		if *f.to, err = load(f.name, f.use); err != nil {
			return nil, err
		}
	}
	k.ring = &mitidtest.Keyring{Ring: tokens, Published: 1, Step: 1, Before: []*mitidtest.Key{k.transaction}, After: []*mitidtest.Key{k.request}}
	return k, nil
}

// ocspResponder is an OCSP responder: a key and its certificate, issued by the
// authority of the transaction certificates for a few days.
type ocspResponder struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

var (
	oidNoCheck = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5} // id-pkix-ocsp-nocheck
	derNull    = []byte{5, 0}
)

// responder makes an OCSP responder whose certificate begins and ends then.
func (k *keySet) responder(from, until time.Time) (*ocspResponder, error) {
	return k.issueResponder(responderTemplate(from, until))
}

// responderTemplate is a responder's certificate before it is issued.
func responderTemplate(from, until time.Time) *x509.Certificate {
	return &x509.Certificate{
		Subject:            pkix.Name{Country: []string{"DK"}, Organization: []string{"Fictitious"}, CommonName: "mitidtest fake OCSP responder"},
		NotBefore:          from,
		NotAfter:           until,
		KeyUsage:           x509.KeyUsageDigitalSignature,
		ExtKeyUsage:        []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning},
		SignatureAlgorithm: x509.SHA256WithRSAPSS,
		ExtraExtensions:    []pkix.Extension{{Id: oidNoCheck, Value: derNull}},
	}
}

// issueResponder issues t, with a new key and a random serial number.
func (k *keySet) issueResponder(t *x509.Certificate) (*ocspResponder, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	issuer, err := k.root.Private()
	if err != nil {
		return nil, err
	}
	if t.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 158)); err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, t, k.root.Certificate, key.Public(), issuer)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &ocspResponder{key, cert}, nil
}
