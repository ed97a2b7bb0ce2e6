package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/dkeid/dkeid/cpr"
)

// keyIDSize is how many octets in front of a sealed number name its key.
const keyIDSize = 8

var errVault = errors.New("a stored CPR number does not open: the key file is another one, or the row was changed")

// vault seals CPR numbers for the store and makes the pseudonyms by which they
// are found. A sealed number opens for the account it was sealed for and no
// other, so that rows which were swapped do not turn into somebody else's number.
type vault struct {
	boxes      []box // newest first
	pseudonyms [][]byte
}

type box struct {
	id   []byte
	aead cipher.AEAD
}

func newVault(keys keyring) (*vault, error) {
	sealing, err := keys.derive("cpr sealing")
	if err != nil {
		return nil, err
	}
	v := &vault{}
	if v.pseudonyms, err = keys.derive("cpr pseudonym"); err != nil {
		return nil, err
	}
	for _, key := range sealing {
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("vault: %w", err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("vault: %w", err)
		}
		id := sha256.Sum256(key)
		v.boxes = append(v.boxes, box{id[:keyIDSize], aead})
	}
	return v, nil
}

// seal encrypts n for account.
func (v *vault) seal(n cpr.Number, account string) []byte {
	b := v.boxes[0]
	return b.aead.Seal(bytes.Clone(b.id), nil, []byte(n.Reveal()), []byte(account))
}

// open returns the number that was sealed for account.
func (v *vault) open(sealed []byte, account string) (cpr.Number, error) {
	if len(sealed) < keyIDSize {
		return cpr.Number{}, errVault
	}
	for _, b := range v.boxes {
		if !bytes.Equal(b.id, sealed[:keyIDSize]) {
			continue
		}
		digits, err := b.aead.Open(nil, nil, sealed[keyIDSize:], []byte(account))
		if err != nil {
			return cpr.Number{}, errVault
		}
		return cpr.Parse(string(digits))
	}
	return cpr.Number{}, errVault
}

// pseudonym returns the look-up keys of n: under the newest key first, then
// under those that older rows may have been written with.
func (v *vault) pseudonym(n cpr.Number) ([]string, error) {
	all := make([]string, len(v.pseudonyms))
	for i, key := range v.pseudonyms {
		p, err := n.Pseudonym(key)
		if err != nil {
			return nil, err
		}
		all[i] = p
	}
	return all, nil
}
