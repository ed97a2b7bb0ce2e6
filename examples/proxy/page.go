package main

import (
	"crypto/rand"
	"encoding/json"
	"html/template"
	"net/http"

	"github.com/dkeid/dkeid/internal/pagelanguage"
	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

var pageTemplate = template.Must(template.New("page").Parse(`<!DOCTYPE html>
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
button { min-height: 44px; padding: 0 1.5rem; border: 0; border-radius: 4px; background: #0060e6; color: #ffffff; font: inherit; cursor: pointer; }
a:focus-visible, button:focus-visible { outline: 3px solid #001d47; outline-offset: 2px; }
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{with .Logout}}<form method="post" action="{{.}}"><button type="submit">{{$.Title}}</button></form>
{{end}}<p><a href="/">{{.Home}}</a></p>
</main>
</body>
</html>
`))

// A message is what a page says.
type message struct{ title, text string }

// messages are what the proxy itself says, by status: in Danish and in English.
var messages = map[int][2]message{
	http.StatusBadRequest: {
		{"Adressen kan ikke bruges", "Adressen kan læses på flere måder. Ret den, eller gå til forsiden."},
		{"The address cannot be used", "The address can be read in more than one way. Correct it, or go to the front page."},
	},
	http.StatusUnauthorized: {
		{"Du er logget ud", "Din session er slut. Log ind igen for at fortsætte."},
		{"You are logged out", "Your session has ended. Log on again to continue."},
	},
	http.StatusForbidden: {
		{"Det er ikke tilladt", "Forespørgslen kommer fra et sted, som ikke har adgang."},
		{"This is not allowed", "The request comes from a place that has no access."},
	},
	http.StatusNotFound: {
		{"Siden findes ikke", "Der er ingen side på den adresse."},
		{"There is no such page", "There is no page at this address."},
	},
	http.StatusMethodNotAllowed: {
		{"Det er ikke tilladt", "Forespørgslens metode kan ikke bruges her."},
		{"This is not allowed", "The method of the request cannot be used here."},
	},
	http.StatusBadGateway: {
		{"Tjenesten svarer ikke", "Vent et øjeblik, og prøv igen. Du er stadig logget ind, hvis du var det før."},
		{"The service does not answer", "Wait a moment and try again. You are still logged on if you were before."},
	},
	http.StatusGatewayTimeout: {
		{"Tjenesten svarer for langsomt", "Vent et øjeblik, og prøv igen. Måske er det, du sendte, alligevel nået frem."},
		{"The service is too slow to answer", "Wait a moment and try again. What you sent may have arrived all the same."},
	},
}

// pages are the proxy's own pages.
type pages struct{ logout string }

// show answers with a page, or with a problem document (RFC 9457) if no person opens a
// page.
func (p pages) show(w http.ResponseWriter, r *http.Request, status int) {
	lang, m := "da", messages[status][0]
	if !pagelanguage.Danish(r.Header.Get("Accept-Language")) {
		lang, m = "en", messages[status][1]
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept, Accept-Language")
	if mitidhttp.OpensPage(r) {
		p.write(w, status, lang, m, "")
		return
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Language", lang)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": m.text})
}

// askLogout shows the button that logs out, for a link of the app's.
func (p pages) askLogout(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept-Language")
	if pagelanguage.Danish(r.Header.Get("Accept-Language")) {
		p.write(w, http.StatusOK, "da", message{"Log ud", "Du logger ud af tjenesten og af MitID i denne browser."}, p.logout)
		return
	}
	p.write(w, http.StatusOK, "en", message{"Log out", "You log out of the service and of MitID in this browser."}, p.logout)
}

func (p pages) write(w http.ResponseWriter, status int, lang string, m message, logout string) {
	home := "Til forsiden"
	if lang == "en" {
		home = "To the front page"
	}
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin") // Logout asks where the form comes from
	w.WriteHeader(status)
	_ = pageTemplate.Execute(w, struct{ Lang, Title, Text, Home, Logout, Nonce string }{lang, m.title, m.text, home, logout, nonce})
}
