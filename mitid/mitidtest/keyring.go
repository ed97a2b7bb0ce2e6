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

// Keyring holds keys in a ring and publishes a window of them, between fixed keys of
// other purposes. One key of the window signs tokens. A rotation moves the window: the
// signing key is no longer published, and a key that was never published replaces it.
type Keyring struct {
	Ring      []*Key
	Published int // the window's size
	Signer    int // which of the window signs
	Step      int // by which a rotation moves the window
	// Before and After are published around the window and sign nothing of a login.
	Before, After []*Key

	mu    sync.Mutex
	first int // of the window
}

// Key is one RSA key with its self-signed certificate.
type Key struct {
	ID          string // kid; the certificate's serial number in hexadecimal, unless the dialect says otherwise
	Certificate *x509.Certificate
	JWK         Object // as it is published
	// Private reads the private half, when it is first needed.
	Private func() (*rsa.PrivateKey, error)

	public *rsa.PublicKey
}

func loadKeys() (*Keyring, error) {
	k := &Keyring{Ring: make([]*Key, keysReady), Published: keysPublished, Signer: 1, Step: 2}
	for i := range k.Ring {
		text, err := keyFiles.ReadFile(fmt.Sprintf("keys/%d.pem", i+1))
		if err != nil {
			return nil, err
		}
		if k.Ring[i], err = ParseKey(text); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// ParseKey reads a certificate and its PKCS #1 key in PEM, the certificate first.
func ParseKey(text []byte) (*Key, error) {
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
	return &Key{
		ID:          id,
		Certificate: cert,
		public:      public,
		Private:     sync.OnceValues(func() (*rsa.PrivateKey, error) { return x509.ParsePKCS1PrivateKey(second.Bytes) }),
		// Member order and the missing alg as recorded from the real broker.
		JWK: Object{
			{"kty", "RSA"}, {"use", "sig"}, {"kid", id},
			{"x5t", base64.RawURLEncoding.EncodeToString(print[:])},
			{"e", base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes())},
			{"n", base64.RawURLEncoding.EncodeToString(public.N.Bytes())},
			{"x5c", []string{base64.StdEncoding.EncodeToString(cert.Raw)}},
		},
	}, nil
}

func (k *Keyring) at(i int) *Key { return k.Ring[(k.first+i)%len(k.Ring)] }

// Active returns the key that signs MitID tokens.
func (k *Keyring) Active() *Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at(k.Signer)
}

// Next returns the key that signs after the next rotation.
func (k *Keyring) Next() *Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at(k.Signer + k.Step)
}

// firstPublished returns the key that is published first and signs something else.
func (k *Keyring) firstPublished() *Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.Before) > 0 {
		return k.Before[0]
	}
	return k.at(0)
}

// unpublished returns a key that is not published.
func (k *Keyring) unpublished() *Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at(k.Published)
}

func (k *Keyring) rotate() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.first = (k.first + k.Step) % len(k.Ring)
}

// rewind turns every rotation back.
func (k *Keyring) rewind() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.first = 0
}

// JWKs returns the published keys as JWKs.
func (k *Keyring) JWKs() []any {
	k.mu.Lock()
	defer k.mu.Unlock()
	var keys []any
	for _, key := range k.Before {
		keys = append(keys, key.JWK.Clone())
	}
	for i := range k.Published {
		keys = append(keys, k.at(i).JWK.Clone())
	}
	for _, key := range k.After {
		keys = append(keys, key.JWK.Clone())
	}
	return keys
}
