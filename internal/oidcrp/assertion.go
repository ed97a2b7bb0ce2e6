package oidcrp

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"time"
)

// assertionLife is how long a client assertion is good for.
const assertionLife = time.Minute

// newAsserter authenticates with a signed statement (RFC 7523 section 3, OpenID
// Connect Core section 9).
func newAsserter(cfg Config) (authenticator, error) {
	a := cfg.Auth
	name, ok := assertionAlg(a)
	if !ok {
		return nil, cfg.invalid("Auth.Key is missing, too weak, or not for Auth.Alg")
	}
	audience := a.Audience
	if audience == "" {
		audience = cfg.Issuer
	}
	head, err := json.Marshal(struct {
		Alg string `json:"alg"`
		Typ string `json:"typ"`
		Kid string `json:"kid,omitempty"`
	}{name, "JWT", a.KeyID})
	if err != nil {
		return nil, cfg.invalid("Auth.KeyID is unusable")
	}
	encode := base64.RawURLEncoding.EncodeToString
	return func(form url.Values, _ http.Header, now time.Time) error {
		body, err := json.Marshal(struct {
			Iss string `json:"iss"`
			Sub string `json:"sub"`
			Aud string `json:"aud"`
			Jti string `json:"jti"`
			Iat int64  `json:"iat"`
			Exp int64  `json:"exp"`
		}{cfg.ClientID, cfg.ClientID, audience, rand.Text(), now.Unix(), now.Add(assertionLife).Unix()})
		if err != nil {
			return cfg.invalid("the client assertion cannot be written")
		}
		signed := encode(head) + "." + encode(body)
		sig, ok := sign(a.Key, name, []byte(signed))
		if !ok {
			return cfg.invalid("Auth.Key does not sign")
		}
		form.Set("client_id", cfg.ClientID)
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", signed+"."+encode(sig))
		return nil
	}, nil
}

// assertionAlg returns the algorithm that a's key signs with.
func assertionAlg(a ClientAuth) (string, bool) {
	if a.Key == nil {
		return "", false
	}
	name := a.Alg
	switch pub := a.Key.Public().(type) {
	case *rsa.PublicKey:
		if name == "" {
			name = "RS256"
		}
		return name, (&key{rsa: pub}).fits(name) && pub.N.BitLen() >= minRSA
	case *ecdsa.PublicKey:
		if name == "" && pub.Curve == elliptic.P256() {
			name = "ES256"
		} else if name == "" && pub.Curve == elliptic.P384() {
			name = "ES384"
		}
		return name, (&key{ec: pub}).fits(name)
	default:
		return "", false
	}
}

// sign signs message, in the form that JWS wants.
func sign(k crypto.Signer, name string, message []byte) ([]byte, bool) {
	a := algorithms[name]
	var opts crypto.SignerOpts = a.hash
	if a.pss {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: a.hash}
	}
	sig, err := k.Sign(rand.Reader, a.digest(message), opts)
	if err != nil || a.curve == nil {
		return sig, err == nil
	}
	var pair struct{ R, S *big.Int }
	size := (a.curve.Params().BitSize + 7) / 8
	if rest, err := asn1.Unmarshal(sig, &pair); err != nil || len(rest) > 0 || pair.R.BitLen() > 8*size || pair.S.BitLen() > 8*size {
		return nil, false
	}
	out := make([]byte, 2*size)
	pair.R.FillBytes(out[:size])
	pair.S.FillBytes(out[size:])
	return out, true
}
