package readlink

import (
	"crypto/rand"
	"encoding/base64"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

var refusedTemplate = template.Must(template.New("refused").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{.Title}}</title>
<style nonce="{{.Nonce}}">
body { margin: 0; background: #ffffff; color: #1c1c1c; font: 1.125rem/1.5 "IBM Plex Sans", Helvetica, Arial, sans-serif; }
main { max-width: 36rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.75rem; line-height: 1.25; }
a { color: #004cb8; }
a:focus-visible { outline: 3px solid #001d47; outline-offset: 2px; }
@media screen and (prefers-color-scheme: dark) {
	:root { color-scheme: dark; }
	body { background: #14181d; color: #eceff2; }
	a { color: #9cc4ff; }
	a:focus-visible { outline-color: #9cc4ff; }
}
@media print { a { display: none; } }
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{with .Way}}<p><a href="{{.}}">{{$.On}}</a></p>
{{end}}</main>
</body>
</html>
`))

// refusedPage is the answer where the application has none of its own.
func (l *Links) refusedPage(w http.ResponseWriter, r *http.Request, e *Refusal) {
	locale := localeOf(r)
	title, body := e.Public(locale)
	v := struct{ Lang, Title, Text, Way, On, Nonce string }{Lang: "da", Title: title, Text: body, On: "Prøv igen", Nonce: nonce()}
	if locale == mitid.English {
		v.Lang, v.On = "en", "Try again"
	}
	switch e.Reason {
	case NotRecipient:
		v.Way, v.On = l.path(r)+"?"+again, "Log ind som en anden"
		if locale == mitid.English {
			v.On = "Log on as somebody else"
		}
	case NotAPage, NotRecorded, NoNumber:
		v.Way = l.path(r)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+v.Nonce+"'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Add("Vary", "Accept-Language")
	w.WriteHeader(StatusOf(e))
	_ = refusedTemplate.Execute(w, v) // the browser may have gone
}

// nonce admits the style of one page.
func nonce() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}

// maxLanguages bounds what localeOf reads of a header, in bytes.
const maxLanguages = 1024

// localeOf chooses Danish or English, whichever the browser prefers (RFC 9110
// section 12.5.4), and Danish when it says nothing of either.
func localeOf(r *http.Request) mitid.Locale {
	header := r.Header.Get("Accept-Language")
	if len(header) > maxLanguages {
		return mitid.Danish
	}
	da, en := 0.0, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, weight, weighted := strings.Cut(part, ";q=")
		q := 1.0
		if weighted {
			v, err := strconv.ParseFloat(strings.TrimSpace(weight), 64)
			if err != nil || !(v >= 0 && v <= 1) {
				continue
			}
			q = v
		}
		switch primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-"); primary {
		case "da":
			da = max(da, q)
		case "en":
			en = max(en, q)
		}
	}
	if en > da {
		return mitid.English
	}
	return mitid.Danish
}
