package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

// maxBody bounds what a form may send, in bytes: two full free texts, escaped.
const maxBody = 128 << 10

// policy says what a page may load: no script, unless it waits for news.
func (a *App) policy() string {
	// The broker's origin is there for the logout form, which is answered with a
	// redirect to it; some browsers hold form-action against redirects too.
	goes := a.cfg.Broker.Callback().Issuer
	if a.singleLogout() {
		goes += " https:" // the redirects go on to services that nobody here knows
	}
	return "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' " + goes +
		"; base-uri 'none'; frame-ancestors 'none'"
}

// secured sets what every answer must say to the browser, and bounds the body.
func (a *App) secured(next http.Handler) http.Handler {
	policy := a.policy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if a.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses forms that another site sends.
func (a *App) sameOrigin(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	_ = protection.AddTrustedOrigin(a.cfg.PublicURL) // which New has read; a proxy may rewrite Host
	a.allowBroker(protection)
	protection.SetDenyHandler(a.open(func(v *visit) error {
		return v.message(http.StatusForbidden, message{Title: "message.cross.title", Lead: "message.cross.lead"})
	}))
	return protection.Handler(next)
}

// recorded writes one line for each request. It names the route, not the
// address, and not who asked.
func (a *App) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := a.cfg.Now()
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			if p := recover(); p != nil {
				// The value of the panic may name somebody, the stack does not.
				a.cfg.Logger.ErrorContext(r.Context(), "panic", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
				if !seen.begun {
					http.Error(seen, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
				}
			}
			a.cfg.Logger.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("method", method(r)), slog.String("route", r.Pattern),
				slog.Int("status", seen.status), slog.Duration("took", a.cfg.Now().Sub(began).Round(time.Microsecond)))
		}()
		next.ServeHTTP(seen, r)
	})
}

// method is r's method, if it is one of ours: it too is input.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return r.Method
	}
	return "other"
}

type statusWriter struct {
	http.ResponseWriter
	status int
	begun  bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.begun {
		w.status, w.begun = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find what it needs.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
