package eboks

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
)

// ID names one letter, for ever. It is the idempotency key: whatever happens on
// the way, the same ID never becomes two letters. Make it with [NewID] when the
// letter is decided on, and store it before the letter is sent. It says nothing
// about anybody and may be logged.
//
// It is a UUID (RFC 9562) and prints in the usual 36 characters. The zero ID is no
// letter's.
type ID [16]byte

// NewID returns a random ID (UUID version 4).
func NewID() ID {
	var id ID
	_, _ = rand.Read(id[:]) // never fails (crypto/rand)
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

const idLength = 36

// ParseID reads the 36 characters of a UUID, in either letter case. The error is
// [ErrInputInvalid] and does not repeat s.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != idLength || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ID{}, inputInvalid("a letter's ID is a UUID of 36 characters")
	}
	if _, err := hex.Decode(id[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:])); err != nil {
		return ID{}, inputInvalid("a letter's ID is a UUID of 36 characters")
	}
	return id, nil
}

// IsZero reports whether id is the zero ID.
func (id ID) IsZero() bool { return id == ID{} }

// String returns the 36 characters in lower case, or "" for the zero ID.
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// MarshalText returns String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is [ParseID]; empty text is the zero ID. After an error id is zero.
func (id *ID) UnmarshalText(text []byte) (err error) {
	*id = ID{}
	if len(text) > 0 {
		*id, err = ParseID(string(text))
	}
	return err
}

// Value returns the 36 characters, for a column of text or of UUIDs, and NULL for the
// zero ID.
func (id ID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id.String(), nil
}

// Scan reads the 36 characters, or the 16 bytes of a binary column. NULL and empty
// text are the zero ID. After an error id is zero.
func (id *ID) Scan(src any) error {
	*id = ID{}
	switch src := src.(type) {
	case nil:
		return nil
	case string:
		return id.UnmarshalText([]byte(src))
	case []byte:
		if len(src) == len(id) {
			copy(id[:], src)
			return nil
		}
		return id.UnmarshalText(src)
	}
	return inputInvalid("a letter's ID is stored as its 36 characters or 16 bytes")
}
