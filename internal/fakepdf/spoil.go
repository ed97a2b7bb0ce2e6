package fakepdf

import (
	"crypto/x509"
	"time"
)

// contents says what is wrong with Contents.
type contents int

const (
	genuineContents contents = iota
	emptyContents            // <>
	nullContents             // null
	zeroContents             // zeros alone
	secondContents           // twice, both in the gap
)

// A spoil says what one signature gets wrong. What it does not name is genuine.
type spoil struct {
	byteRange   func(s *slot, size int) []int // what is written and signed
	rangeText   func(parts []int) string      // what is written instead
	noByteRange bool
	contents    contents
	digest      func(sum []byte) []byte   // the messageDigest
	value       func(value []byte) []byte // the signature value
	imprint     func(value []byte) []byte // what the time stamp is of
	noToken     bool                      // no time stamp
	edit        func(m *message)          // before the message is written
	message     func(der []byte) []byte   // the whole CMS message
	seal        *signer                   // who seals, if somebody else
	root        *x509.Certificate         // the root beside the seal's certificate, if another
	stamps      *Authority                // who makes the time stamp, if somebody else
	stampsWith  *signer                   // the key of the time stamp, if another
	chain       []*x509.Certificate       // more certificates beside the seal's
	stamped     time.Duration             // how much later the time stamp says that it was made
	answers     *Authority                // who answers about revocation, if somebody else
	answered    time.Duration             // how much later the answers were given
	revoked     time.Time                 // when the seal was revoked
	listed      bool                      // the list says so, and not the answer
	revocation  *x509.Certificate         // what the answers about revocation are about, if something else
}
