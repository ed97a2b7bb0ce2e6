package oidcbroker

import (
	"encoding/hex"
	"net/url"

	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/mitid"
)

// Asked returns the parameters that every authorization request of a had, for
// Login.Evidence. The adapter adds its own, and the digests of texts.
func (b *Broker) Asked(a *mitid.Attempt) url.Values {
	return url.Values{
		"client_id": {b.rule.ClientID}, "redirect_uri": {a.RedirectURL}, "response_type": {"code"},
		"nonce": {a.Nonce}, "state": {a.Handle}, "code_challenge": {oauth2.S256ChallengeFromVerifier(a.Verifier)},
	}
}

// SetDigest adds the digest of a text under a name of ours. If text is nil, it adds
// nothing.
func SetDigest(asked url.Values, name string, text *mitid.Digest) {
	if text != nil {
		asked.Set(name, hex.EncodeToString(text.SHA256[:]))
	}
}

// Evidence returns the Login.Evidence of a.
func Evidence(a *mitid.Attempt, asked url.Values, tokens ...mitid.Token) mitid.Evidence {
	return mitid.Evidence{Tokens: tokens, Request: mitid.NewSecret(asked.Encode()), At: a.Now}
}
