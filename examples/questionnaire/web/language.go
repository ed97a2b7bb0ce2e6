package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
	"github.com/dkeid/dkeid/mitid"
	"golang.org/x/text/language"
)

// languageCookie keeps what somebody chose with the switch.
const languageCookie = "language"

// languages finds the best of ours for an Accept-Language header. Danish is the
// answer when nothing fits; Norwegian and Swedish readers get it too.
type languages struct{ matcher language.Matcher }

func newLanguages() languages {
	return languages{language.NewMatcher([]language.Tag{language.Danish, language.English})}
}

// of returns the language of a request: the one chosen, or the browser's.
func (l languages) of(r *http.Request) survey.Lang {
	if c, err := r.Cookie(languageCookie); err == nil {
		if chosen, ok := survey.ParseLang(c.Value); ok {
			return chosen
		}
	}
	header := r.Header.Get("Accept-Language")
	if len(header) > 256 {
		return survey.Danish
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return survey.Danish
	}
	if _, i, _ := l.matcher.Match(wanted...); i == 1 {
		return survey.English
	}
	return survey.Danish
}

// localeOf is l as MitID knows it.
func localeOf(l survey.Lang) mitid.Locale {
	if l == survey.English {
		return mitid.English
	}
	return mitid.Danish
}

// chooseLang keeps the choice for a year.
func chooseLang(w http.ResponseWriter, l survey.Lang, secure bool) {
	http.SetCookie(w, &http.Cookie{Name: languageCookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode})
}

// localPath returns p when it leads to a page of this app, and "/" otherwise.
// Browsers read a backslash as a slash, and two slashes as another host.
func localPath(p string) string {
	u, err := url.Parse(p)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || len(p) > 512 ||
		!strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsFunc(p, func(r rune) bool { return r <= ' ' || r == '\\' || r > '~' }) {
		return "/"
	}
	return p
}
