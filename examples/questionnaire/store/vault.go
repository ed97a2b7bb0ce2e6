package store

import (
	"errors"

	"github.com/dkeid/dkeid/cpr"
)

var errVault = errors.New("what is stored does not open: the key file is another one, or the row was changed")

// Vault seals what the store must not hold in clear: CPR numbers, each for its
// account, letters and agreements, each for its ID. It makes the pseudonyms by which numbers
// are found.
type Vault struct {
	numbers, letters, agreements Safe
	pseudonyms                   [][]byte // newest first
}

// NewVault returns the vault that keys open.
func NewVault(keys Keyring) (*Vault, error) {
	v := &Vault{}
	var err error
	if v.numbers, err = NewSafe(keys, "cpr sealing"); err != nil {
		return nil, err
	}
	if v.letters, err = NewSafe(keys, "letter sealing"); err != nil {
		return nil, err
	}
	if v.agreements, err = NewSafe(keys, "agreement sealing"); err != nil {
		return nil, err
	}
	if v.pseudonyms, err = keys.Derive("cpr pseudonym"); err != nil {
		return nil, err
	}
	return v, nil
}

// seal encrypts n for account.
func (v *Vault) seal(n cpr.Number, account string) []byte {
	return v.numbers.Seal([]byte(n.Reveal()), account)
}

// open returns the number that was sealed for account.
func (v *Vault) open(sealed []byte, account string) (cpr.Number, error) {
	digits, err := v.numbers.Open(sealed, account)
	if err != nil {
		return cpr.Number{}, err
	}
	return cpr.Parse(string(digits))
}

// pseudonym returns the look-up keys of n: under the newest key first, then
// under those that older rows may have been written with.
func (v *Vault) pseudonym(n cpr.Number) ([]string, error) {
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
