package oidcrp

import (
	"crypto"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/dkeid/dkeid/internal/fault"
)

// requestLife is the lifetime of a request object. A browser carries it to the broker
// at once.
const requestLife = 5 * time.Minute

// minSecret is the least length of a secret for HS256, in bytes (RFC 7518 section
// 3.2).
const minSecret = 32

// RequestSigner signs the requests that a browser carries (RFC 9101). It takes
// one of Key and Secret, and prints as a placeholder.
type RequestSigner struct {
	Key    crypto.Signer // as ClientAuth.Key
	KeyID  string        // the kid registered for Key; may be empty
	Alg    string        // if empty, RS256, ES256 or ES384, by the type of Key
	Secret func() string // HS256 with the client secret
}

// Format writes a placeholder under every verb.
func (s RequestSigner) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, "[request signer]") }

// LogValue returns a placeholder.
func (s RequestSigner) LogValue() slog.Value { return slog.StringValue("[request signer]") }

// newRequestSigner checks Config.Request. If it returns nil, requests are not signed.
func newRequestSigner(cfg Config) (signer, error) {
	const typ = "oauth-authz-req+jwt" // RFC 9101 section 10.8
	s := cfg.Request
	switch {
	case s.Key == nil && s.Secret == nil:
		return nil, nil
	case s.Key != nil && s.Secret != nil:
		return nil, cfg.invalid("Request takes one of Key and Secret, not both")
	case s.Secret != nil:
		if len(s.Secret()) < minSecret {
			return nil, cfg.invalid("ClientSecret (Request.Secret) signs requests with HS256 and needs 32 bytes or more; or set RequestKey (Request.Key)")
		}
		return newSecretSigner(s.Secret, typ), nil
	}
	alg, ok := signingAlg(s.Key, s.Alg)
	if !ok {
		return nil, cfg.invalid("RequestKey (Request.Key) must be RSA of 2048 bits or more, or ECDSA on P-256 or P-384, and fit its algorithm")
	}
	return newSigner(s.Key, alg, s.KeyID, typ), nil
}

// SignsRequests reports whether Config.Request is set.
func (p *Party) SignsRequests() bool { return p.request != nil }

// SignRequest returns the parameters of a login as a signed request object (RFC
// 9101). Every value is a string. The error is ConfigInvalid if Config.Request is not
// set or its key does not sign. It is InputInvalid if a parameter has the name of a
// claim that SignRequest adds.
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
	signed, err := p.request(payload)
	if err != nil {
		return "", Config{Name: p.name}.invalid("RequestKey (Request.Key) does not sign; check the key or its hardware")
	}
	return signed, nil
}
