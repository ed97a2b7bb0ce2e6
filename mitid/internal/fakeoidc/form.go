package fakeoidc

import (
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// maxForm bounds what a fake reads of a request, in bytes.
const maxForm = 256 << 10

// Allow reports whether r has one of methods (HEAD counts as GET). If not, it has
// answered with status 405.
func Allow(w http.ResponseWriter, r *http.Request, methods ...string) bool {
	if slices.Contains(methods, r.Method) || r.Method == http.MethodHead && slices.Contains(methods, http.MethodGet) {
		return true
	}
	w.Header().Set("Allow", strings.Join(methods, ", "))
	http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	return false
}

// ReadForm reads the form of a POST, up to 256 kB. It returns nil for everything
// else.
func ReadForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if r.Method != http.MethodPost {
		return nil, nil
	}
	return readForm(w, r, maxForm)
}

func readForm(w http.ResponseWriter, r *http.Request, most int64) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" {
		return nil, nil
	}
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	return r.PostForm, nil
}

// ReadPost reads the body of a POST, up to most bytes: a form, or something else.
func ReadPost(w http.ResponseWriter, r *http.Request, most int64) (form url.Values, body []byte, err error) {
	if r.Method != http.MethodPost {
		return nil, nil, nil
	}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err = readForm(w, r, most)
		return form, nil, err
	}
	body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	return nil, body, err
}

// Clone returns a copy of v that shares nothing with it.
func Clone(v url.Values) url.Values { return url.Values(http.Header(v).Clone()) }
