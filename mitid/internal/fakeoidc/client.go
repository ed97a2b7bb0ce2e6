package fakeoidc

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// AssertionType is the client_assertion_type of private_key_jwt (RFC 7523, 2.2).
const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// FitsBasic reads an Authorization header as leniently as the real brokers seem
// to: client ids hold colons, and not every SDK form-encodes both halves, so the last
// colon divides and each half counts as it stands or decoded.
func FitsBasic(header, id, secret string) bool {
	scheme, value, _ := strings.Cut(header, " ")
	raw, err := base64.StdEncoding.DecodeString(value)
	at := strings.LastIndexByte(string(raw), ':')
	if !strings.EqualFold(scheme, "basic") || err != nil || at < 0 {
		return false
	}
	return Fits(string(raw[:at]), id) && Fits(string(raw[at+1:]), secret)
}

// Fits reports whether half of a header is want, as it stands or decoded.
func Fits(half, want string) bool {
	decoded, err := url.QueryUnescape(half)
	return half == want || err == nil && decoded == want
}

// AudienceFits reports whether aud, a text or a list of one, is one of want.
func AudienceFits(raw json.RawMessage, want []string) bool {
	var one string
	var many []string
	if json.Unmarshal(raw, &one) == nil {
		return slices.Contains(want, one)
	}
	return json.Unmarshal(raw, &many) == nil && len(many) == 1 && slices.Contains(want, many[0])
}

// ProvesChallenge reports whether the code_verifier of form fits challenge by the
// method S256 (RFC 7636). Without a challenge there must be no verifier.
func ProvesChallenge(form url.Values, challenge string) bool {
	if challenge == "" {
		return !form.Has("code_verifier")
	}
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	return base64.RawURLEncoding.EncodeToString(sum[:]) == challenge
}
