package oidcbroker

import (
	"encoding/hex"
	"net/url"

	"golang.org/x/oauth2"

	"github.com/dkeid/dkeid/mitid"
)

// Asked writes down what every request of a asked, as far as it is known after the
// journey. The adapter adds what is its own, and of texts their digest.
func (b *Broker) Asked(a *mitid.Attempt) url.Values {
	return url.Values{
		"client_id": {b.rule.ClientID}, "redirect_uri": {a.RedirectURL}, "response_type": {"code"},
		"nonce": {a.Nonce}, "state": {a.Handle}, "code_challenge": {oauth2.S256ChallengeFromVerifier(a.Verifier)},
	}
}

// SetDigest writes down the digest of a text, if one was sent, under a name of our
// own.
func SetDigest(asked url.Values, name string, text *mitid.Digest) {
	if text != nil {
		asked.Set(name, hex.EncodeToString(text.SHA256[:]))
	}
}

// Evidence is what Login.Evidence keeps of a.
func Evidence(a *mitid.Attempt, asked url.Values, tokens ...mitid.Token) mitid.Evidence {
	return mitid.Evidence{Tokens: tokens, Request: mitid.NewSecret(asked.Encode()), At: a.Now}
}
