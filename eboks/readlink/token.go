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

// maxToken bounds what is looked at, in characters; a token has 116.
const maxToken = 256

// The plain text of a token: version, sort of recipient, letter, end in Unix
// seconds, pseudonym of the recipient, level. Its length is fixed.
const (
	version = 2

	person  = 'p'
	company = 'c'

	atID        = 2
	atEnd       = atID + 16
	atPseudonym = atEnd + 8
	atLevel     = atPseudonym + sha256.Size
	plainLength = atLevel + 1
)

// key seals tokens, and opens those that it sealed.
type key struct {
	box   *seal.Box
	about func(eboks.ID) []byte // the key of a letter's pseudonym
}

// newKey is the key of the links under one path: another handler, with other rules,
// cannot open them, though its keys are the same. The host is left out, because
// links outlive hosts.
func newKey(raw []byte, path string) (key, error) {
	box, err := seal.New("eboks readlink", [][]byte{raw}, path)
	if err != nil {
		return key{}, err
	}
	secret := [seal.KeySize]byte(raw)
	return key{box, func(id eboks.ID) []byte {
		derived, err := hkdf.Expand(sha256.New, secret[:], "dkeid readlink recipient v1 "+id.String(), sha256.Size)
		if err != nil { // only for lengths that are not ours
			return nil
		}
		return derived
	}}, nil
}

// seal makes the token of a letter.
func (k *key) seal(id eboks.ID, to eboks.Recipient, end time.Time, level claims.Level) string {
	plain := make([]byte, plainLength)
	plain[0], plain[1] = version, person
	pseudonym := k.person(id, to.CPR())
	if to.CPR().IsZero() {
		plain[1], pseudonym = company, k.company(id, to.CVR())
	}
	copy(plain[atID:], id[:])
	binary.BigEndian.PutUint64(plain[atEnd:], uint64(end.Unix()))
	copy(plain[atPseudonym:], pseudonym)
	plain[atLevel] = byte(level)
	return k.box.Seal("", plain)
}

// person is the pseudonym of a person as the recipient of one letter: that of
// another letter differs, so that links cannot be joined. Nil for nobody.
func (k *key) person(id eboks.ID, n cpr.Number) []byte {
	text, err := n.Pseudonym(k.about(id))
	if err != nil {
		return nil
	}
	raw, err := hex.DecodeString(text)
	if err != nil {
		return nil
	}
	return raw
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
	level     claims.Level // that the link was made for
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
		plain, err := k.box.Open("", token)
		if err != nil {
			continue
		}
		if len(plain) != plainLength || plain[0] != version || plain[1] != person && plain[1] != company || plain[atLevel] > byte(claims.High) {
			return nil
		}
		end := binary.BigEndian.Uint64(plain[atEnd:])
		if now := l.cfg.Now().Unix(); now < 0 || uint64(now) >= end {
			return nil
		}
		return &ticket{letter: eboks.ID(plain[atID:atEnd]), company: plain[1] == company, level: claims.Level(plain[atLevel]), pseudonym: plain[atPseudonym:atLevel], key: k}
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
