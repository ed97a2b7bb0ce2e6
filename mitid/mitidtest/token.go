package mitidtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
)

// Token is a JWT that is not signed yet, so that a tampering can spoil it.
type Token struct {
	Header  Object
	Payload Object
	Key     *Key
	// sign makes the signature over the two encoded halves. If nil, Key signs with RS256.
	sign func(input []byte) ([]byte, error)
	// finish spoils the finished token.
	finish func(token string) string
	// literal replaces Payload. If nil, it does not.
	literal []byte
}

// NewToken returns a token with payload, which k is to sign with RS256.
func NewToken(k *Key, payload Object) *Token {
	return &Token{
		Header:  Object{{"typ", "JWT"}, {"alg", "RS256"}, {"kid", k.ID}},
		Payload: payload,
		Key:     k,
	}
}

// Serialize signs the token and returns its compact serialisation.
func (d *Token) Serialize() (string, error) {
	payload := d.literal
	if payload == nil {
		payload = d.Payload.Bytes()
	}
	header := d.Header.Bytes()
	enc := base64.RawURLEncoding
	token := make([]byte, 0, enc.EncodedLen(len(header))+enc.EncodedLen(len(payload))+348)
	token = enc.AppendEncode(token, header)
	token = append(token, '.')
	token = enc.AppendEncode(token, payload)
	sign := d.sign
	if sign == nil {
		sign = d.Key.signRS256
	}
	signature, err := sign(token)
	if err != nil {
		return "", err
	}
	token = append(token, '.')
	token = enc.AppendEncode(token, signature)
	if d.finish != nil {
		return d.finish(string(token)), nil
	}
	return string(token), nil
}

func (k *Key) signRS256(input []byte) ([]byte, error) {
	private, err := k.Private()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(input)
	return rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, sum[:])
}
