package nets

import (
	"crypto/sha256"
	"fmt"
	"log/slog"

	"github.com/dkeid/dkeid/internal/private"
)

// TransactionText is the text that the person approved in MitID, as it is in the
// broker's answer. Compare it with the text that was sent. An answer alone proves only
// that the person approved some text.
//
// It prints which parts it has and refuses to marshal: such a text is as private
// as what it is about.
type TransactionText struct {
	Encoded string            // as it came: base64, or plain text from an E-Ident that is set to it
	Body    string            // the bytes that the person was shown
	Type    string            // "text", "html"; "pdf" for a document, whose bytes do not come back
	SHA256  [sha256.Size]byte // of Body, as the broker claims; zero if there is none
}

// Agrees reports whether there are both a text and a digest, and the digest is that of
// the text.
func (t TransactionText) Agrees() bool {
	return t.Encoded != "" && sha256.Sum256([]byte(t.Body)) == t.SHA256
}

// String names the parts that are present.
func (t TransactionText) String() string {
	return private.Outline("nets.TransactionText",
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
