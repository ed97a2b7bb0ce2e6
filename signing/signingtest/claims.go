package signingtest

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// claim is one member of a token.
type claim struct {
	name  string
	value json.RawMessage
}

// claimSet keeps the order of a token's members.
type claimSet []claim

// text returns a claim as the API tells it: texts as they are, everything else as JSON.
func (c claim) text() string {
	var s string
	if json.Unmarshal(c.value, &s) == nil {
		return s
	}
	return string(c.value)
}

// get returns the text of a claim, or "".
func (cs claimSet) get(name string) string {
	for _, c := range cs {
		if c.name == name {
			return c.text()
		}
	}
	return ""
}

func (cs claimSet) seconds(name string) time.Time {
	for _, c := range cs {
		var n int64
		if c.name == name && json.Unmarshal(c.value, &n) == nil {
			return time.Unix(n, 0)
		}
	}
	return time.Time{}
}

// object returns the claims for a token that is to be signed again.
func (cs claimSet) object() mitidtest.Object {
	o := make(mitidtest.Object, 0, len(cs))
	for _, c := range cs {
		o.Add(c.name, c.value)
	}
	return o
}

// readClaims reads the claims of a token and does not check it.
func readClaims(jwt string) (claimSet, bool) {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return nil, false
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	var cs claimSet
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, false
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return nil, false
		}
		cs = append(cs, claim{name.(string), value})
	}
	return cs, true
}

// signedBy reports whether a key of jwks signed the token with RS256.
func signedBy(jwt, jwks string) bool {
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return false
	}
	var header struct {
		Alg string `json:"alg"`
		Kid string `json:"kid"`
	}
	var set struct {
		Keys []struct {
			Kid string `json:"kid"`
			N   string `json:"n"`
			E   string `json:"e"`
		} `json:"keys"`
	}
	head, err := base64.RawURLEncoding.DecodeString(parts[0])
	signature, err2 := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || err2 != nil || json.Unmarshal(head, &header) != nil || header.Alg != "RS256" || json.Unmarshal([]byte(jwks), &set) != nil {
		return false
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	for _, k := range set.Keys {
		n, err := base64.RawURLEncoding.DecodeString(k.N)
		e, err2 := base64.RawURLEncoding.DecodeString(k.E)
		if k.Kid != header.Kid || err != nil || err2 != nil || len(e) > 4 {
			continue
		}
		key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil {
			return true
		}
	}
	return false
}

// domainOf returns the host of an issuer, with its port if it has one.
func domainOf(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil {
		return issuer
	}
	return u.Host
}
