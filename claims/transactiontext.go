package claims

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/fault"
	"github.com/dkeid/dkeid/internal/private"
)

// TransactionText is the text that the person approved in MitID, as the broker's
// answer tells it. Compare it with the text that was sent; an answer alone
// proves only that somebody approved something.
//
// It prints which parts it has and refuses to marshal: such a text is as private
// as what it is about.
type TransactionText struct {
	Encoded string            // as it came: base64, or plain text from an E-Ident that is set to it
	Body    string            // the bytes that the person was shown
	Type    string            // "text", "html"; "pdf" for a document, whose bytes do not come back
	SHA256  [sha256.Size]byte // of Body, as the broker claims; zero if not told
}

// Agrees reports whether the broker told both a text and a digest, and the
// digest is that of the text.
func (t TransactionText) Agrees() bool {
	return t.Encoded != "" && sha256.Sum256([]byte(t.Body)) == t.SHA256
}

// String names the parts that are present.
func (t TransactionText) String() string {
	return private.Outline("claims.TransactionText",
		private.Part("text", t.Encoded != ""),
		private.Part("type", t.Type != ""),
		private.Part("sha256", t.SHA256 != [sha256.Size]byte{}),
	)
}

// Format writes String under every verb.
func (t TransactionText) Format(f fmt.State, _ rune) { private.Format(f, t.String()) }

// LogValue returns String.
func (t TransactionText) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalJSON refuses; take the parts that are needed.
func (t TransactionText) MarshalJSON() ([]byte, error) { return nil, private.ErrInClear }

// MarshalText refuses, as MarshalJSON does.
func (t TransactionText) MarshalText() ([]byte, error) { return nil, private.ErrInClear }

// MarshalBinary refuses, and with it gob.
func (t TransactionText) MarshalBinary() ([]byte, error) { return nil, private.ErrInClear }

// textClaims are the three claims about a text.
type textClaims struct{ body, kind, digest string }

// textTable returns the table of three claims whose names begin with prefix.
func textTable[D any](prefix string, at func(*D) *textClaims) claimTable[D] {
	return claimTable[D]{
		prefix + "transaction_text":        texts(func(d *D) *string { return &at(d).body }),
		prefix + "transaction_text_type":   texts(func(d *D) *string { return &at(d).kind }),
		prefix + "transaction_text_sha256": texts(func(d *D) *string { return &at(d).digest }),
	}
}

// read decodes the text with decode; nil when there is none.
func (c textClaims) read(decode func(encoded string, digest [sha256.Size]byte) (string, error)) (*TransactionText, error) {
	if c == (textClaims{}) {
		return nil, nil
	}
	t := &TransactionText{Encoded: c.body, Type: c.kind}
	if c.digest != "" {
		raw, err := unbase64(c.digest)
		if err != nil || len(raw) != sha256.Size {
			return nil, fault.New(fault.ClaimInvalid, "the digest of the transaction text is malformed")
		}
		copy(t.SHA256[:], raw)
	}
	body, err := decode(c.body, t.SHA256)
	if err != nil {
		return nil, fault.New(fault.ClaimInvalid, "the transaction text is malformed")
	}
	t.Body = body
	return t, nil
}

// fromBase64 is the decoding of Nets eID Broker.
func fromBase64(encoded string, _ [sha256.Size]byte) (string, error) { return unbase64(encoded) }

// fromEither is the decoding of E-Ident, of which is written down nowhere whether
// it returns a text plain or in base64: the digest decides. Without a digest the
// text is as it came.
func fromEither(encoded string, digest [sha256.Size]byte) (string, error) {
	if sha256.Sum256([]byte(encoded)) != digest {
		b, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if err == nil && sha256.Sum256(b) == digest {
			return string(b), nil
		}
	}
	return encoded, nil
}
