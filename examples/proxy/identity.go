package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// tokenType is the header typ of an identity token, so that it is taken for no other kind
// of token (RFC 8725 section 3.11).
const tokenType = "dkeid-identity+jwt"

// identityClaims is what an identity token says. Method and path are named as in RFC 9449
// section 4.2; the path is what the app gets.
type identityClaims struct {
	Issuer       string `json:"iss"`
	Audience     string `json:"aud"`
	IssuedAt     int64  `json:"iat"`
	Expires      int64  `json:"exp"`
	Subject      string `json:"sub"`
	Broker       string `json:"broker"` // the issuer to whom the subject belongs
	Level        string `json:"level"`  // low, substantial or high
	Kind         string `json:"kind"`   // private, professional or signatory
	Name         string `json:"name,omitempty"`
	UUID         string `json:"uuid,omitempty"` // MitID's key of a private person
	CVR          string `json:"cvr,omitempty"`
	Organisation string `json:"organisation,omitempty"`
	CPR          string `json:"cpr,omitempty"`
	AuthTime     int64  `json:"auth_time,omitempty"`
	Method       string `json:"htm"`
	Path         string `json:"htu"`
}

// A signer makes identity tokens.
type signer struct {
	sign             jose.Signer
	document         []byte // the JSON Web Key Set
	issuer, audience string
	lifetime         time.Duration
	now              func() time.Time
}

// newSigner returns a signer. The first key signs, and the key document holds all of them.
// Without a key it makes one.
func newSigner(issuer, audience string, keys []*ecdsa.PrivateKey, lifetime time.Duration, now func() time.Time) (*signer, error) {
	if len(keys) == 0 {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	var set jose.JSONWebKeySet
	for _, key := range keys {
		public := jose.JSONWebKey{Key: key.Public(), Algorithm: string(jose.ES256), Use: "sig"}
		print, err := public.Thumbprint(crypto.SHA256) // RFC 7638
		if err != nil {
			return nil, err
		}
		public.KeyID = base64.RawURLEncoding.EncodeToString(print)
		set.Keys = append(set.Keys, public)
	}
	document, err := json.Marshal(set)
	if err != nil {
		return nil, err
	}
	sign, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: keys[0], KeyID: set.Keys[0].KeyID}},
		(&jose.SignerOptions{}).WithType(tokenType))
	if err != nil {
		return nil, err
	}
	return &signer{sign: sign, document: document, issuer: issuer, audience: audience, lifetime: lifetime, now: now}, nil
}

// token returns the identity token of s for one request. It holds the CPR number only if
// the rule of the path asks for it.
func (s *signer) token(who *mitidhttp.Session, r *rule, method, path string) (string, error) {
	now := s.now()
	expires := now.Add(s.lifetime)
	if who.Expires.Before(expires) {
		expires = who.Expires
	}
	id := who.Identity
	c := identityClaims{
		Issuer: s.issuer, Audience: s.audience, IssuedAt: now.Unix(), Expires: expires.Unix(), Subject: id.Subject, Broker: who.Login().Issuer,
		Level: who.Level.String(), Kind: id.Capacity.String(), Method: method, Path: path,
	}
	if id.Capacity == claims.CapacityPrivate { // colleagues may share one
		c.UUID = id.UUID.String()
	}
	if id.Name != nil {
		c.Name = id.Name.Full
	}
	if id.Organisation != nil {
		c.CVR, c.Organisation = id.Organisation.CVR.String(), id.Organisation.Name
	}
	if !id.AuthTime.IsZero() {
		c.AuthTime = id.AuthTime.Unix()
	}
	if !r.public && r.want.CPR != mitid.CPRNo {
		c.CPR = id.CPR.Reveal()
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	signed, err := s.sign.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}

// serveKeys answers with the key document.
func (s *signer) serveKeys(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cache-Control", "public, max-age=300")
	_, _ = w.Write(s.document)
}

// parseKey reads a private key on the curve P-256 from a PEM file. Its errors hold
// nothing of the file.
func parseKey(data []byte) (*ecdsa.PrivateKey, error) {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		key, err := x509.ParseECPrivateKey(block.Bytes)
		if err != nil {
			any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				continue // openssl writes the name of the curve before the key
			}
			key, _ = any.(*ecdsa.PrivateKey)
		}
		if key != nil && key.Curve == elliptic.P256() {
			return key, nil
		}
	}
	return nil, errors.New("the file holds no private key on the curve P-256 in PEM")
}
