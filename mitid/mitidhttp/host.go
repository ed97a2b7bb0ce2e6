package mitidhttp

import (
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// redirectToHost redirects a person who opened the app under another name of its host
// (localhost for 127.0.0.1, or with "www." and without) to the host of RedirectURL. It
// reports whether it did. Browsers do not send the cookies of one host to another, so
// a login that began under the other name could not be finished.
//
// The Host header has no other effect, and it has this one only between two names of
// the same site. If a proxy rewrites it, the redirect would repeat without end. So a
// cookie of the host that the browser knows limits it to once a minute.
func (g *Gate) redirectToHost(w http.ResponseWriter, r *http.Request, to string) bool {
	if !g.isOtherName(r.Host) || !OpensPage(r) {
		return false
	}
	marker := g.cookieName + ".host" // shorter than the name of a pending login's cookie
	if len(r.CookiesNamed(marker)) > 0 {
		return false
	}
	origin := g.redirectURL.Scheme + "://" + g.redirectURL.Host
	g.log.LogAttrs(r.Context(), slog.LevelWarn, "mitidhttp: the app was opened under another host than that of RedirectURL; redirected", slog.String("to", origin))
	http.SetCookie(w, &http.Cookie{Name: marker, Value: "1", Path: "/", MaxAge: 60, HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteLaxMode})
	redirect(w, r, origin+to)
	return true
}

// isOtherName reports whether host is another name of RedirectURL's host.
func (g *Gate) isOtherName(host string) bool {
	u, err := url.Parse("//" + host)
	if err != nil || u.Host != host || portOf(u, g.secure) != portOf(g.redirectURL, g.secure) {
		return false
	}
	is, want := strings.ToLower(u.Hostname()), strings.ToLower(g.redirectURL.Hostname())
	if is == "" || is == want {
		return false
	}
	return isLoopback(is) && isLoopback(want) || withoutWWW(is) == withoutWWW(want)
}

// withoutWWW returns host without a leading "www." and a trailing dot.
func withoutWWW(host string) string { return strings.TrimPrefix(strings.TrimSuffix(host, "."), "www.") }

func portOf(u *url.URL, secure bool) string {
	switch port := u.Port(); {
	case port != "":
		return port
	case secure:
		return "443"
	default:
		return "80"
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
