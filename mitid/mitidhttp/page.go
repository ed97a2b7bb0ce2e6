package mitidhttp

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

var messageTemplate = template.Must(template.New("words").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style nonce="{{.Nonce}}">
body { margin: 0; background: #ffffff; color: #1c1c1c; font: 1.125rem/1.5 "IBM Plex Sans", Helvetica, Arial, sans-serif; }
main { max-width: 36rem; margin: 0 auto; padding: 3rem 1.25rem; }
h1 { font-size: 1.75rem; line-height: 1.25; }
a { color: #004cb8; }
a:focus-visible { outline: 3px solid #001d47; outline-offset: 2px; }
{{.Style}}
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
<p>{{with .Button}}{{.}}{{else}}<a href="{{.Back}}">{{.On}}</a>{{end}}</p>
</main>
</body>
</html>
`))

// words is a page of one message and one way on: Button, where it begins a login,
// or the link On to Back.
type words struct {
	Lang, Title, Text, Back, On, Nonce string
	Button                             template.HTML
	Style                              template.CSS
}

// refusedPage is the answer where the application has none of its own.
func (g *Gate) refusedPage(w http.ResponseWriter, r *http.Request, err error) {
	back := ReturnPath(r.Context())
	v := words{Lang: "da", Title: "Login med MitID", On: "Prøv igen", Text: mitid.PublicText(err, mitid.Danish), Back: back}
	locale := localeOf(r)
	if locale == mitid.English {
		v.Lang, v.Title, v.On, v.Text = "en", "Logging on with MitID", "Try again", mitid.PublicText(err, mitid.English)
	}
	_, in := r.Context().Value(sessionKey{g}).(*Session) // not that of a gate around this one
	switch {
	case in && mitid.KindOf(err) == mitid.StateInvalid:
		v.Title, v.Text, v.On = "Du er logget ind", "Siden hørte til et login, som er brugt eller udløbet. Du er stadig logget ind.", "Fortsæt"
		if locale == mitid.English {
			v.Title, v.Text, v.On = "You are logged on", "This page belonged to a login that was used or has expired. You are still logged on.", "Continue"
		}
	case isFromPage(r): // which leads through MitID
		v.Button = Button(mitid.LogOn, locale, back)
	case g.loginPath != "":
		v.Button = Button(mitid.LogOn, locale, g.loginAddress(back))
	}
	v.show(w, StatusOf(err))
}

// loggedOutPage says that the person is logged out.
func (g *Gate) loggedOutPage(w http.ResponseWriter, r *http.Request) {
	v := words{Lang: "da", Title: "Du er logget ud", Text: "Luk browseren, hvis andre bruger den samme computer eller telefon.", On: "Til forsiden", Back: g.home}
	locale := localeOf(r)
	if locale == mitid.English {
		v.Lang, v.Title, v.Text, v.On = "en", "You are logged out", "Close the browser if others use the same computer or phone.", "To the front page"
	}
	if g.loginPath != "" {
		v.Button = Button(mitid.LogOn, locale, g.loginPath)
	}
	v.show(w, http.StatusOK)
}

// loginAddress is the address that begins a login which leads to back.
func (g *Gate) loginAddress(back string) string {
	sep := "?"
	if strings.Contains(g.loginPath, "?") {
		sep = "&"
	}
	return g.loginPath + sep + returnParameter + "=" + url.QueryEscape(back)
}

func (v words) show(w http.ResponseWriter, status int) {
	v.Nonce = nonce()
	if v.Button != "" {
		v.Style = ButtonCSS()
	}
	w.Header().Add("Vary", "Accept, Accept-Language")
	writePage(w, "default-src 'none'; style-src 'nonce-"+v.Nonce+"'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
		status, messageTemplate, v)
}

type fromPageKey struct{}

// markFromPage marks a request about a page behind Require: opening it again begins
// the login again.
func markFromPage(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), fromPageKey{}, true))
}

func isFromPage(r *http.Request) bool { return r.Context().Value(fromPageKey{}) != nil }

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
	writePage(w, "default-src 'none'; script-src 'nonce-"+v.Nonce+"'; form-action "+schemes+"; base-uri 'none'; frame-ancestors 'none'",
		http.StatusOK, postTemplate, v)
}

func writePage(w http.ResponseWriter, policy string, status int, t *template.Template, v any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	_ = t.Execute(w, v) // the browser may have gone
}
