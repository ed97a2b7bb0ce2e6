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

// keyring holds six keys in a ring and publishes a window of three. The second
// of the window signs MitID tokens. A rotation moves the window by two: the
// signing key goes, and a key that nobody has seen takes its place.
type keyring struct {
	mu    sync.Mutex
	ring  [keysReady]*signingKey
	first int
}

// signingKey is one RSA key with its self-signed certificate. The private half
// is read when it is first needed.
type signingKey struct {
	id     string // the certificate's serial number, as the broker does it
	public *rsa.PublicKey
	jwk    object
	read   func() (*rsa.PrivateKey, error)
}

func loadKeys() (*keyring, error) {
	k := new(keyring)
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

func (k *keyring) at(i int) *signingKey { return k.ring[(k.first+i)%keysReady] }

// active returns the key that signs MitID tokens.
func (k *keyring) active() *signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at(1)
}

// general returns the key that is published first and signs other eIDs.
func (k *keyring) general() *signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at(0)
}

// stranger returns a key that is not published.
func (k *keyring) stranger() *signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at(keysPublished)
}

func (k *keyring) rotate() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.first = (k.first + 2) % keysReady
}

// set returns the published keys as JWKs.
func (k *keyring) set() []any {
	k.mu.Lock()
	defer k.mu.Unlock()
	keys := make([]any, keysPublished)
	for i := range keys {
		keys[i] = k.at(i).jwk.clone()
	}
	return keys
}
