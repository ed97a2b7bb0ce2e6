package oidcrp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"math"
	"math/big"
	"slices"

	"github.com/dkeid/dkeid/internal/strictjson"
	"github.com/go-json-experiment/json/jsontext"
)

// The least and the greatest size of an RSA modulus, in bits. RFC 7518 section 3.3
// sets the least. A check with a larger key would cost too much.
const (
	minRSA = 2048
	maxRSA = 8192
)

// A key is one usable public signing key. It never changes.
type key struct {
	id  string // empty if there is none
	alg string // the only algorithm of the key; if empty, any for its type
	rsa *rsa.PublicKey
	ec  *ecdsa.PublicKey
	jwk []byte // as published

	certificate *x509.Certificate // from x5c, if it is of this key; otherwise nil
}

// fits reports whether k can check signatures of alg.
func (k *key) fits(alg string) bool {
	if k.alg != "" && k.alg != alg {
		return false
	}
	return k.rsa != nil && algorithms[alg].takes(k.rsa) || k.ec != nil && algorithms[alg].takes(k.ec)
}

// equal reports whether k and other have the same public key.
func (k *key) equal(other *key) bool {
	if k.rsa != nil {
		return other.rsa != nil && k.rsa.Equal(other.rsa)
	}
	return other.ec != nil && k.ec.Equal(other.ec)
}

// jwk holds the members that we read or refuse (RFC 7517, RFC 7518 section 6).
type jwk struct {
	Kty string   `json:"kty"`
	Use string   `json:"use"`
	Ops []string `json:"key_ops"`
	Kid string   `json:"kid"`
	Alg string   `json:"alg"`
	N   string   `json:"n"`
	E   string   `json:"e"`
	Crv string   `json:"crv"`
	X   string   `json:"x"`
	Y   string   `json:"y"`

	X5C jsontext.Value `json:"x5c"`

	// A key with one of these is a secret or private key, and it is compromised.
	K   jsontext.Value `json:"k"`
	D   jsontext.Value `json:"d"`
	P   jsontext.Value `json:"p"`
	Q   jsontext.Value `json:"q"`
	DP  jsontext.Value `json:"dp"`
	DQ  jsontext.Value `json:"dq"`
	QI  jsontext.Value `json:"qi"`
	Oth jsontext.Value `json:"oth"`
}

func (j *jwk) private() bool {
	for _, v := range []jsontext.Value{j.K, j.D, j.P, j.Q, j.DP, j.DQ, j.QI, j.Oth} {
		if v != nil {
			return true
		}
	}
	return false
}

// readKey reads one key. It returns false for a key that we cannot use. We trust the
// key because the issuer published it over TLS, and not because of a certificate in
// it (x5c). The certificate is kept because some adapters distinguish the broker's
// keys by it.
func readKey(raw jsontext.Value) (*key, bool) {
	var j jwk
	if strictjson.Unmarshal(raw, &j) != nil || j.private() {
		return nil, false
	}
	if j.Use != "" && j.Use != "sig" || j.Ops != nil && !slices.Contains(j.Ops, "verify") {
		return nil, false
	}
	k := &key{id: j.Kid, alg: j.Alg, jwk: slices.Clone(raw)}
	var ok bool
	switch j.Kty {
	case "RSA":
		k.rsa, ok = readRSA(j.N, j.E)
	case "EC":
		k.ec, ok = readEC(j.Crv, j.X, j.Y)
	}
	if ok {
		k.certificate = k.readCertificate(j.X5C)
	}
	return k, ok
}

// maxCertificate is the length limit of a certificate in a key document, encoded.
const maxCertificate = 16 << 10

// readCertificate returns the first certificate of a chain (RFC 7517 section
// 4.7) if it is readable and k's; nil otherwise.
func (k *key) readCertificate(x5c jsontext.Value) *x509.Certificate {
	var chain []string
	if x5c == nil || strictjson.Unmarshal(x5c, &chain) != nil || len(chain) == 0 || len(chain[0]) > maxCertificate {
		return nil
	}
	der, err := base64.StdEncoding.Strict().DecodeString(chain[0])
	if err != nil {
		return nil
	}
	c, err := x509.ParseCertificate(der)
	switch {
	case err != nil, k.rsa != nil && !k.rsa.Equal(c.PublicKey), k.ec != nil && !k.ec.Equal(c.PublicKey):
		return nil
	}
	return c
}

func readRSA(n, e string) (*rsa.PublicKey, bool) {
	modulus, ok1 := decodeBase64(n)
	exponent, ok2 := decodeBase64(e)
	if !ok1 || !ok2 {
		return nil, false
	}
	N, E := new(big.Int).SetBytes(modulus), new(big.Int).SetBytes(exponent)
	if N.BitLen() < minRSA || N.BitLen() > maxRSA || N.Bit(0) == 0 {
		return nil, false
	}
	if !E.IsInt64() || E.Int64() < 3 || E.Int64() > math.MaxInt32 || E.Bit(0) == 0 {
		return nil, false
	}
	return &rsa.PublicKey{N: N, E: int(E.Int64())}, true
}

func readEC(crv, x, y string) (*ecdsa.PublicKey, bool) {
	var curve elliptic.Curve
	switch crv {
	case "P-256":
		curve = elliptic.P256()
	case "P-384":
		curve = elliptic.P384()
	default:
		return nil, false
	}
	size := (curve.Params().BitSize + 7) / 8
	px, ok1 := decodeBase64(x)
	py, ok2 := decodeBase64(y)
	if !ok1 || !ok2 || len(px) != size || len(py) != size {
		return nil, false
	}
	point := slices.Concat([]byte{4}, px, py)                  // SEC 1 section 2.3.3, uncompressed
	pub, err := ecdsa.ParseUncompressedPublicKey(curve, point) // refuses a point off the curve
	return pub, err == nil
}

// decodeBase64 decodes base64url without padding, in its canonical form only. It
// refuses line breaks, which the decoder of the standard library ignores.
func decodeBase64(s string) ([]byte, bool) {
	if !isGraphic(s) {
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return b, err == nil
}
