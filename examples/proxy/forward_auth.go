package main

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// loginHeader tells nginx where to send a person who has to log in.
const loginHeader = "X-Dkeid-Login"

// maxReturn is the longest address, in bytes, that a person returns to.
const maxReturn = 1000

// serveAsked is the handler of forward_auth.listen. People must not reach it: with its
// answers, a script on a page could read the identity that is meant for the app.
func (p *proxy) serveAsked(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/auth":
		p.authHandler(false).ServeHTTP(w, r)
	case "/forward-auth":
		p.authHandler(true).ServeHTTP(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// authHandler answers for another proxy that asks whether it may pass a request on: 204
// with the identity and the cookies that belong to the app, 401 or 403. With redirect, it
// sends a person who opens a page to log in by itself (Traefik, Caddy); without, it names
// the address (nginx, which knows no other answers).
//
// The headers X-Forwarded-Method, -Proto, -Host and -Uri say what the request is. Only a
// proxy of trusted_proxies is believed, so the address that it gets back is of this site.
func (p *proxy) authHandler(redirect bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		asked, ok := p.askedFor(r)
		if !ok {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		by, path, err := p.rules.judge(asked.URL.EscapedPath())
		if err != nil || by.own || asked.Method == http.MethodTrace || isUpgrade(asked) && !p.mayUpgrade(asked) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var s *mitidhttp.Session
		if by.public {
			s, _ = p.gate.Session(r)
		} else if s, err = p.gate.Admit(r, by.want); err != nil {
			p.refuseForward(w, asked, redirect, mitidhttp.StatusOf(err))
			return
		}
		token := ""
		if s != nil {
			if token, err = p.signer.token(s, by, asked.Method, path); err != nil {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
		}
		// Both take the place of what the browser sent, and so both are there if empty.
		w.Header().Set(p.set.Identity.Header, token)
		w.Header().Set("Cookie", withoutCookies(r.Header["Cookie"], p.gate.CookieName()))
		w.WriteHeader(http.StatusNoContent)
	})
}

// askedFor returns the request that another proxy asks about.
func (p *proxy) askedFor(r *http.Request) (*http.Request, bool) {
	one := func(name string) string {
		if v := r.Header.Values("X-Forwarded-" + name); len(v) == 1 {
			return v[0]
		}
		return ""
	}
	if !p.set.trusts(peerOf(r)) {
		p.log.LogAttrs(r.Context(), slog.LevelWarn, "proxy: a server that is none of trusted_proxies asks for logins")
		return nil, false
	}
	uri := one("Uri")
	u, err := url.ParseRequestURI(uri)
	if err != nil || !strings.HasPrefix(uri, "/") || one("Method") == "" || one("Proto")+"://"+strings.ToLower(one("Host")) != p.set.PublicURL {
		p.log.LogAttrs(r.Context(), slog.LevelWarn, "proxy: X-Forwarded-Method, -Proto, -Host and -Uri do not say which page of public_url is asked for")
		return nil, false
	}
	asked := r.Clone(r.Context())
	asked.Method, asked.URL, asked.RequestURI = one("Method"), u, uri
	return asked, true
}

// refuseForward answers about a request that may not be passed on. A person who opens a
// page is told where to log in, or to step up.
func (p *proxy) refuseForward(w http.ResponseWriter, asked *http.Request, redirect bool, status int) {
	if status >= 500 || !mitidhttp.OpensPage(asked) || isUpgrade(asked) {
		w.WriteHeader(status)
		return
	}
	back := asked.RequestURI
	if len(back) > maxReturn {
		back = "/"
	}
	login := p.set.PublicURL + p.set.OwnPath + "/login?return=" + url.QueryEscape(back)
	if redirect {
		w.Header().Set("Location", login)
		w.WriteHeader(http.StatusFound)
		return
	}
	w.Header().Set(loginHeader, login)
	w.WriteHeader(http.StatusUnauthorized)
}
