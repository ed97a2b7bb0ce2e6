package web

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

var errNoAccount = errors.New("the session has no account")

// visit is one request of one person: who they are, in which language they read,
// and where the answer goes.
type visit struct {
	app     *App
	w       http.ResponseWriter
	r       *http.Request
	lang    survey.Lang
	session *mitidhttp.Session   // nil if nobody is logged in
	account string               // empty if nobody is logged in
	admin   *store.Administrator // on pages for administrators
}

// open is a page for everybody. What do returns as an error becomes a page too.
func (a *App) open(do func(*visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := a.visit(w, r)
		if err == nil && !isText(r.URL.Path) {
			err = store.ErrNotFound
		}
		if err == nil {
			err = do(v)
		}
		if err != nil {
			v.fail(err)
		}
	})
}

// isText reports whether a path is text. PostgreSQL takes no other in a question for a row.
func isText(path string) bool { return utf8.ValidString(path) && !strings.ContainsRune(path, 0) }

// visit finds out who is there.
func (a *App) visit(w http.ResponseWriter, r *http.Request) (*visit, error) {
	v := &visit{app: a, w: w, r: r, lang: a.languages.of(r)}
	s, ok := a.session(r)
	if !ok || !a.cfg.Identity.Takes(s.Identity.Capacity) { // an administrator is nobody on other people's pages
		return v, nil
	}
	account, err := a.cfg.Store.AccountOf(r.Context(), store.AccountKey{Issuer: s.Login().Issuer, Subject: s.Identity.Subject})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return v, nil
	case err != nil:
		return v, err
	}
	v.session, v.account = s, account
	return v, nil
}

// show answers with a page. It is written at once, so that a page which breaks
// half-way is not sent at all.
func (v *visit) show(status int, name string, p view) error {
	p.complete(v)
	var page bytes.Buffer
	if err := v.app.pages[name].ExecuteTemplate(&page, "layout", p); err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.lang))
	h.Set("Cache-Control", "no-store")
	if p.Waiting {
		h.Set("Content-Security-Policy", v.app.policy()+"; script-src 'self'; connect-src 'self'")
	}
	v.w.WriteHeader(status)
	_, _ = v.w.Write(page.Bytes()) // the browser may have gone
	return nil
}

// to leads the browser to another page of the app.
func (v *visit) to(path string) error {
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// fail answers with the page for err.
func (v *visit) fail(err error) {
	var tooLong *http.MaxBytesError
	switch {
	case errors.Is(err, store.ErrNotFound):
		err = v.message(http.StatusNotFound, message{Title: "message.missing.title", Lead: "message.missing.lead", Calm: true})
	case errors.Is(err, errNoAccount):
		err = v.to(loginHref(nil, v.r.URL.Path))
	case errors.As(err, &tooLong):
		err = v.message(http.StatusRequestEntityTooLarge, message{Title: "message.long.title", Lead: "message.long.lead"})
	default:
		v.app.cfg.Logger.ErrorContext(v.r.Context(), "page failed", "route", v.r.Pattern, "error", err)
		err = v.message(http.StatusInternalServerError, message{Title: "message.broken.title", Lead: "message.broken.lead"})
	}
	if err != nil {
		v.app.cfg.Logger.ErrorContext(v.r.Context(), "error page failed", "route", v.r.Pattern, "error", err)
		http.Error(v.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}
