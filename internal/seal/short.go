package seal

import (
	"crypto/rand"
	"strings"
)

// SealShort encrypts plain as text of 38 characters more than plain itself needs
// in base64url: nonce, ciphertext and tag, without the header of a JWE. It is
// for values of which a browser keeps many. What is sealed opens under the same
// name alone; a name is no secret.
func (b *Box) SealShort(name string, plain []byte) string {
	box := make([]byte, nonceSize, nonceSize+len(plain)+tagSize)
	_, _ = rand.Read(box) // never fails (crypto/rand)
	return encoding.EncodeToString(b.keys[0].aead.Seal(box, box, plain, shortData(name)))
}

// OpenShort returns what SealShort sealed under name, or ErrOpen.
func (b *Box) OpenShort(name, sealed string) ([]byte, error) {
	if len(sealed) > MaxSealed || strings.ContainsAny(sealed, "\r\n") { // which the decoder would pass over
		return nil, ErrOpen
	}
	box, err := encoding.DecodeString(sealed)
	if err != nil || len(box) < nonceSize+tagSize {
		return nil, ErrOpen
	}
	for i := range b.keys {
		plain, err := b.keys[i].aead.Open(nil, box[:nonceSize], box[nonceSize:], shortData(name))
		if err == nil {
			return plain, nil
		}
	}
	return nil, ErrOpen
}

// shortData is authenticated beside the text. A JWE has its header there, which
// begins with another letter, so that neither form opens as the other.
func shortData(name string) []byte { return []byte("short " + name) }
