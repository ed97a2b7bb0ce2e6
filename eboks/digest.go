package eboks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// digest returns what stands for the letter in the ledger. Every text is written
// with its length before it, so that no two letters spell the same.
func (l *Letter) digest(key []byte) Digest {
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
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write(h.spelt)
	var d Digest
	mac.Sum(d[:0])
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
