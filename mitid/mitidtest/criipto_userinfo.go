package mitidtest

import (
	"net/http"
	"net/url"
	"strings"
)

// userinfo answers with the ID token's claims without the nonce, in the form
// that the application's response strategy gives them.
func (c *criipto) userinfo(r *http.Request, s Settings) *Reply {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	claims, ok := get(c.b, c.access, token)
	if !strings.EqualFold(scheme, "bearer") || !ok || s.Userinfo == FromTokenEndpoint {
		p := NewFault(http.StatusUnauthorized, "invalid_token", unknownCode)
		p.Header.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		return p
	}
	if s.Userinfo == PlainJSON {
		return NewReply(http.StatusOK, claims.Clone())
	}
	jwt, err := NewDraft(c.b.keys.Active(), claims).Serialize()
	if err == nil && s.Userinfo == SignedAndEncryptedJWT && s.EncryptTo != nil {
		jwt, err = encrypt(jwt, s)
	}
	if err != nil {
		return NewFault(http.StatusInternalServerError, "server_error", "the answer cannot be signed")
	}
	p := NewReply(http.StatusOK, nil)
	p.Replace(http.StatusOK, "application/jwt", []byte(jwt))
	return p
}

// logout ends the browser's session and sends it to a registered address.
func (c *criipto) logout(w http.ResponseWriter, r *http.Request) {
	if !allow(w, r, http.MethodGet) {
		return
	}
	if cookie, err := r.Cookie(c.b.cookie(cookieSession)); err == nil {
		take(c.b, c.sessions, cookie.Value)
		http.SetCookie(w, &http.Cookie{Name: c.b.cookie(cookieSession), Path: "/", MaxAge: -1})
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
