// Package seal encrypts short-lived state that a browser keeps for the application.
// A sealed value is encrypted and authenticated with AES-256-GCM of the standard
// library, under keys that rotate. It opens for one purpose, one audience and one
// name only.
//
// A sealed value has no header, because its own application alone reads it: no
// algorithm to choose, nothing to parse, and 40 characters less than a JWE.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// MaxSealed is the length limit of a sealed value, in characters.
const MaxSealed = 128 << 10

// ErrOpen is the only error of Open, so that nobody learns why a value does not open.
var ErrOpen = errors.New("seal: does not open")

// Box seals for one purpose. It is safe for concurrent use. A key may seal 2^32
// values, because its nonces are random; rotate it long before.
type Box struct {
	keys []key // the first one seals
}

type key struct {
	aead  cipher.AEAD // puts a random nonce before each ciphertext
	marks []byte      // the key of Marks
}

// New returns a Box for purpose and audience. audience names the application, in
// several parts in a fixed order. The first key seals, and every key opens. If keys is
// empty, a random key is used, which ends with the process.
func New(purpose string, keys [][]byte, audience ...string) (*Box, error) {
	for _, part := range audience {
		purpose += "\x00" + strconv.Itoa(len(part)) + ":" + part // with lengths, two audiences never give one text
	}
	if len(keys) == 0 {
		k := make([]byte, KeySize)
		_, _ = rand.Read(k) // never fails (crypto/rand)
		keys = [][]byte{k}
	}
	b := new(Box)
	for i, k := range keys {
		if len(k) != KeySize {
			return nil, fmt.Errorf("seal: key %d has %d bytes, want %d", i, len(k), KeySize)
		}
		// Each purpose and audience has its own derived key. A pending login, or a session
		// of another application, never opens as a session, even under the same key.
		derived, err := hkdf.Expand(sha256.New, k, "dkeid seal v2 "+purpose, KeySize)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		block, err := aes.NewCipher(derived)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		marks, err := hkdf.Expand(sha256.New, k, "dkeid seal marks v1 "+purpose, KeySize)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		b.keys = append(b.keys, key{aead, marks})
	}
	return b, nil
}

// encoding is base64url in its one canonical form.
var encoding = base64.RawURLEncoding.Strict()

// Seal encrypts plain and encodes it as base64url. The result is 38 characters longer
// than plain in base64url. It opens under the same name only. The name is not secret.
func (b *Box) Seal(name string, plain []byte) string {
	return encoding.EncodeToString(b.SealBytes(name, plain))
}

// SealBytes encrypts plain, for a store of bytes. The result is 28 bytes longer.
func (b *Box) SealBytes(name string, plain []byte) []byte {
	return b.keys[0].aead.Seal(nil, nil, plain, []byte(name))
}

// Open returns what was sealed under name, or ErrOpen.
func (b *Box) Open(name, sealed string) ([]byte, error) {
	if len(sealed) > MaxSealed || strings.ContainsAny(sealed, "\r\n") { // the decoder ignores line breaks
		return nil, ErrOpen
	}
	box, err := encoding.DecodeString(sealed)
	if err != nil {
		return nil, ErrOpen
	}
	return b.OpenBytes(name, box)
}

// OpenBytes returns what SealBytes sealed under name, or ErrOpen.
func (b *Box) OpenBytes(name string, sealed []byte) ([]byte, error) {
	for i := range b.keys {
		plain, err := b.keys[i].aead.Open(nil, nil, sealed, []byte(name))
		if err == nil {
			return plain, nil
		}
	}
	return nil, ErrOpen
}

// Marks returns keyed digests of text, of 43 characters each, one for each key, the
// newest key first. A store can find a text again by them. Without the keys nobody can
// find out the text, not even by trying all texts.
func (b *Box) Marks(text string) []string {
	all := make([]string, len(b.keys))
	for i := range b.keys {
		mac := hmac.New(sha256.New, b.keys[i].marks)
		mac.Write([]byte(text))
		all[i] = encoding.EncodeToString(mac.Sum(nil))
	}
	return all
}

// String keeps the keys out of every print.
func (b *Box) String() string { return "seal.Box" }

// GoString keeps the keys out of every print.
func (b *Box) GoString() string { return "seal.Box" }
