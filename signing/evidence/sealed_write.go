package evidence

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"io"

	"github.com/dkeid/dkeid/signing"
)

// A sealed bundle is
//
//	mark (16 bytes) salt (32 bytes) check (32 bytes) chunk chunk … last chunk
//
// Key and check are derived from the caller's key and the salt (HKDF, SHA-256), so every
// bundle has a key of its own, and a wrong key is noticed before anything is decrypted.
// A chunk is AES-256-GCM of 64 KiB; the last one is shorter, and empty only if nothing was
// sealed or its content is a multiple of 64 KiB long. The nonce is the chunk's number and
// whether it is the last, so chunks cannot be cut off, swapped, repeated or added.

// KeySize is the length of a key, in bytes.
const KeySize = 32

const (
	sealedMark = "dkeid-evidence-1"
	saltSize   = 32
	headSize   = int64(len(sealedMark) + saltSize + sha256.Size)
	tagSize    = 16 // of AES-GCM
)

// sealedKey is what one sealed bundle is encrypted with.
type sealedKey struct {
	aead  cipher.AEAD
	check []byte
}

// keyFor derives the key of a bundle.
func keyFor(key, salt []byte) (*sealedKey, error) {
	if len(key) != KeySize {
		return nil, failed(signing.ConfigInvalid, "", "a key must have 32 bytes")
	}
	derived, err := hkdf.Key(sha256.New, key, salt, sealedMark, KeySize+sha256.Size)
	if err != nil {
		return nil, failed(signing.ConfigInvalid, "", "a key cannot be used")
	}
	block, err := aes.NewCipher(derived[:KeySize])
	if err != nil {
		return nil, failed(signing.ConfigInvalid, "", "a key cannot be used")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, failed(signing.ConfigInvalid, "", "a key cannot be used")
	}
	return &sealedKey{aead, derived[KeySize:]}, nil
}

// nonce is that of chunk number n.
func nonce(n int64, last bool) []byte {
	b := make([]byte, 12)
	binary.BigEndian.PutUint64(b[3:], uint64(n))
	if last {
		b[11] = 1
	}
	return b
}

// Seal returns a writer that encrypts what is written to it, with a key derived from key
// (KeySize bytes), and writes it to w. Close ends the sealed bundle and does not close w;
// without Close it does not open. Seal holds 128 kB.
func Seal(w io.Writer, key []byte) (io.WriteCloser, error) {
	head := append([]byte(sealedMark), make([]byte, saltSize)...)
	salt := head[len(sealedMark):]
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	k, err := keyFor(key, salt)
	if err != nil {
		return nil, err
	}
	if err := put(w, append(head, k.check...)); err != nil {
		return nil, err
	}
	return &sealer{to: w, key: k, plain: make([]byte, 0, chunk), sealed: make([]byte, 0, chunk+tagSize)}, nil
}

// sealer is what Seal returns.
type sealer struct {
	to            io.Writer
	key           *sealedKey
	plain, sealed []byte
	n             int64 // of the next chunk
	err           error // after which nothing is written
}

// Write encrypts b. It keeps what does not fill a chunk.
func (s *sealer) Write(b []byte) (int, error) {
	written := 0
	for len(b) > 0 && s.err == nil {
		n := min(len(b), chunk-len(s.plain))
		s.plain = append(s.plain, b[:n]...)
		b, written = b[n:], written+n
		if len(s.plain) == chunk {
			s.flush(false)
		}
	}
	return written, s.err
}

// Close writes the last chunk.
func (s *sealer) Close() error {
	if s.err == nil {
		if s.flush(true); s.err == nil {
			s.err = errClosed
			return nil
		}
	}
	if s.err == errClosed {
		return nil
	}
	return s.err
}

var errClosed error = failed(signing.InputInvalid, "", "the sealed bundle has been closed")

func (s *sealer) flush(last bool) {
	s.sealed = s.key.aead.Seal(s.sealed[:0], nonce(s.n, last), s.plain, nil)
	s.plain, s.n = s.plain[:0], s.n+1
	if err := put(s.to, s.sealed); err != nil {
		s.err = err
	}
}

// find returns the key of keys that check is of, and whether there is one.
func find(keys [][]byte, salt, check []byte) (*sealedKey, bool, error) {
	for _, key := range keys {
		k, err := keyFor(key, salt)
		if err != nil {
			return nil, false, err
		}
		if subtle.ConstantTimeCompare(k.check, check) == 1 {
			return k, true, nil
		}
	}
	return nil, false, nil
}
