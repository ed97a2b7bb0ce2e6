package eboks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"
)

// Digest stands for everything that makes a letter: recipient, texts, documents
// and how it travels. It is keyed with one of Config.Keys: four bytes name the key,
// and the others are an HMAC-SHA256.
type Digest [keyName + sha256.Size]byte

// keyName is how many bytes of a Digest name the key.
const keyName = 4

// key is one of Config.Keys.
type key struct {
	name  [keyName]byte
	bytes []byte
}

func newKey(b []byte) key {
	k := key{bytes: slices.Clone(b)}
	mac := hmac.New(sha256.New, b)
	_, _ = mac.Write([]byte("dkeid eboks name of a key"))
	copy(k.name[:], mac.Sum(nil))
	return k
}

// unlike returns why e is not the entry of p, nil if it is.
func (c *Client) unlike(p *Prepared, e Entry) *Error {
	if e.Digest == p.digest {
		return nil
	}
	for _, k := range c.keys {
		if k.name == [keyName]byte(e.Digest[:keyName]) {
			if p.letter.digest(k) == e.Digest {
				return nil
			}
			return e.conflict()
		}
	}
	return &Error{Kind: ConfigInvalid, Why: "the ledger knows this ID by a key that is not in Config.Keys; add the key that was used before"}
}

// conflict is the error for another letter under the ID of e.
func (e Entry) conflict() *Error {
	if e.State == LetterWaiting || e.State == LetterRefused && e.Then == Stop {
		return &Error{Kind: Conflict, Then: Stop, Why: "this ID stands for another letter, which was not delivered; this one needs another ID"}
	}
	return &Error{Kind: Conflict, Then: Decide,
		Why: "this ID stands for another letter, which may have arrived; find out before anything is sent under another ID"}
}

// digest returns what stands for the letter in the ledger. Every text is written
// with its length before it, so that no two letters spell the same.
func (l *Letter) digest(k key) Digest {
	h := digester{make([]byte, 0, 512)}
	h.text("dkeid eboks letter 1")
	h.text(l.To.person.Reveal())
	h.text(l.To.company.String())
	h.text(l.Title)
	h.text(string(l.Material))
	h.number(int64(l.Channel))
	if !l.NotBefore.IsZero() {
		h.text(l.NotBefore.UTC().Format(time.RFC3339Nano))
	}
	h.number(int64(l.Reply.Mode))
	h.text(l.Reply.Mailbox)
	h.text(l.Reply.Subject)
	var a Address
	if l.Channel.MayPrint() {
		a = l.Address
	}
	for _, s := range []string{
		a.Name, a.CareOf, a.Street, a.House, a.Floor, a.Suite, a.Sublocation, a.District, a.POBox, a.PostCode, a.Country,
	} {
		h.text(s)
	}
	h.number(int64(len(a.Lines)))
	for _, s := range a.Lines {
		h.text(s)
	}
	h.document(l.Document)
	h.number(int64(len(l.Attachments)))
	for _, d := range l.Attachments {
		h.document(d)
	}
	mac := hmac.New(sha256.New, k.bytes)
	_, _ = mac.Write(h.spelt)
	var d Digest
	mac.Sum(append(d[:0], k.name[:]...))
	clear(h.spelt[:cap(h.spelt)]) // it spells a CPR number
	return d
}

// digester spells a letter.
type digester struct{ spelt []byte }

func (h *digester) number(n int64) { h.spelt = binary.BigEndian.AppendUint64(h.spelt, uint64(n)) }

func (h *digester) text(s string) {
	h.number(int64(len(s)))
	h.spelt = append(h.spelt, s...)
}

func (h *digester) document(d Document) {
	h.text(d.Name)
	h.number(d.measured.size)
	h.spelt = append(h.spelt, d.measured.digest[:]...)
}
