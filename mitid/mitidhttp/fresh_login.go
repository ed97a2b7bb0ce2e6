package mitidhttp

import (
	"net/http"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// freshFor is how long a browser is asked anew after an answer that was not enough.
// A broker's own session may last longer; people do not try that long.
const freshFor = time.Hour

// freshCookieName is the cookie that says so. No handle is that short.
func (g *Gate) freshCookieName() string { return g.cookieName + ".anew" }

// demandFresh lets the next login of this browser be a fresh one, because the person
// came with the wrong thing: a level that is too low, or an identity that
// Config.OnLogin refused. A broker with single sign-on would answer with the very
// same login again, without showing a page, however often they try.
func (g *Gate) demandFresh(w http.ResponseWriter) { http.SetCookie(w, g.freshCookie(freshFor)) }

// freshIfDemanded makes want fresh for a browser whose last answer was not enough. A
// proof of age is fresh by itself; the other two do not go together with Fresh.
func (g *Gate) freshIfDemanded(r *http.Request, want mitid.Request) mitid.Request {
	if want.Age == 0 && !want.Silent && !want.RevokeCPRConsent && len(r.CookiesNamed(g.freshCookieName())) > 0 {
		want.Fresh = true
	}
	return want
}

// clearFresh forgets that the browser is to be asked anew.
func (g *Gate) clearFresh(w http.ResponseWriter, r *http.Request) {
	if len(r.CookiesNamed(g.freshCookieName())) > 0 {
		http.SetCookie(w, g.freshCookie(0))
	}
}

func (g *Gate) freshCookie(age time.Duration) *http.Cookie {
	return &http.Cookie{Name: g.freshCookieName(), Value: "1", Path: "/", MaxAge: seconds(age), HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteLaxMode}
}
