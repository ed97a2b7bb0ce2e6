package mitidtest

import (
	"bytes"
	_ "embed"
	"html"
	"html/template"
	"net/http"
	"strings"
	"sync"
)

//go:embed pages/page.html
var pageSource string

// pages are the fake's pages for humans, parsed when the first one is shown.
type pages struct {
	parsed func() (*template.Template, error)
}

func newPages() pages {
	return pages{sync.OnceValues(func() (*template.Template, error) { return template.New("").Parse(pageSource) })}
}

// view is what a page shows.
type view struct {
	Lang, Title, Heading, Message, Detail string
	T                                     texts
	Action, Visit, Differences            string
	ACRs                                  []string
	People                                []person
	Companies                             []Company
	Optional                              bool
	Prefilled, Own                        string
	Wrong, MaySkip                        bool
	List                                  []string
}

// person is a citizen on the page.
type person struct {
	Index       int
	First       bool
	Name, About string
	Shows       string
}

// newView returns a view in the language that the person wants.
func newView(r *http.Request, locales string) *view {
	v := &view{Action: pathPage, Differences: pathDifferences}
	v.Lang, v.T = language(r, locales)
	v.Title = v.T.Title
	return v
}

func (p pages) show(w http.ResponseWriter, status int, name string, v *view) {
	t, err := p.parsed()
	var body bytes.Buffer
	if err == nil {
		err = t.ExecuteTemplate(&body, name, v)
	}
	if err != nil {
		http.Error(w, "the fake cannot show its page", http.StatusInternalServerError)
		return
	}
	htmlHeaders(w, "")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

// htmlHeaders sets what every page carries. form-action stays open, because
// browsers apply it to the redirect that ends a form post.
func htmlHeaders(w http.ResponseWriter, nonce string) {
	policy := "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
	if nonce != "" {
		policy += "; script-src 'nonce-" + nonce + "'"
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

// cookie names a cookie of this fake. Browsers share cookies between the ports
// of a host, and several fakes may run on one.
func (b *Broker) cookie(name string) string { return name + "-" + b.listener.port }

// showError shows the broker's error page: no redirect, because the request
// names nobody who can be trusted with one.
func (b *Broker) ShowError(w http.ResponseWriter, r *http.Request, why string) {
	v := newView(r, "")
	v.Detail = why
	b.pages.show(w, http.StatusBadRequest, "error", v)
}

func (b *Broker) ShowLoggedOut(w http.ResponseWriter, r *http.Request) {
	v := newView(r, "")
	v.Detail = v.T.LoggedOut
	b.pages.show(w, http.StatusOK, "notice", v)
}

func (b *Broker) showDifferences(w http.ResponseWriter, r *http.Request) {
	v := newView(r, "")
	v.List = b.Differences()
	b.pages.show(w, http.StatusOK, "differences", v)
}

// showFormPost makes the browser post the answer to the app.
func ShowFormPost(w http.ResponseWriter, back *Answer) {
	nonce := randomHex(16)
	var p strings.Builder
	p.WriteString("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>…</title></head><body>\n<form id=\"answer\" method=\"post\" action=\"")
	p.WriteString(html.EscapeString(back.RedirectURI))
	p.WriteString("\">\n")
	for _, q := range back.Params {
		p.WriteString(`<input type="hidden" name="` + html.EscapeString(q.Name) + `" value="` + html.EscapeString(q.Value) + "\">\n")
	}
	p.WriteString("<noscript><button type=\"submit\">OK</button></noscript></form>\n<script nonce=\"" + nonce + "\">document.forms[0].submit()</script></body></html>\n")
	htmlHeaders(w, nonce)
	_, _ = w.Write([]byte(p.String()))
}
