package mitidhttp

import (
	"net/http"
	"time"

	"github.com/dkeid/dkeid/mitid"
)

// freshFor is how long the demand for a fresh login lasts. A broker's own session
// may last longer, but people do not try for longer than that.
const freshFor = time.Hour

// freshCookieName is the name of the cookie that demands a fresh login. The name of
// a pending login's cookie is longer.
func (g *Gate) freshCookieName() string { return g.cookieName + ".anew" }

// demandFresh makes the next login of this browser a fresh one. It is called when the
// level was too low, Config.OnLogin refused the identity, or the broker has ended the
// session: a broker with single sign-on would repeat the same login, without a page on
// which the person could choose something else.
func (g *Gate) demandFresh(w http.ResponseWriter) { http.SetCookie(w, g.freshCookie(freshFor)) }

// freshIfDemanded sets want.Fresh if this browser's last login demanded it. A proof of
// age is always fresh, and Silent and RevokeCPRConsent exclude Fresh.
func (g *Gate) freshIfDemanded(r *http.Request, want mitid.Request) mitid.Request {
	if want.Age == 0 && !want.Silent && !want.RevokeCPRConsent && len(r.CookiesNamed(g.freshCookieName())) > 0 {
		want.Fresh = true
	}
	return want
}

// clearFresh removes the demand for a fresh login.
func (g *Gate) clearFresh(w http.ResponseWriter, r *http.Request) {
	if len(r.CookiesNamed(g.freshCookieName())) > 0 {
		http.SetCookie(w, g.freshCookie(0))
	}
}

func (g *Gate) freshCookie(age time.Duration) *http.Cookie {
	return &http.Cookie{Name: g.freshCookieName(), Value: "1", Path: "/", MaxAge: seconds(age), HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteLaxMode}
}
