package oidcrp

import (
	"encoding/base64"
	"strings"
)

// compact holds the parts of a signed token (RFC 7515 section 3.1).
type compact struct {
	header    string // encoded
	payload   []byte // decoded
	signature []byte // decoded
	signed    []byte // what the signature covers
}

// maxSignature is the length of an RSA signature with the largest key, encoded.
const maxSignature = (maxRSA/8*4 + 2) / 3

// split cuts a token with two dots into its parts. The text says what is wrong; it is
// empty if nothing is.
func split(token string) (compact, string) {
	const malformed = "malformed"
	dot1 := strings.IndexByte(token, '.')
	dot2 := strings.LastIndexByte(token, '.')
	if dot1 <= 0 || dot2 <= dot1+1 || dot2 == len(token)-1 || len(token)-dot2-1 > maxSignature {
		return compact{}, malformed
	}
	// The decoder ignores these two characters.
	if strings.IndexByte(token, '\n') >= 0 || strings.IndexByte(token, '\r') >= 0 {
		return compact{}, malformed
	}
	raw := []byte(token)
	encoding := base64.RawURLEncoding.Strict()
	n, m := encoding.DecodedLen(dot2-dot1-1), encoding.DecodedLen(len(token)-dot2-1)
	room := make([]byte, n+m)
	payload, signature := room[:n:n], room[n:]
	if _, err := encoding.Decode(payload, raw[dot1+1:dot2]); err != nil {
		return compact{}, malformed
	}
	if _, err := encoding.Decode(signature, raw[dot2+1:]); err != nil {
		return compact{}, malformed
	}
	return compact{header: token[:dot1], payload: payload, signature: signature, signed: raw[:dot2]}, ""
}
