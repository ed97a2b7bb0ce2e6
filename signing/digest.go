package signing

import (
	"crypto/sha256"
	"encoding/hex"
)

// Digest is a SHA-256. It prints and marshals as 64 lower-case hexadecimal digits.
type Digest [sha256.Size]byte

// String returns the 64 digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText returns String.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 64 lower-case hexadecimal digits. The error is [ErrInputInvalid].
func (d *Digest) UnmarshalText(text []byte) error {
	var read Digest
	if len(text) != 2*len(read) {
		return &Error{Kind: InputInvalid, Why: "a SHA-256 has 64 hexadecimal digits"}
	}
	if _, err := hex.Decode(read[:], text); err != nil || read.String() != string(text) {
		return &Error{Kind: InputInvalid, Why: "a SHA-256 has 64 lower-case hexadecimal digits"}
	}
	*d = read
	return nil
}
