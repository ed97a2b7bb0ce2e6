package mitidhttp

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

var messageTemplate = template.Must(template.New("message").Parse(`<!DOCTYPE html>
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
<p>{{with .Button}}{{.}}{{else}}<a href="{{.Link}}">{{.LinkText}}</a>{{end}}</p>
</main>
</body>
</html>
`))

// messagePage is a page with one message. Below it stands Button. If Button is empty,
// a link with the text LinkText leads to Link.
type messagePage struct {
	Lang, Title, Text, Link, LinkText, Nonce string
	Button                                   template.HTML
	Style                                    template.CSS
}

// refusedPage answers a login that failed, if Config.Refused is nil.
func (g *Gate) refusedPage(w http.ResponseWriter, r *http.Request, err error) {
	back := ReturnPath(r.Context())
	v := messagePage{Lang: "da", Title: "Login med MitID", LinkText: "Prøv igen", Text: mitid.PublicText(err, mitid.Danish), Link: back}
	locale := localeOf(r)
	if locale == mitid.English {
		v.Lang, v.Title, v.LinkText, v.Text = "en", "Logging on with MitID", "Try again", mitid.PublicText(err, mitid.English)
	}
	_, loggedIn := r.Context().Value(sessionKey{g}).(*Session) // of this gate, not of one around it
	switch {
	case loggedIn && mitid.KindOf(err) == mitid.StateInvalid:
		v.Title, v.Text, v.LinkText = "Du er logget ind", "Siden hørte til et login, som er brugt eller udløbet. Du er stadig logget ind.", "Fortsæt"
		if locale == mitid.English {
			v.Title, v.Text, v.LinkText = "You are logged on", "This page belonged to a login that was used or has expired. You are still logged on.", "Continue"
		}
	case isFromPage(r): // Require begins a login at back
		v.Button = Button(mitid.LogOn, locale, back)
	case g.loginPath != "":
		v.Button = Button(mitid.LogOn, locale, g.loginAddress(back))
	}
	v.show(w, StatusOf(err))
}

// loggedOutPage says that the person is logged out.
func (g *Gate) loggedOutPage(w http.ResponseWriter, r *http.Request) {
	v := messagePage{Lang: "da", Title: "Du er logget ud", Text: "Luk browseren, hvis andre bruger den samme computer eller telefon.", LinkText: "Til forsiden", Link: g.home}
	locale := localeOf(r)
	if locale == mitid.English {
		v.Lang, v.Title, v.Text, v.LinkText = "en", "You are logged out", "Close the browser if others use the same computer or phone.", "To the front page"
	}
	if g.loginPath != "" {
		v.Button = Button(mitid.LogOn, locale, g.loginPath)
	}
	v.show(w, http.StatusOK)
}

// loginAddress returns the address of Config.Login with the return path back.
func (g *Gate) loginAddress(back string) string {
	sep := "?"
	if strings.Contains(g.loginPath, "?") {
		sep = "&"
	}
	return g.loginPath + sep + returnParameter + "=" + url.QueryEscape(back)
}

func (v messagePage) show(w http.ResponseWriter, status int) {
	v.Nonce = nonce()
	if v.Button != "" {
		v.Style = ButtonCSS()
	}
	w.Header().Add("Vary", "Accept, Accept-Language")
	writePage(w, "default-src 'none'; style-src 'nonce-"+v.Nonce+"'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
		status, messageTemplate, v)
}

type fromPageKey struct{}

// markFromPage marks r as one whose return path is a page behind Require. Who opens
// that page again begins the login again.
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

// postPage writes a page that posts rd.Form to rd.URL. Its form-action names schemes
// alone, because some browsers apply it to the redirects that follow the post.
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
	_ = t.Execute(w, v) // fails only if the connection has ended
}
