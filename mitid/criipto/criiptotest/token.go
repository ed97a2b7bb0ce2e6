package criiptotest

import (
	"net/http"
	"net/url"

	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// unknownCode is what the broker says of a code that is unknown or used, and of
// userinfo when the application has it switched off
// (https://docs.idura.app/verify/reference/errors/general/unknown-access-code-error).
const unknownCode = "Unknown Access Code"

// token answers a token request. A code is good for one attempt, whatever comes
// of it.
func (c *dialect) token(r *http.Request, form url.Values, s Settings) *mitidtest.Reply {
	if bad := c.authenticate(r, form, s, pathToken); bad != nil {
		return bad
	}
	if form.Get("grant_type") != "authorization_code" {
		return mitidtest.NewFault(http.StatusBadRequest, "unsupported_grant_type", "this fake knows authorization_code only")
	}
	for _, values := range form {
		if len(values) > 1 {
			return mitidtest.NewFault(http.StatusBadRequest, "invalid_request", "a parameter is repeated")
		}
	}
	g, ok := c.grants.Take(form.Get("code"))
	switch {
	case !ok:
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_grant", unknownCode)
	case c.caller(form) != g.req.params.Get("client_id"):
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_grant", "the code is another application's")
	case form.Get("redirect_uri") != g.req.params.Get("redirect_uri"):
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_grant", "redirect_uri differs from the one at authorize")
	case !fakeoidc.ProvesChallenge(form, g.req.params.Get("code_challenge")):
		return mitidtest.NewFault(http.StatusBadRequest, "invalid_grant", "code_verifier does not fit the code_challenge")
	}
	id, claims, err := c.idToken(c.payload(g, s), s)
	if err != nil {
		return mitidtest.NewFault(http.StatusInternalServerError, "server_error", "the ID token cannot be made")
	}
	access := fakeoidc.NewUUID()
	claims.Drop("nonce")
	c.access.Put(access, claims, accessLife)
	return mitidtest.NewReply(http.StatusOK, mitidtest.Object{
		{"token_type", "Bearer"},
		{"expires_in", "120"}, // a text, as recorded
		{"id_token", id},
		{"access_token", access},
	})
}

// idToken signs claims, and encrypts the result where the application wants it.
// It returns the claims too, as a tampering may have left them, because userinfo
// tells the same claims.
func (c *dialect) idToken(claims mitidtest.Object, s Settings) (string, mitidtest.Object, error) {
	d := mitidtest.NewToken(c.b.Keys().Active(), claims)
	mitidtest.Spoil(c.b, mitidtest.StageIDToken, d)
	token, err := d.Serialize()
	if err == nil && s.EncryptIDToken && s.EncryptTo != nil {
		token, err = fakeoidc.Encrypt(token, s.EncryptTo, s.EncryptKeyID)
	}
	return token, d.Payload, err
}
