package criiptotest

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/mitid/internal/fakeoidc"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// userinfo answers with the ID token's claims without the nonce, in the form
// that the application's response strategy gives them.
func (c *dialect) userinfo(r *http.Request, s Settings) *mitidtest.Reply {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	claims, ok := c.access.Get(token)
	if !strings.EqualFold(scheme, "bearer") || !ok || s.Userinfo == FromTokenEndpoint {
		p := mitidtest.NewFault(http.StatusUnauthorized, "invalid_token", unknownCode)
		p.Header.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		return p
	}
	if s.Userinfo == PlainJSON {
		return mitidtest.NewReply(http.StatusOK, claims.Clone())
	}
	jwt, err := mitidtest.NewToken(c.b.Keys().Active(), claims).Serialize()
	if err == nil && s.Userinfo == SignedAndEncryptedJWT && s.EncryptTo != nil {
		jwt, err = fakeoidc.Encrypt(jwt, s.EncryptTo, s.EncryptKeyID)
	}
	if err != nil {
		return mitidtest.NewFault(http.StatusInternalServerError, "server_error", "the answer cannot be signed")
	}
	p := mitidtest.NewReply(http.StatusOK, nil)
	p.Replace(http.StatusOK, "application/jwt", []byte(jwt))
	return p
}

// logout ends the browser's session and sends it to a registered address.
func (c *dialect) logout(w http.ResponseWriter, r *http.Request) {
	if !fakeoidc.Allow(w, r, http.MethodGet) {
		return
	}
	if cookie := c.b.Cookie(r, cookieSession); cookie != "" {
		c.sessions.Take(cookie)
		c.b.Note(cookie, "logged out")
		c.b.DropCookie(w, cookieSession)
	}
	q := r.URL.Query()
	to := q.Get("post_logout_redirect_uri")
	switch {
	case to == "":
		c.b.ShowLoggedOut(w, r)
	case !c.b.RedirectAllowed(to):
		c.b.ShowError(w, r, "the post_logout_redirect_uri is not registered")
	default:
		if state := q.Get("state"); state != "" {
			sep := "?"
			if strings.Contains(to, "?") {
				sep = "&"
			}
			to += sep + "state=" + url.QueryEscape(state)
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}
