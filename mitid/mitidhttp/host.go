package mitidhttp

import (
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// redirectToHost sends a person who opened the app under another of its names, such
// as localhost for 127.0.0.1 or with www and without, to the one that RedirectURL
// names: what a browser keeps for one host it does not bring to another, so that
// the login could not be finished. It reports whether it did.
//
// The Host header decides nothing else, and only between names that are plainly of
// the same site. A proxy that rewrites it must not send people in circles: a cookie
// remembers, under the name that the browser knows, that they were led once.
func (g *Gate) redirectToHost(w http.ResponseWriter, r *http.Request, to string) bool {
	if !g.isOtherName(r.Host) || !opensPage(r) {
		return false
	}
	marker := g.cookieName + ".host" // no handle is that short
	if len(r.CookiesNamed(marker)) > 0 {
		return false
	}
	origin := g.redirectURL.Scheme + "://" + g.redirectURL.Host
	g.log.LogAttrs(r.Context(), slog.LevelWarn, "mitidhttp: the app was opened under another host than that of RedirectURL; led there", slog.String("to", origin))
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

// withoutWWW returns host without what does not make another site of it.
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
