package mitidhttp

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/mitid"
)

//go:embed button.css
var buttonCSS string

// phrases are the texts that MitID allows on a button.
var phrases = map[mitid.Action]struct{ da, en string }{
	mitid.LogOn:   {"Log ind med MitID", "Log on with MitID"},
	mitid.Approve: {"Godkend med MitID", "Approve with MitID"},
	mitid.Confirm: {"Bekræft med MitID", "Confirm with MitID"},
	mitid.Accept:  {"Acceptér med MitID", "Accept with MitID"},
	mitid.Sign:    {"Underskriv med MitID", "Sign with MitID"},
}

// actionWords are the names of the actions in templates.
var actionWords = map[string]mitid.Action{
	"login": mitid.LogOn, "approve": mitid.Approve, "confirm": mitid.Confirm, "accept": mitid.Accept, "sign": mitid.Sign,
}

// The empty span is where the page can show MitID's logo; see the package documentation.
var (
	linkTemplate = template.Must(template.New("link").Parse(
		`<a class="mitid-button" lang="{{.Lang}}" href="{{.Href}}"><span class="mitid-button-logo" aria-hidden="true"></span><span>{{.Phrase}}</span></a>`))
	submitTemplate = template.Must(template.New("submit").Parse(
		`<button class="mitid-button" lang="{{.Lang}}" type="submit"><span class="mitid-button-logo" aria-hidden="true"></span><span>{{.Phrase}}</span></button>`))
)

// Button returns the MitID button as a link to href, such as the path where Start is
// mounted. Its text is one of the five phrases that MitID allows: in English if locale
// is mitid.English, otherwise in Danish. If action is none of the five actions, Button
// returns nothing. The page must load Stylesheet.
//
// Use the same action in the mitid.Request that the link begins.
func Button(action mitid.Action, locale mitid.Locale, href string) template.HTML {
	return button(linkTemplate, action, locale, href)
}

// SubmitButton returns the MitID button as the submit button of your own form. The rest
// is as in Button.
func SubmitButton(action mitid.Action, locale mitid.Locale) template.HTML {
	return button(submitTemplate, action, locale, "")
}

func button(t *template.Template, action mitid.Action, locale mitid.Locale, href string) template.HTML {
	p, ok := phrases[action]
	if !ok {
		return ""
	}
	v := struct{ Lang, Phrase, Href string }{"da", p.da, href}
	if locale == mitid.English {
		v.Lang, v.Phrase = "en", p.en
	}
	var b strings.Builder
	if t.Execute(&b, v) != nil {
		return ""
	}
	return template.HTML(b.String())
}

// FuncMap returns Button and SubmitButton for html/template:
//
//	{{mitidButton "login" "da" "/login"}}
//	{{mitidSubmitButton "sign" "en"}}
//
// The actions are login, approve, confirm, accept and sign. The languages are da and
// en. The template fails with mitid.ErrInputInvalid if it names another action or
// language.
func FuncMap() template.FuncMap {
	return template.FuncMap{
		"mitidButton": func(action, language, href string) (template.HTML, error) {
			a, l, err := buttonWords(action, language)
			if err != nil {
				return "", err
			}
			return Button(a, l, href), nil
		},
		"mitidSubmitButton": func(action, language string) (template.HTML, error) {
			a, l, err := buttonWords(action, language)
			if err != nil {
				return "", err
			}
			return SubmitButton(a, l), nil
		},
	}
}

func buttonWords(action, language string) (mitid.Action, mitid.Locale, error) {
	a, ok := actionWords[action]
	if !ok {
		return 0, 0, &mitid.Error{Kind: mitid.InputInvalid, Op: "button", Why: "the action of a MitID button is login, approve, confirm, accept or sign"}
	}
	switch language {
	case "da":
		return a, mitid.Danish, nil
	case "en":
		return a, mitid.English, nil
	}
	return 0, 0, &mitid.Error{Kind: mitid.InputInvalid, Op: "button", Why: "the language of a MitID button is da or en"}
}

// ButtonCSS returns the button's style rules, for an app that bundles its style
// sheets. The button needs no inline style, so the page's content security policy can
// forbid it.
func ButtonCSS() template.CSS { return template.CSS(buttonCSS) }

// Stylesheet returns a handler that serves ButtonCSS as a file.
func Stylesheet() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !allowMethods(w, r, http.MethodGet, http.MethodHead) {
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/css; charset=utf-8")
		h.Set("Cache-Control", "public, max-age=3600")
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write([]byte(buttonCSS))
	})
}
