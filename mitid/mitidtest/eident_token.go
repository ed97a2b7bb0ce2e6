package mitidtest

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// token answers a token request. A second use of a code fails and takes back what
// the first one brought.
func (e *eident) token(r *http.Request, form url.Values, s EIdentSettings) *Reply {
	if bad := e.authenticate(r, form); bad != nil {
		return bad
	}
	for _, values := range form {
		if len(values) > 1 {
			return NewFault(http.StatusBadRequest, "invalid_request", "a parameter is repeated")
		}
	}
	if form.Get("grant_type") != "authorization_code" {
		return NewFault(http.StatusBadRequest, "unsupported_grant_type", "this fake knows authorization_code only")
	}
	code := form.Get("code")
	g, ok := take(e.b, e.grants, code)
	switch {
	case !ok:
		e.revoke(code)
		return NewFault(http.StatusBadRequest, "invalid_grant", "the code is unknown, used or expired")
	case form.Get("redirect_uri") != g.req.params.Get("redirect_uri"):
		return NewFault(http.StatusBadRequest, "invalid_grant", "redirect_uri differs from the one at the start")
	case !e.proves(form, g.req.params):
		return NewFault(http.StatusBadRequest, "invalid_grant", "code_verifier does not fit the code_challenge")
	}
	id, told, err := e.idToken(e.payload(g, s), s)
	if err != nil {
		return NewFault(http.StatusInternalServerError, "server_error", "the ID token cannot be made")
	}
	access := randomHex(20)
	told.Drop("nonce")
	put(e.b, e.access, access, told, eidentAccessLife)
	put(e.b, e.used, code, eidentTokens{access, g.jti}, time.Hour)
	put(e.b, e.transactions, g.jti, g, s.TokenLifetime-time.Second) // over when the ID token is
	return NewReply(http.StatusOK, Object{
		{"access_token", access},
		{"token_type", "Bearer"},
		{"expires_in", int(eidentAccessLife / time.Second)},
		{"scope", strings.Join(g.req.scopes, " ")},
		{"id_token", id},
	})
}

// revoke takes back what a code brought.
func (e *eident) revoke(code string) {
	if t, ok := take(e.b, e.used, code); ok {
		take(e.b, e.access, t.access)
		take(e.b, e.transactions, t.transaction)
	}
}

// proves compares verifier and challenge, by either method (RFC 7636).
func (e *eident) proves(form, sent url.Values) bool {
	challenge := sent.Get("code_challenge")
	if challenge != "" && sent.Get("code_challenge_method") != "S256" {
		return form.Get("code_verifier") == challenge
	}
	return provesChallenge(form, challenge)
}

// authenticate refuses who is not the merchant: a secret in the header or in the
// body.
func (e *eident) authenticate(r *http.Request, form url.Values) *Reply {
	id, secret, basic := r.BasicAuth()
	switch {
	case basic && form.Has("client_secret"):
		return NewFault(http.StatusBadRequest, "invalid_request", "more than one way of client authentication")
	case !basic:
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	// Not every SDK form-encodes both halves of the header.
	if fits(id, e.b.ClientID()) && fits(secret, e.b.ClientSecret().Reveal()) {
		return nil
	}
	p := NewFault(http.StatusUnauthorized, "invalid_client", "client authentication failed")
	if basic {
		p.Header.Set("WWW-Authenticate", "Basic")
	}
	return p
}

// idToken signs claims, and encrypts the result where the merchant wants it. It
// returns the claims too, as a tampering may have left them: userinfo tells the
// same story.
func (e *eident) idToken(told Object, s EIdentSettings) (string, Object, error) {
	d := NewDraft(e.b.keys.Active(), told)
	if spoil := takeStage(e.b, func(p *spoiler) *func(*Broker, *Draft) { return &p.draft }); spoil != nil {
		spoil(e.b, d)
	}
	token, err := d.Serialize()
	if err == nil && s.EncryptTo != nil {
		token, err = encrypt(token, Settings{EncryptTo: s.EncryptTo, EncryptKeyID: s.EncryptKeyID})
	}
	return token, d.Payload, err
}

// userinfo answers with the ID token's claims without the nonce.
func (e *eident) userinfo(r *http.Request) *Reply {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	told, ok := get(e.b, e.access, token)
	if !strings.EqualFold(scheme, "bearer") || !ok {
		p := NewFault(http.StatusUnauthorized, "invalid_token", "the access token is unknown, revoked or expired")
		p.Header.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		return p
	}
	return NewReply(http.StatusOK, told.Clone())
}
