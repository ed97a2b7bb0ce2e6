package eident

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/transactiontext"
	"github.com/dkeid/dkeid/mitid"
)

// typeWords are transactiontext_type and transaction_text_type.
var typeWords = map[mitid.TextType]string{mitid.PlainText: "text", mitid.HTMLText: "html"}

// maxTransactionText is the broker's limit, in characters before they are encoded
// (Nets E-Ident, MitID parameters).
const maxTransactionText = 600

// checkText refuses a transaction text that MitID does not show.
func checkText(t mitid.Text) error {
	kind := transactiontext.Plain
	if t.Type == mitid.HTMLText {
		kind = transactiontext.HTML
	}
	return transactiontext.Check(kind, t.Body, maxTransactionText)
}

// checkTexts compares what the broker says of the texts with what was sent, before
// anything else is asked. Of a transaction text it must tell the text, its type
// and its digest.
func (st *statement) checkTexts(a *mitid.Attempt, seen mitid.Texts) error {
	no := func(why string) error { return fault.New(fault.TransactionMismatch, why) }
	switch {
	case a.Reference == nil:
	case seen.Reference == nil && !st.b.cfg.textOptional:
		return no("the answer does not repeat the reference text; Config.ReferenceTextOptional, if this merchant's never do")
	case seen.Reference != nil && *mitid.DigestOf(*seen.Reference) != *a.Reference:
		return no("the person saw another reference text than the one that was sent")
	}
	if a.Transaction == nil {
		return nil
	}
	switch c := st.claims.Text; {
	case c == nil || c.Encoded == "" || c.Type == "" || c.SHA256 == [sha256.Size]byte{}:
		return no("the answer lacks the transaction text, its type or its digest")
	case c.Type != typeWords[a.Transaction.Type]:
		return no("the person saw the transaction text in another form")
	case c.SHA256 != a.Transaction.SHA256:
		return no("the digest in the answer is that of another transaction text")
	case !c.Agrees() || *mitid.DigestOf(*seen.Transaction) != *a.Transaction:
		return no("the person saw another transaction text than the one that was sent")
	}
	return nil
}

// texts are the texts that came back. Whether the broker gives a text back as it
// was sent or in Base64 is not published: of a transaction text its digest tells,
// of a reference text what was sent.
func (st *statement) texts(sent *mitid.Digest) (t mitid.Texts) {
	if came := st.claims.ReferenceText; came != "" {
		t.Reference = &mitid.Text{Body: st.b.decoded(came, sent)}
	}
	if c := st.claims.Text; c != nil && c.Encoded != "" {
		t.Transaction = &mitid.Text{Body: c.Body}
		if c.Type == typeWords[mitid.HTMLText] {
			t.Transaction.Type = mitid.HTMLText
		}
	}
	return t
}

// decoded returns the reference text that came back: decoded, if that is what was
// sent, or if nothing is known of what was sent and texts are written so.
func (b *Broker) decoded(came string, sent *mitid.Digest) string {
	raw, err := base64.StdEncoding.DecodeString(came)
	if err != nil || !utf8.Valid(raw) {
		return came
	}
	if sent == nil && b.cfg.textAs == Base64 || sent != nil && *mitid.DigestOf(mitid.Text{Body: string(raw)}) == *sent {
		return string(raw)
	}
	return came
}

// text reads a JSON text.
func text(raw json.RawMessage) (s string, ok bool) {
	return s, len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil
}
