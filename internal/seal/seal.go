// Package seal keeps short-lived state in the hands of a browser: a value is
// encrypted and authenticated (AES-256-GCM of the standard library) under keys
// that rotate, bound to one purpose, one audience and one name.
//
// What is sealed is read by its own application alone, so it has no header: no
// algorithm to choose and nothing to parse, and a cookie of 40 characters less
// than any form of JWE would be.
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

// MaxSealed bounds what Open reads, in characters.
const MaxSealed = 128 << 10

// ErrOpen is the one answer to everything that does not open, so that nobody
// learns why.
var ErrOpen = errors.New("seal: does not open")

// Box seals for one purpose. It is safe for concurrent use. A key is good for
// 2^32 seals, by its random nonces; rotate long before.
type Box struct {
	keys []key // the first one seals
}

type key struct {
	aead  cipher.AEAD // draws and carries its own nonces
	marks []byte      // the key of Marks
}

// New returns a Box for purpose and, where that is not enough, for an audience:
// the parts that say whose it is, in a fixed order. The first key seals, every
// key opens. If keys is empty, a random one seals that dies with the process.
func New(purpose string, keys [][]byte, audience ...string) (*Box, error) {
	for _, part := range audience {
		purpose += "\x00" + strconv.Itoa(len(part)) + ":" + part // two audiences never give one text
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
		// One derived key for each purpose and audience: what was sealed as a pending
		// login, or for another application, can never be opened as a session, though
		// the caller gave both the same key.
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

// Seal encrypts plain as base64url, 38 characters longer than plain alone would
// be. It opens under the same name alone; a name is no secret.
func (b *Box) Seal(name string, plain []byte) string {
	return encoding.EncodeToString(b.keys[0].aead.Seal(nil, nil, plain, []byte(name)))
}

// Open returns what was sealed under name, or ErrOpen.
func (b *Box) Open(name, sealed string) ([]byte, error) {
	if len(sealed) > MaxSealed || strings.ContainsAny(sealed, "\r\n") { // which the decoder would pass over
		return nil, ErrOpen
	}
	box, err := encoding.DecodeString(sealed)
	if err != nil {
		return nil, ErrOpen
	}
	for i := range b.keys {
		plain, err := b.keys[i].aead.Open(nil, nil, box, []byte(name))
		if err == nil {
			return plain, nil
		}
	}
	return nil, ErrOpen
}

// Marks returns what stands for text where somebody must find it again without
// learning it: 43 characters for each key, newest first. Nobody without the keys
// can tell which text it was, not even by trying them all.
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
