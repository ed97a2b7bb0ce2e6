package oidcrp

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
)

// requestLife is how long a request object is good for: a browser carries it to
// the broker at once.
const requestLife = 5 * time.Minute

// minSecret is the least length of a secret for HS256, in bytes (RFC 7518 section
// 3.2).
const minSecret = 32

// RequestSigner signs the requests that a browser carries (RFC 9101). It takes
// one of Key and Secret, and prints as a placeholder.
type RequestSigner struct {
	Key    crypto.Signer // as ClientAuth.Key
	KeyID  string        // the kid registered for Key; may be empty
	Alg    string        // if empty, RS256, ES256 or ES384 as Key demands
	Secret func() string // HS256 with the client secret
}

// Format writes a placeholder under every verb.
func (s RequestSigner) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "[request signer]") }

// LogValue returns a placeholder.
func (s RequestSigner) LogValue() slog.Value { return slog.StringValue("[request signer]") }

// A signer writes a token over an encoded header and its own payload.
type signer struct {
	head string
	sign func(message []byte) ([]byte, bool)
}

// newRequestSigner checks Config.Request. If nil, requests are not signed.
func newRequestSigner(cfg Config) (*signer, error) {
	s := cfg.Request
	switch {
	case s.Key == nil && s.Secret == nil:
		return nil, nil
	case s.Key != nil && s.Secret != nil:
		return nil, cfg.invalid("Request takes one of Key and Secret")
	case s.Secret != nil:
		if len(s.Secret()) < minSecret {
			return nil, cfg.invalid("Request.Secret is shorter than the 32 bytes that HS256 needs")
		}
		return &signer{requestHead("HS256", ""), func(message []byte) ([]byte, bool) {
			mac := hmac.New(sha256.New, []byte(s.Secret()))
			_, _ = mac.Write(message) // never fails (package hash)
			return mac.Sum(nil), true
		}}, nil
	}
	name, ok := assertionAlg(ClientAuth{Key: s.Key, Alg: s.Alg})
	if !ok {
		return nil, cfg.invalid("Request.Key is too weak, or not for Request.Alg")
	}
	return &signer{requestHead(name, s.KeyID), func(message []byte) ([]byte, bool) { return sign(s.Key, name, message) }}, nil
}

func requestHead(alg, kid string) string {
	head, _ := json.Marshal(struct { // texts always marshal
		Alg string `json:"alg"`
		Typ string `json:"typ"`
		Kid string `json:"kid,omitempty"`
	}{alg, "oauth-authz-req+jwt", kid})
	return base64.RawURLEncoding.EncodeToString(head)
}

// SignsRequests reports whether Config.Request is set.
func (p *Party) SignsRequests() bool { return p.request != nil }

// SignRequest returns the parameters of a login as a signed request object (RFC
// 9101), each as a text. ConfigInvalid: Config.Request is not set, or its key
// does not sign. InputInvalid: a parameter is called as one of the object's own
// claims.
func (p *Party) SignRequest(params url.Values) (string, error) {
	if p.request == nil {
		return "", Config{Name: p.name}.invalid("Request is not set")
	}
	now := p.now().Unix()
	payload := map[string]any{
		"iss": p.clientID, "aud": p.issuer, "iat": now, "nbf": now, "exp": now + int64(requestLife/time.Second), "jti": rand.Text(),
		"client_id": p.clientID,
	}
	for name := range params {
		if _, own := payload[name]; own && name != "client_id" {
			return "", p.fault(fault.InputInvalid, "a parameter has the name of a claim of the request object")
		}
		payload[name] = params.Get(name)
	}
	body, err := json.Marshal(payload)
	if err != nil {
		return "", Config{Name: p.name}.invalid("the request cannot be written")
	}
	signed := p.request.head + "." + base64.RawURLEncoding.EncodeToString(body)
	sig, ok := p.request.sign([]byte(signed))
	if !ok {
		return "", Config{Name: p.name}.invalid("Request.Key does not sign")
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(sig), nil
}
