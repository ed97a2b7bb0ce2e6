package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"fmt"
)

// keyIDSize is how many bytes in front of what is sealed name its key.
const keyIDSize = 8

// Safe seals things for the store under keys that are good for one purpose. What
// was sealed for one place opens for that place and no other, so that rows which
// were swapped do not turn into somebody else's.
type Safe []box // newest first

type box struct {
	id   []byte
	aead cipher.AEAD
}

// NewSafe returns the safe for purpose.
func NewSafe(keys Keyring, purpose string) (Safe, error) {
	derived, err := keys.Derive(purpose)
	if err != nil {
		return nil, err
	}
	s := make(Safe, len(derived))
	for i, key := range derived {
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("safe: %w", err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("safe: %w", err)
		}
		id := sha256.Sum256(key)
		s[i] = box{id[:keyIDSize], aead}
	}
	return s, nil
}

// Seal encrypts b for place, under the newest key.
func (s Safe) Seal(b []byte, place string) []byte {
	return s[0].aead.Seal(bytes.Clone(s[0].id), nil, b, []byte(place))
}

// Open returns what was sealed for place, or errVault.
func (s Safe) Open(sealed []byte, place string) ([]byte, error) {
	if len(sealed) < keyIDSize {
		return nil, errVault
	}
	for _, b := range s {
		if !bytes.Equal(b.id, sealed[:keyIDSize]) {
			continue
		}
		opened, err := b.aead.Open(nil, nil, sealed[keyIDSize:], []byte(place))
		if err != nil {
			return nil, errVault
		}
		return opened, nil
	}
	return nil, errVault
}
