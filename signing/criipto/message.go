package criipto

import (
	"crypto/sha256"

	"github.com/dkeid/dkeid/signing"
)

// Message is what is sent as the message of an order, and what its ID tokens bring back
// as refTextBody: it ties the person's approval to the documents. For one document it is
// the SHA-256 of that document, for several the SHA-256 of their digests behind each
// other, in the order of Order.Documents; in 64 hexadecimal digits, which MitID's 130
// characters hold.
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
