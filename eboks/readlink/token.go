package readlink

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/seal"
)

// maxToken bounds what is looked at, in characters; a token has about 180.
const maxToken = 256

// The plain text of a token: version, sort of recipient, letter, end in Unix
// seconds, pseudonym of the recipient. Its length is fixed.
const (
	version = 1

	person  = 'p'
	company = 'c'

	atID        = 2
	atEnd       = atID + 16
	atPseudonym = atEnd + 8
	plainLength = atPseudonym + sha256.Size
)

// key seals tokens, and opens those that it sealed.
type key struct {
	box   *seal.Box
	about func(eboks.ID) []byte // the key of a letter's pseudonym
}

func newKey(octets []byte) (key, error) {
	box, err := seal.New("eboks readlink", [][]byte{octets})
	if err != nil {
		return key{}, err
	}
	secret := [seal.KeySize]byte(octets)
	return key{box, func(id eboks.ID) []byte {
		derived, err := hkdf.Expand(sha256.New, secret[:], "dkeid readlink recipient v1 "+id.String(), sha256.Size)
		if err != nil { // only for lengths that are not ours
			return nil
		}
		return derived
	}}, nil
}

// seal makes the token of a letter.
func (k *key) seal(id eboks.ID, to eboks.Recipient, end time.Time) string {
	plain := make([]byte, plainLength)
	plain[0], plain[1] = version, person
	pseudonym := k.person(id, to.CPR())
	if to.CPR().IsZero() {
		plain[1], pseudonym = company, k.company(id, to.CVR())
	}
	copy(plain[atID:], id[:])
	binary.BigEndian.PutUint64(plain[atEnd:], uint64(end.Unix()))
	copy(plain[atPseudonym:], pseudonym)
	return k.box.Seal(plain)
}

// person is the pseudonym of a person as the recipient of one letter: that of
// another letter differs, so that links cannot be joined. Nil for nobody.
func (k *key) person(id eboks.ID, n cpr.Number) []byte {
	text, err := n.Pseudonym(k.about(id))
	if err != nil {
		return nil
	}
	octets, err := hex.DecodeString(text)
	if err != nil {
		return nil
	}
	return octets
}

// company is the same of a company.
func (k *key) company(id eboks.ID, n claims.CVR) []byte {
	if n.IsZero() {
		return nil
	}
	mac := hmac.New(sha256.New, k.about(id))
	mac.Write([]byte("cvr " + n.String())) // no CPR number has that form
	return mac.Sum(nil)
}

// ticket is a token that opened.
type ticket struct {
	letter    eboks.ID
	company   bool
	pseudonym []byte
	key       *key
}

// open returns what a token says, nil for everything that is not a living token
// of these Links.
func (l *Links) open(token string) *ticket {
	if len(token) > maxToken {
		return nil
	}
	for i := range l.keys {
		k := &l.keys[i]
		plain, err := k.box.Open(token)
		if err != nil {
			continue
		}
		if len(plain) != plainLength || plain[0] != version || plain[1] != person && plain[1] != company {
			return nil
		}
		end := binary.BigEndian.Uint64(plain[atEnd:])
		if now := l.cfg.Now().Unix(); now < 0 || uint64(now) >= end {
			return nil
		}
		return &ticket{letter: eboks.ID(plain[atID:atEnd]), company: plain[1] == company, pseudonym: plain[atPseudonym:], key: k}
	}
	return nil
}

// isFor reports whether the person is the recipient, in a time that does not tell
// how much of the number is right.
func (t *ticket) isFor(n cpr.Number) bool {
	return !t.company && hmac.Equal(t.pseudonym, t.key.person(t.letter, n))
}

// isForCompany is the same for a company.
func (t *ticket) isForCompany(n claims.CVR) bool {
	return t.company && hmac.Equal(t.pseudonym, t.key.company(t.letter, n))
}
