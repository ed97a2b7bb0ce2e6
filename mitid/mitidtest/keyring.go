package mitidtest

import (
	"crypto/rsa"
	"crypto/sha1" // of certificates, as x5t demands (RFC 7517, 4.8)
	"crypto/x509"
	"embed"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"sync"
)

// The keys are ready-made, so that no test waits for one. They are published
// with this package and protect nothing.
//
//go:embed keys/*.pem
var keyFiles embed.FS

const (
	keysReady     = 6
	keysPublished = 3
)

// keyring holds keys in a ring and publishes a window of them, between fixed keys
// of other purposes. One of the window signs MitID tokens. A rotation moves the
// window so that the signing key goes, and a key that nobody has seen takes its
// place. With Criipto there are six keys, three of them published, the second of
// which signs, and the window moves by two.
type keyring struct {
	mu            sync.Mutex
	ring          []*signingKey
	first         int // of the window
	published     int // the window's size
	signer        int // which of the window signs
	step          int
	before, after []*signingKey
}

// signingKey is one RSA key with its self-signed certificate. The private half
// is read when it is first needed.
type signingKey struct {
	id     string // the certificate's serial number, as Criipto does it
	cert   *x509.Certificate
	public *rsa.PublicKey
	jwk    object
	read   func() (*rsa.PrivateKey, error)
}

func loadKeys() (*keyring, error) {
	k := &keyring{ring: make([]*signingKey, keysReady), published: keysPublished, signer: 1, step: 2}
	for i := range k.ring {
		text, err := keyFiles.ReadFile(fmt.Sprintf("keys/%d.pem", i+1))
		if err != nil {
			return nil, err
		}
		if k.ring[i], err = loadKey(text); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func loadKey(text []byte) (*signingKey, error) {
	first, rest := pem.Decode(text)
	second, _ := pem.Decode(rest)
	if first == nil || second == nil {
		return nil, errors.New("mitidtest: a ready-made key is damaged")
	}
	cert, err := x509.ParseCertificate(first.Bytes)
	if err != nil {
		return nil, err
	}
	public, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("mitidtest: a ready-made key is not RSA")
	}
	id := fmt.Sprintf("%040X", cert.SerialNumber)
	print := sha1.Sum(cert.Raw)
	return &signingKey{
		id:     id,
		cert:   cert,
		public: public,
		read:   sync.OnceValues(func() (*rsa.PrivateKey, error) { return x509.ParsePKCS1PrivateKey(second.Bytes) }),
		// Member order and the missing alg as recorded from the real broker.
		jwk: object{
			{"kty", "RSA"}, {"use", "sig"}, {"kid", id},
			{"x5t", base64.RawURLEncoding.EncodeToString(print[:])},
			{"e", base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes())},
			{"n", base64.RawURLEncoding.EncodeToString(public.N.Bytes())},
			{"x5c", []string{base64.StdEncoding.EncodeToString(cert.Raw)}},
		},
	}, nil
}

func (k *keyring) at(i int) *signingKey { return k.ring[(k.first+i)%len(k.ring)] }

// active returns the key that signs MitID tokens.
func (k *keyring) active() *signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at(k.signer)
}

// general returns the key that is published first and signs something else.
func (k *keyring) general() *signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.before) > 0 {
		return k.before[0]
	}
	return k.at(0)
}

// stranger returns a key that is not published.
func (k *keyring) stranger() *signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at(k.published)
}

func (k *keyring) rotate() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.first = (k.first + k.step) % len(k.ring)
}

// set returns the published keys as JWKs.
func (k *keyring) set() []any {
	k.mu.Lock()
	defer k.mu.Unlock()
	var keys []any
	for _, key := range k.before {
		keys = append(keys, key.jwk.clone())
	}
	for i := range k.published {
		keys = append(keys, k.at(i).jwk.clone())
	}
	for _, key := range k.after {
		keys = append(keys, key.jwk.clone())
	}
	return keys
}
