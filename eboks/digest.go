package eboks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"
)

// digest returns what stands for the letter in the ledger. Every text is written
// with its length before it, so that no two letters spell the same.
func (l *Letter) digest(key []byte) Digest {
	h := digester{hmac.New(sha256.New, key)}
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
	var d Digest
	h.Sum(d[:0])
	return d
}

type digester struct{ hash.Hash }

func (h digester) number(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	_, _ = h.Write(b[:])
}

func (h digester) text(s string) {
	h.number(int64(len(s)))
	_, _ = h.Write([]byte(s))
}

func (h digester) document(d Document) {
	h.text(d.Name)
	h.number(d.measured.size)
	_, _ = h.Write(d.measured.digest[:])
}
