package mitidhttp

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/dkeid/dkeid/internal/nostore"
	"github.com/dkeid/dkeid/mitid"
)

// setPrivateHeaders keeps the answer out of caches, and the request's address, which
// may hold the broker's code, out of Referer headers.
func setPrivateHeaders(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

// allowMethods reports whether r has one of methods. If not, it answers 405.
func allowMethods(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	w.WriteHeader(http.StatusMethodNotAllowed)
	return false
}

// redirect sends the browser to an address. http.Redirect would clean the path and
// repeat the address in a body.
func redirect(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Location", to)
	if r.Method == http.MethodPost {
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	w.WriteHeader(http.StatusFound)
}

// sendToBroker sends the browser to the broker: by redirect, or by a form that the
// browser posts.
func sendToBroker(w http.ResponseWriter, r *http.Request, rd *mitid.Redirect) {
	if rd.Form == nil {
		redirect(w, r, rd.URL)
		return
	}
	postPage(w, r, rd)
}

// refuse answers a login that failed, by Config.Refused or by a page of ours. Neither
// is cached.
func (g *Gate) refuse(w http.ResponseWriter, r *http.Request, back string, err error) {
	g.onRefused(nostore.Wrap(w), r.WithContext(context.WithValue(r.Context(), returnKey{}, back)), err)
}

// logRefusal logs a refusal that the Client has not logged. It leaves out the text of
// an error of another package, which may name people.
func (g *Gate) logRefusal(r *http.Request, err error) {
	var e *mitid.Error
	if errors.As(err, &e) {
		g.log.LogAttrs(r.Context(), slog.LevelWarn, "mitidhttp: refused", slog.Any("error", e))
		return
	}
	g.log.LogAttrs(r.Context(), slog.LevelWarn, "mitidhttp: refused by OnLogin")
}

// nonce returns a value that admits one script or style of one page.
func nonce() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}
