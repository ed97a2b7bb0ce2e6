package mitidtest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"

	"github.com/go-jose/go-jose/v4"
)

// unknownCode is what the broker says of a code that is unknown or used, and of
// userinfo when the application has it switched off
// (https://docs.idura.app/verify/reference/errors/general/unknown-access-code-error).
const unknownCode = "Unknown Access Code"

// token answers a token request. A code is good for one attempt, whatever comes
// of it.
func (c *criipto) token(r *http.Request, form url.Values, s Settings) *Reply {
	if bad := c.authenticate(r, form, s, pathToken); bad != nil {
		return bad
	}
	if form.Get("grant_type") != "authorization_code" {
		return NewFault(http.StatusBadRequest, "unsupported_grant_type", "this fake knows authorization_code only")
	}
	for _, values := range form {
		if len(values) > 1 {
			return NewFault(http.StatusBadRequest, "invalid_request", "a parameter is repeated")
		}
	}
	g, ok := take(c.b, c.grants, form.Get("code"))
	switch {
	case !ok:
		return NewFault(http.StatusBadRequest, "invalid_grant", unknownCode)
	case c.caller(form) != g.req.params.Get("client_id"):
		return NewFault(http.StatusBadRequest, "invalid_grant", "the code is another application's")
	case form.Get("redirect_uri") != g.req.params.Get("redirect_uri"):
		return NewFault(http.StatusBadRequest, "invalid_grant", "redirect_uri differs from the one at authorize")
	case !provesChallenge(form, g.req.params.Get("code_challenge")):
		return NewFault(http.StatusBadRequest, "invalid_grant", "code_verifier does not fit the code_challenge")
	}
	id, claims, err := c.idToken(c.payload(g, s), s)
	if err != nil {
		return NewFault(http.StatusInternalServerError, "server_error", "the ID token cannot be made")
	}
	access := newUUID()
	claims.Drop("nonce")
	put(c.b, c.access, access, claims, accessLife)
	return NewReply(http.StatusOK, Object{
		{"token_type", "Bearer"},
		{"expires_in", "120"}, // a text, as recorded
		{"id_token", id},
		{"access_token", access},
	})
}

func provesChallenge(form url.Values, challenge string) bool {
	if challenge == "" {
		return !form.Has("code_verifier")
	}
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	return base64.RawURLEncoding.EncodeToString(sum[:]) == challenge
}

// idToken signs claims, and encrypts the result where the application wants it.
// It returns the claims too, as a tampering may have left them: userinfo tells
// the same story.
func (c *criipto) idToken(claims Object, s Settings) (string, Object, error) {
	d := NewDraft(c.b.keys.Active(), claims)
	if spoil := takeStage(c.b, func(p *spoiler) *func(*Broker, *Draft) { return &p.draft }); spoil != nil {
		spoil(c.b, d)
	}
	token, err := d.Serialize()
	if err == nil && s.EncryptIDToken && s.EncryptTo != nil {
		token, err = encrypt(token, s)
	}
	return token, d.Payload, err
}

// encrypt puts a signed token into a JWE for the client.
func encrypt(token string, s Settings) (string, error) {
	options := new(jose.EncrypterOptions).WithContentType("JWT")
	to := jose.Recipient{Algorithm: jose.RSA_OAEP_256, Key: s.EncryptTo, KeyID: s.EncryptKeyID}
	e, err := jose.NewEncrypter(jose.A256GCM, to, options)
	if err != nil {
		return "", err
	}
	sealed, err := e.Encrypt([]byte(token))
	if err != nil {
		return "", err
	}
	return sealed.CompactSerialize()
}
