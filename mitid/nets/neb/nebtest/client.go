package nebtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/go-jose/go-jose/v4"
)

// authenticate reports whether the caller is the application: a secret in the
// header or the body, or a signed assertion.
func (n *dialect) authenticate(r *http.Request, form url.Values, s Settings) bool {
	header := r.Header.Get("Authorization")
	id, secret := form.Get("client_id"), form.Get("client_secret")
	named := id == "" || id == n.b.ClientID()
	switch {
	case header != "" && (secret != "" || form.Has("client_assertion")), secret != "" && form.Has("client_assertion"):
		return false
	case header != "":
		return fakeoidc.FitsBasic(header, n.b.ClientID(), n.b.ClientSecret().Reveal()) && named
	case form.Has("client_assertion"):
		return form.Get("client_assertion_type") == fakeoidc.AssertionType && named && n.assertion(form.Get("client_assertion"), s)
	}
	return secret != "" && id == n.b.ClientID() && secret == n.b.ClientSecret().Reveal()
}

// clientJWT is what a JWT of the client says of itself.
type clientJWT struct {
	Issuer   string          `json:"iss"`
	Subject  string          `json:"sub"`
	Audience json.RawMessage `json:"aud"`
	Expires  float64         `json:"exp"`
	NotYet   float64         `json:"nbf"`
	ID       string          `json:"jti"`
}

// jwtAlgorithms are the algorithms of JWTs that clients make.
func jwtAlgorithms() []jose.SignatureAlgorithm {
	var as []jose.SignatureAlgorithm
	for _, a := range algorithms() {
		as = append(as, jose.SignatureAlgorithm(a))
	}
	return as
}

// open verifies a JWT that the client made, by its secret (HS256 …) or a
// registered key, and returns its payload. It must be for this issuer, and alive.
func (n *dialect) open(raw string, s Settings) ([]byte, *clientJWT) {
	signed, err := jose.ParseSignedCompact(raw, jwtAlgorithms())
	if err != nil || len(signed.Signatures) != 1 {
		return nil, nil
	}
	header := signed.Signatures[0].Header
	var payload []byte
	if strings.HasPrefix(header.Algorithm, "HS") {
		payload, err = signed.Verify([]byte(n.b.ClientSecret().Reveal()))
	} else {
		payload, err = nil, jose.ErrCryptoFailure
		for id, key := range s.ClientKeys {
			if header.KeyID != "" && header.KeyID != id || !usable(key) {
				continue
			}
			if payload, err = signed.Verify(key); err == nil {
				break
			}
		}
	}
	if err != nil {
		return nil, nil
	}
	says := new(clientJWT)
	if json.Unmarshal(payload, says) != nil {
		return nil, nil
	}
	now := float64(n.b.Now().Unix())
	if says.Issuer != n.b.ClientID() || !fakeoidc.AudienceFits(says.Audience, []string{n.b.Issuer()}) || says.Expires <= now || says.NotYet > now+60 {
		return nil, nil
	}
	return payload, says
}

func usable(key crypto.PublicKey) bool {
	switch key.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey:
		return true
	}
	return false
}

// assertion checks a client assertion (RFC 7523): for the issuer, in time, used
// once.
func (n *dialect) assertion(raw string, s Settings) bool {
	payload, says := n.open(raw, s)
	now := n.b.Now()
	if payload == nil || says.Subject != n.b.ClientID() || says.ID == "" || says.Expires > float64(now.Add(time.Hour).Unix()) {
		return false
	}
	if _, used := n.jtis.Get(says.ID); used {
		return false
	}
	n.jtis.Put(says.ID, true, time.Unix(int64(says.Expires), 0).Sub(now))
	return true
}

// object returns the parameters of a request object: signed, and perhaps
// encrypted to this broker's request key.
func (n *dialect) object(raw string, s Settings) (params url.Values, encrypted, ok bool) {
	if strings.Count(raw, ".") == 4 {
		sealed, err := jose.ParseEncryptedCompact(raw, []jose.KeyAlgorithm{jose.RSA_OAEP_256}, []jose.ContentEncryption{jose.A256CBC_HS512, jose.A256GCM})
		if err != nil {
			return nil, false, false
		}
		key, err := n.keys.request.Private()
		if err != nil {
			return nil, false, false
		}
		inner, err := sealed.Decrypt(key)
		if err != nil {
			return nil, false, false
		}
		raw, encrypted = string(inner), true
	}
	payload, _ := n.open(raw, s)
	var members map[string]json.RawMessage
	if payload == nil || json.Unmarshal(payload, &members) != nil {
		return nil, false, false
	}
	params = make(url.Values, len(members))
	for name, value := range members {
		switch name {
		case "iss", "aud", "iat", "nbf", "exp", "jti", "sub":
			continue
		}
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value) // a number, or idp_params as an object
		}
		params.Set(name, text)
	}
	return params, encrypted, !params.Has("request") && !params.Has("request_uri")
}
