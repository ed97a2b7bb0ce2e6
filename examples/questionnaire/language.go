package main

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dkeid/dkeid/mitid"
	"golang.org/x/text/language"
)

// lang is the language of a page, as its lang attribute writes it.
type lang string

// The languages of this app.
const (
	danish  lang = "da"
	english lang = "en"
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
func (l languages) of(r *http.Request) lang {
	if c, err := r.Cookie(languageCookie); err == nil {
		if chosen, ok := parseLang(c.Value); ok {
			return chosen
		}
	}
	header := r.Header.Get("Accept-Language")
	if len(header) > 256 {
		return danish
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return danish
	}
	if _, i, _ := l.matcher.Match(wanted...); i == 1 {
		return english
	}
	return danish
}

func parseLang(s string) (lang, bool) {
	l := lang(s)
	return l, l == danish || l == english
}

// Other returns the language to switch to.
func (l lang) Other() lang {
	if l == english {
		return danish
	}
	return english
}

// locale is l as MitID knows it.
func (l lang) locale() mitid.Locale {
	if l == english {
		return mitid.English
	}
	return mitid.Danish
}

// choose keeps the choice for a year.
func (l lang) choose(w http.ResponseWriter, secure bool) {
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

// when writes a time in Denmark for people: 21. november 2026 kl. 23.05.
func (l lang) when(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	if l == english {
		return t.Format("2 January 2006 at 15:04")
	}
	return l.day(t) + t.Format(" kl. 15.04")
}

// day writes a day for people.
func (l lang) day(t time.Time) string {
	if l == english {
		return t.Format("2 January 2006")
	}
	return t.Format("2. ") + months[t.Month()-1] + t.Format(" 2006")
}

var months = [...]string{"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"}
