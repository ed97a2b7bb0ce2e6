package mitidhttp

import (
	"net/http"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// anewFor is how long a browser is asked anew after an answer that was not enough.
// A broker's own session may last longer; people do not try that long.
const anewFor = time.Hour

// anewName is the cookie that says so. No handle is that short.
func (g *Gate) anewName() string { return g.cookie + ".anew" }

// askAnew lets the next login of this browser be a fresh one, because the person
// came with the wrong thing: a level that is too low, or an identity that
// Config.OnLogin refused. A broker with single sign-on would answer with the very
// same login again, without showing a page, however often they try.
func (g *Gate) askAnew(w http.ResponseWriter) { http.SetCookie(w, g.anewCookie(anewFor)) }

// askedAnew makes want fresh for a browser whose last answer was not enough. A
// proof of age is fresh by itself; the other two do not go together with Fresh.
func (g *Gate) askedAnew(r *http.Request, want mitid.Request) mitid.Request {
	if want.Age == 0 && !want.Silent && !want.RevokeCPRConsent && len(r.CookiesNamed(g.anewName())) > 0 {
		want.Fresh = true
	}
	return want
}

// enough forgets that the browser is to be asked anew.
func (g *Gate) enough(w http.ResponseWriter, r *http.Request) {
	if len(r.CookiesNamed(g.anewName())) > 0 {
		http.SetCookie(w, g.anewCookie(0))
	}
}

func (g *Gate) anewCookie(age time.Duration) *http.Cookie {
	return &http.Cookie{Name: g.anewName(), Value: "1", Path: "/", MaxAge: seconds(age), HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteLaxMode}
}
