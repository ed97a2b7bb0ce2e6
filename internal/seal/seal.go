// Package seal keeps short-lived state in the hands of a browser: a value is
// encrypted and authenticated as a compact JWE (RFC 7516, "dir" with "A256GCM")
// under keys that rotate, bound to one purpose and one audience.
//
// One algorithm and one header for each key leave nothing of JWE's generality to
// parse, so this is the standard library's AES-GCM and a comparison of the
// header; go-jose reads and writes the same in the tests, at five times the cost
// of every request.
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

const (
	nonceSize = 12 // RFC 7518 section 5.3
	tagSize   = 16
)

// ErrOpen is the one answer to everything that does not open, so that nobody
// learns why.
var ErrOpen = errors.New("seal: does not open")

// Box seals for one purpose. It is safe for concurrent use. A key is good for
// 2^32 seals, by its random nonces; rotate long before.
type Box struct {
	keys []key // the first one seals
}

type key struct {
	header string // encoded protected header; names the key
	aead   cipher.AEAD
	marks  []byte // the key of Marks
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
		derived, err := hkdf.Expand(sha256.New, k, "dkeid seal v1 "+purpose, KeySize)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		block, err := aes.NewCipher(derived)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		marks, err := hkdf.Expand(sha256.New, k, "dkeid seal marks v1 "+purpose, KeySize)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		id := sha256.Sum256(derived)
		header := `{"alg":"dir","enc":"A256GCM","kid":"` + encoding.EncodeToString(id[:6]) + `"}`
		b.keys = append(b.keys, key{encoding.EncodeToString([]byte(header)), aead, marks})
	}
	return b, nil
}

// encoding is base64url in its one canonical form.
var encoding = base64.RawURLEncoding.Strict()

// Seal encrypts plain.
func (b *Box) Seal(plain []byte) string {
	k := &b.keys[0]
	// The five parts of a compact JWE (RFC 7516 section 7.1): header, no wrapped
	// key, nonce, ciphertext, tag.
	box := make([]byte, nonceSize, nonceSize+len(plain)+tagSize)
	_, _ = rand.Read(box) // never fails (crypto/rand)
	box = k.aead.Seal(box, box, plain, []byte(k.header))
	out := make([]byte, 0, len(k.header)+4+encoding.EncodedLen(nonceSize)+encoding.EncodedLen(len(plain))+encoding.EncodedLen(tagSize))
	out = append(append(out, k.header...), '.', '.')
	out = append(encoding.AppendEncode(out, box[:nonceSize]), '.')
	out = append(encoding.AppendEncode(out, box[nonceSize:len(box)-tagSize]), '.')
	return string(encoding.AppendEncode(out, box[len(box)-tagSize:]))
}

// Open returns what was sealed, or ErrOpen.
func (b *Box) Open(sealed string) ([]byte, error) {
	if len(sealed) > MaxSealed || strings.ContainsAny(sealed, "\r\n") { // which the decoder would pass over
		return nil, ErrOpen
	}
	header, rest, _ := strings.Cut(sealed, "..")
	nonce, rest, _ := strings.Cut(rest, ".")
	text, tag, ok := strings.Cut(rest, ".")
	if !ok || len(nonce) != encoding.EncodedLen(nonceSize) || len(tag) != encoding.EncodedLen(tagSize) {
		return nil, ErrOpen
	}
	for i := range b.keys {
		k := &b.keys[i]
		if k.header != header {
			continue
		}
		box := make([]byte, 0, nonceSize+encoding.DecodedLen(len(text))+tagSize)
		for _, part := range []string{nonce, text, tag} {
			var err error
			if box, err = encoding.AppendDecode(box, []byte(part)); err != nil {
				return nil, ErrOpen
			}
		}
		plain, err := k.aead.Open(box[nonceSize:nonceSize], box[:nonceSize], box[nonceSize:], []byte(header))
		if err != nil {
			return nil, ErrOpen
		}
		return plain, nil
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
