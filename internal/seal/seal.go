// Package seal keeps short-lived state in the hands of a browser: a value is
// encrypted and authenticated as a compact JWE (RFC 7516, "dir" with "A256GCM")
// under keys that rotate, bound to one purpose.
package seal

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// KeySize is the length of a key in octets.
const KeySize = 32

// MaxSealed bounds what Open reads, in characters.
const MaxSealed = 16 << 10

// ErrOpen is the one answer to everything that does not open, so that nobody
// learns why.
var ErrOpen = errors.New("seal: does not open")

// Box seals for one purpose. It is safe for concurrent use.
type Box struct {
	current jose.Encrypter
	keys    map[string][]byte // by key id
}

// New returns a Box for purpose. The first key seals, every key opens. No keys:
// a random one that dies with the process.
func New(purpose string, keys [][]byte) (*Box, error) {
	if len(keys) == 0 {
		k := make([]byte, KeySize)
		_, _ = rand.Read(k) // never fails (crypto/rand)
		keys = [][]byte{k}
	}
	b := &Box{keys: make(map[string][]byte, len(keys))}
	for i, k := range keys {
		if len(k) != KeySize {
			return nil, fmt.Errorf("seal: key %d has %d octets, want %d", i, len(k), KeySize)
		}
		// One derived key for each purpose: what was sealed as a pending login can
		// never be opened as a session, though the caller gave both the same key.
		derived, err := hkdf.Expand(sha256.New, k, "dkeid seal v1 "+purpose, KeySize)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		id := sha256.Sum256(derived)
		kid := base64.RawURLEncoding.EncodeToString(id[:6])
		if i == 0 {
			b.current, err = jose.NewEncrypter(jose.A256GCM,
				jose.Recipient{Algorithm: jose.DIRECT, Key: derived, KeyID: kid}, nil)
			if err != nil {
				return nil, fmt.Errorf("seal: %w", err)
			}
		}
		b.keys[kid] = derived
	}
	return b, nil
}

// Seal encrypts plain.
func (b *Box) Seal(plain []byte) (string, error) {
	e, err := b.current.Encrypt(plain)
	if err != nil {
		return "", errors.New("seal: does not seal")
	}
	return e.CompactSerialize()
}

// Open returns what was sealed, or ErrOpen.
func (b *Box) Open(sealed string) ([]byte, error) {
	if len(sealed) > MaxSealed {
		return nil, ErrOpen
	}
	e, err := jose.ParseEncryptedCompact(sealed, []jose.KeyAlgorithm{jose.DIRECT}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return nil, ErrOpen
	}
	key, ok := b.keys[e.Header.KeyID]
	if !ok {
		return nil, ErrOpen
	}
	plain, err := e.Decrypt(key)
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// String keeps the keys out of every print.
func (b *Box) String() string { return "seal.Box" }

// GoString keeps the keys out of every print.
func (b *Box) GoString() string { return "seal.Box" }
