package criipto

import (
	"crypto/sha256"

	"github.com/dkeid/dkeid/signing"
)

// Message returns the message of an order, which the ID tokens of its signatories repeat
// as refTextBody. It ties the person's approval to the documents. For one document it is
// the SHA-256 of that document. For several it is the SHA-256 of their digests, one behind
// the other in the order of Order.Documents. It has 64 hexadecimal digits; MitID takes 130
// characters.
func Message(documents []signing.Digest) string {
	if len(documents) == 1 {
		return documents[0].String()
	}
	h := sha256.New()
	for _, d := range documents {
		_, _ = h.Write(d[:]) // a hash takes everything
	}
	return signing.Digest(h.Sum(nil)).String()
}
