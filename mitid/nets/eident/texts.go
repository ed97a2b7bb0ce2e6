package eident

import (
	"crypto/sha256"
	"encoding/base64"
	"unicode/utf8"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/mitid"
)

// typeWords are the values of transactiontext_type and transaction_text_type.
var typeWords = map[mitid.TextType]string{mitid.PlainText: "text", mitid.HTMLText: "html"}

// maxTransactionText is the broker's limit, in characters before they are encoded
// (Nets E-Ident, MitID parameters). The Client has checked everything else about a
// text.
const maxTransactionText = 600

// checkTransaction checks that the answer has the transaction text, its type and its
// digest. Attempt.AdmitTexts compares the text with the one that was sent.
func (s *settings) checkTransaction(a *mitid.Attempt, c *Claims, seen *mitid.Text) error {
	no := func(why string) error { return fault.New(fault.TransactionMismatch, why) }
	if a.Transaction == nil {
		return nil
	}
	switch t := c.Text; {
	case t == nil || t.Encoded == "" || t.Type == "" || t.SHA256 == [sha256.Size]byte{}:
		return no("the answer lacks the transaction text, its type or its digest")
	case t.Type != typeWords[a.Transaction.Type]:
		return no("the person saw the transaction text in another form")
	case t.SHA256 != s.digest(seen.Body):
		return no("the digest in the answer is that of another transaction text")
	}
	return nil
}

// texts returns the texts that came back. The vendor does not publish whether the
// broker returns a text as it was sent or in Base64. For a transaction text the digest
// decides, for a reference text the text that was sent.
func (s *settings) texts(said *Claims, reference, transaction *mitid.Digest) (t mitid.Texts) {
	if came := said.ReferenceText; came != "" {
		t.Reference = &mitid.Text{Body: s.decoded(came, reference)}
	}
	if c := said.Text; c != nil && c.Encoded != "" {
		t.Transaction = &mitid.Text{Body: c.Body}
		if s.digestSent { // the digest does not show how the text is written
			t.Transaction.Body = s.decoded(c.Encoded, transaction)
		}
		if c.Type == typeWords[mitid.HTMLText] {
			t.Transaction.Type = mitid.HTMLText
		}
	}
	return t
}

// digest returns what transaction_text_sha256 must be for a text.
func (s *settings) digest(body string) [sha256.Size]byte {
	if s.digestSent {
		body = s.textAs.write(body)
	}
	return sha256.Sum256([]byte(body))
}

// decoded returns the text that came back. It decodes the text if the result is what was
// sent. If nothing is known of what was sent, the setting TextEncoding decides.
func (s *settings) decoded(came string, sent *mitid.Digest) string {
	raw, err := base64.StdEncoding.DecodeString(came)
	if err != nil || !utf8.Valid(raw) {
		return came
	}
	if sent == nil && s.textAs == Base64 || sent != nil && sha256.Sum256(raw) == sent.SHA256 {
		return string(raw)
	}
	return came
}
