package mitidhttp

import (
	"html/template"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

var refusedTemplate = template.Must(template.New("refused").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style nonce="{{.Nonce}}">
body { margin: 0; background: #ffffff; color: #1c1c1c; font: 1.125rem/1.5 "IBM Plex Sans", Helvetica, Arial, sans-serif; }
main { max-width: 36rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.75rem; line-height: 1.25; }
@media screen and (prefers-color-scheme: dark) {
	html { color-scheme: dark; }
	html body { background: #14181d; color: #eceff2; }
	html a { color: #9cc4ff; }
	html a:focus-visible { outline-color: #9cc4ff; }
}
@media print { html a { display: none; } }
a { color: #004cb8; }
a:focus-visible { outline: 3px solid #001d47; outline-offset: 2px; }
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
<p><a href="{{.Back}}">{{.Again}}</a></p>
</main>
</body>
</html>
`))

// refusedPage is the answer where the application has none of its own.
func refusedPage(w http.ResponseWriter, r *http.Request, err error) {
	v := struct{ Lang, Title, Text, Back, Again, Nonce string }{
		Lang: "da", Title: "Login med MitID", Again: "Prøv igen", Text: mitid.PublicText(err, mitid.Danish), Back: ReturnPath(r.Context()), Nonce: nonce(),
	}
	if localeOf(r) == mitid.English {
		v.Lang, v.Title, v.Again, v.Text = "en", "Logging on with MitID", "Try again", mitid.PublicText(err, mitid.English)
	}
	w.Header().Set("Vary", "Accept-Language")
	page(w, "default-src 'none'; style-src 'nonce-"+v.Nonce+"'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
		StatusOf(err), refusedTemplate, v)
}

var postTemplate = template.Must(template.New("post").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MitID</title>
</head>
<body>
<main>
<form method="post" action="{{.Action}}">
{{range $name, $value := .Fields}}<input type="hidden" name="{{$name}}" value="{{$value}}">
{{end}}<noscript><button type="submit">{{.Continue}}</button></noscript>
</form>
</main>
<script nonce="{{.Nonce}}">document.forms[0].submit()</script>
</body>
</html>
`))

// postPage posts rd.Form to rd.URL. Its form-action names schemes only, because
// some browsers hold it against every redirect that follows the post.
func postPage(w http.ResponseWriter, r *http.Request, rd *mitid.Redirect) {
	v := struct {
		Lang, Action, Continue, Nonce string
		Fields                        map[string]string
	}{Lang: "da", Action: rd.URL, Continue: "Fortsæt", Nonce: nonce(), Fields: rd.Form}
	if localeOf(r) == mitid.English {
		v.Lang, v.Continue = "en", "Continue"
	}
	schemes := "https:"
	if strings.HasPrefix(rd.URL, "http:") { // a fake on loopback
		schemes = "http: https:"
	}
	page(w, "default-src 'none'; script-src 'nonce-"+v.Nonce+"'; form-action "+schemes+"; base-uri 'none'; frame-ancestors 'none'",
		http.StatusOK, postTemplate, v)
}

func page(w http.ResponseWriter, policy string, status int, t *template.Template, v any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	_ = t.Execute(w, v) // the browser may have gone
}
