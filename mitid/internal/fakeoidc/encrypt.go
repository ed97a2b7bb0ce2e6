package fakeoidc

import (
	"crypto/rsa"

	"github.com/go-jose/go-jose/v4"
)

// Encrypt puts a signed token into a JWE for the client (RSA-OAEP-256, A256GCM). id
// is the key id in its header; may be empty.
func Encrypt(token string, to *rsa.PublicKey, id string) (string, error) {
	options := new(jose.EncrypterOptions).WithContentType("JWT")
	e, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.RSA_OAEP_256, Key: to, KeyID: id}, options)
	if err != nil {
		return "", err
	}
	sealed, err := e.Encrypt([]byte(token))
	if err != nil {
		return "", err
	}
	return sealed.CompactSerialize()
}
