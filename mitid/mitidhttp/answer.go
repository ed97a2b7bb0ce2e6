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

// setPrivateHeaders keeps an answer out of caches, and the address that it answers, with the
// broker's code in it, out of Referer headers.
func setPrivateHeaders(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

// allowMethods answers 405 to other methods.
func allowMethods(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	w.WriteHeader(http.StatusMethodNotAllowed)
	return false
}

// redirect leads the browser on. http.Redirect would rewrite the path and put
// it into a body.
func redirect(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Location", to)
	if r.Method == http.MethodPost {
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	w.WriteHeader(http.StatusFound)
}

// sendToBroker takes the browser to the broker, with a form where the message must be
// posted.
func sendToBroker(w http.ResponseWriter, r *http.Request, rd *mitid.Redirect) {
	if rd.Form == nil {
		redirect(w, r, rd.URL)
		return
	}
	postPage(w, r, rd)
}

// refuse answers a login that failed. The application's own page stays out of
// caches as well, however it is written.
func (g *Gate) refuse(w http.ResponseWriter, r *http.Request, back string, err error) {
	g.onRefused(nostore.Wrap(w), r.WithContext(context.WithValue(r.Context(), returnKey{}, back)), err)
}

// logRefusal logs a refusal that the client knows nothing of. Texts of errors that
// are not ours may name people and are left out.
func (g *Gate) logRefusal(r *http.Request, err error) {
	var e *mitid.Error
	if errors.As(err, &e) {
		g.log.LogAttrs(r.Context(), slog.LevelWarn, "mitidhttp: refused", slog.Any("error", e))
		return
	}
	g.log.LogAttrs(r.Context(), slog.LevelWarn, "mitidhttp: refused by OnLogin")
}

// nonce admits one script or style of one page.
func nonce() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}
