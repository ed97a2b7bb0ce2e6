package pades

import (
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"strings"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/dkeid/dkeid/internal/strictjson"
)

// maxToken is the length limit of a token, and of a key set, in bytes.
const maxToken = 64 << 10

// token is a JWS that verified, and the claims in it, as texts.
type token struct {
	raw    string
	claims map[string]string // numbers and booleans as they are written; nothing else
	lists  map[string][]string
	issued time.Time
	until  time.Time
	own    bool // the keys came with it
}

// verifyToken verifies a JWS with one of the keys, by its kid.
func verifyToken(raw string, keys map[string]*rsa.PublicKey) (*token, bool) {
	if len(raw) > maxToken {
		return nil, false
	}
	s, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.RS256, jose.PS256})
	if err != nil || len(s.Signatures) != 1 {
		return nil, false
	}
	key := keys[s.Signatures[0].Protected.KeyID]
	if key == nil {
		return nil, false
	}
	payload, err := s.Verify(key)
	if err != nil {
		return nil, false
	}
	t := &token{raw: raw}
	return t, t.read(payload)
}

// read reads the claims.
func (t *token) read(payload []byte) bool {
	t.claims, t.lists = map[string]string{}, map[string][]string{}
	err := strictjson.Members(payload, func(name string, v *strictjson.Value) error {
		switch v.Kind() {
		case strictjson.List:
			return v.Elements(func(e *strictjson.Value) error {
				text, ok, err := e.Text()
				if ok {
					t.lists[name] = append(t.lists[name], text)
				}
				return err
			})
		case strictjson.Object, strictjson.Null:
			_, err := v.Raw()
			return err
		}
		text, _, err := v.Text()
		t.claims[name] = text
		return err
	})
	if err != nil {
		return false
	}
	issued, ok1 := strictjson.Seconds(t.claims["iat"], true)
	until, ok2 := strictjson.Seconds(t.claims["exp"], false)
	t.issued, t.until = time.Unix(issued, 0).UTC(), time.Unix(until, 0).UTC()
	return ok1 && ok2
}

// audience returns who the token is for; "" if it is not for one alone.
func (t *token) audience() string {
	if list := t.lists["aud"]; len(list) == 1 {
		return list[0]
	}
	return t.claims["aud"]
}

// unverified returns the issuer that a token names, which nobody has verified.
func unverified(raw string) string {
	parts := strings.Split(raw, ".")
	if len(raw) > maxToken || len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	t := &token{}
	if err != nil || !t.read(payload) {
		return ""
	}
	return t.claims["iss"]
}

// readKeys reads the RSA keys of a JWK set (RFC 7517), by kid. Certificates beside them (x5c)
// are not looked at: genuine ones have negative serial numbers, which crypto/x509 refuses.
func readKeys(set []byte) map[string]*rsa.PublicKey {
	if len(set) > maxToken {
		return nil
	}
	var read struct {
		Keys []struct {
			Type     string `json:"kty"`
			ID       string `json:"kid"`
			Use      string `json:"use"`
			Modulus  string `json:"n"`
			Exponent string `json:"e"`
		} `json:"keys"`
	}
	if strictjson.Unmarshal(set, &read) != nil {
		return nil
	}
	keys := map[string]*rsa.PublicKey{}
	for _, k := range read.Keys {
		n, err1 := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.Modulus, "="))
		e, err2 := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.Exponent, "="))
		key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		if err1 != nil || err2 != nil || k.Type != "RSA" || k.Use != "" && k.Use != "sig" || len(e) > 4 || key.E < 3 {
			continue
		}
		if !strong(key) {
			continue
		}
		if _, twice := keys[k.ID]; twice {
			return nil // which of them is meant?
		}
		keys[k.ID] = key
	}
	return keys
}
