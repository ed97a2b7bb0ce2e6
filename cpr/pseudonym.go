package cpr

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// minKey is the shortest key of [Number.Pseudonym] in bytes, the size of the
// hash.
const minKey = sha256.Size

// Pseudonym returns a key for look-ups that stands for n: HMAC-SHA-256 over the
// ten ASCII digits in 64 lower-case hexadecimal characters. The same number and
// key always give the same pseudonym, in every process.
//
// key has at least 32 random bytes. Use one key for each purpose, so that tables
// of different purposes cannot be joined, and keep it away from the data: who
// has both can try all numbers. A plain hash has no such key and protects
// nothing, because there are only 365,209,476 well-formed numbers and a laptop
// hashes them all in minutes.
//
// A short key is refused with [ReasonKey], the zero Number with [ReasonMissing].
// Where an attacker can measure time, compare pseudonyms with
// [crypto/hmac.Equal].
func (n Number) Pseudonym(key []byte) (string, error) {
	if n.v == 0 {
		return "", &Error{Reason: ReasonMissing}
	}
	if len(key) < minKey {
		return "", &Error{Reason: ReasonKey}
	}
	digits := n.digits()
	mac := hmac.New(sha256.New, key)
	mac.Write(digits[:])
	return hex.EncodeToString(mac.Sum(nil)), nil
}
