package eidenttest

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/internal/fakehttp"
	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// token answers a token request. A second use of a code fails and takes back what
// the first one brought.
func (e *dialect) token(r *http.Request, form url.Values, s Settings) *mitidtest.Reply {
	if bad := e.authenticate(r, form); bad != nil {
		return bad
	}
	for _, values := range form {
		if len(values) > 1 {
			return mitidtest.NewFault(http.StatusBadRequest, "invalid_request", "a parameter is repeated")
		}
	}
	if form.Get("grant_type") != "authorization_code" {
		return mitidtest.NewFault(http.StatusBadRequest, "unsupported_grant_type", "this fake knows authorization_code only")
	}
	code := form.Get("code")
	g, ok := e.grants.Take(code)
	switch {
	case !ok:
		e.revoke(code)
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_grant", "the code is unknown, used or expired")
	case form.Get("redirect_uri") != g.req.params.Get("redirect_uri"):
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_grant", "redirect_uri differs from the one at the start")
	case !e.proves(form, g.req.params):
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_grant", "code_verifier does not fit the code_challenge")
	}
	id, told, err := e.idToken(e.payload(g, s), s)
	if err != nil {
		return mitidtest.NewFault(http.StatusInternalServerError, "server_error", "the ID token cannot be made")
	}
	access := fakehttp.RandomHex(20)
	told.Drop("nonce")
	e.access.Put(access, told, accessLife)
	e.used.Put(code, handedOut{access, g.jti}, time.Hour)
	e.transactions.Put(g.jti, g, s.TokenLifetime-time.Second) // over when the ID token is
	return mitidtest.NewReply(http.StatusOK, mitidtest.Object{
		{"access_token", access},
		{"token_type", "Bearer"},
		{"expires_in", int(accessLife / time.Second)},
		{"scope", strings.Join(g.req.scopes, " ")},
		{"id_token", id},
	})
}

// revoke withdraws what a code was exchanged for.
func (e *dialect) revoke(code string) {
	if t, ok := e.used.Take(code); ok {
		e.access.Take(t.access)
		e.transactions.Take(t.transaction)
	}
}

// proves compares verifier and challenge, by either method (RFC 7636).
func (e *dialect) proves(form, sent url.Values) bool {
	challenge := sent.Get("code_challenge")
	if challenge != "" && sent.Get("code_challenge_method") != "S256" {
		return form.Get("code_verifier") == challenge
	}
	return fakeoidc.ProvesChallenge(form, challenge)
}

// authenticate refuses who is not the merchant: a secret in the header or in the
// body.
func (e *dialect) authenticate(r *http.Request, form url.Values) *mitidtest.Reply {
	id, secret, basic := r.BasicAuth()
	switch {
	case basic && form.Has("client_secret"):
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_request", "more than one way of client authentication")
	case !basic:
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	// Not every SDK form-encodes both halves of the header.
	if fakeoidc.Fits(id, e.b.ClientID()) && fakeoidc.Fits(secret, e.b.ClientSecret().Reveal()) {
		return nil
	}
	p := mitidtest.NewFault(http.StatusUnauthorized, "invalid_client", "client authentication failed")
	if basic {
		p.Header.Set("WWW-Authenticate", "Basic")
	}
	return p
}

// idToken signs claims, and encrypts the result where the merchant wants it. It
// returns the claims too, as a tampering may have left them, because userinfo tells
// the same claims.
func (e *dialect) idToken(told mitidtest.Object, s Settings) (string, mitidtest.Object, error) {
	d := mitidtest.NewToken(e.b.Keys().Active(), told)
	mitidtest.Spoil(e.b, mitidtest.StageIDToken, d)
	token, err := d.Serialize()
	if err == nil && s.EncryptTo != nil {
		token, err = fakeoidc.Encrypt(token, s.EncryptTo, s.EncryptKeyID)
	}
	return token, d.Payload, err
}

// userinfo answers with the ID token's claims without the nonce.
func (e *dialect) userinfo(r *http.Request) *mitidtest.Reply {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	told, ok := e.access.Get(token)
	if !strings.EqualFold(scheme, "bearer") || !ok {
		p := mitidtest.NewFault(http.StatusUnauthorized, "invalid_token", "the access token is unknown, revoked or expired")
		p.Header.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		return p
	}
	return mitidtest.NewReply(http.StatusOK, told.Clone())
}
