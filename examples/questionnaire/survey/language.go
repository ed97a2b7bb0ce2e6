package survey

import "time"

// Lang is the language of a page, as its lang attribute writes it.
type Lang string

// The languages of this app.
const (
	Danish  Lang = "da"
	English Lang = "en"
)

// ParseLang reads a language as its lang attribute writes it.
func ParseLang(s string) (Lang, bool) {
	l := Lang(s)
	return l, l == Danish || l == English
}

// Other returns the language to switch to.
func (l Lang) Other() Lang {
	if l == English {
		return Danish
	}
	return English
}

// When writes a time in Denmark for people: 21. november 2026 kl. 23.05.
func (l Lang) When(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	if l == English {
		return t.Format("2 January 2006 at 15:04")
	}
	return l.Day(t) + t.Format(" kl. 15.04")
}

// Day writes a day for people.
func (l Lang) Day(t time.Time) string {
	if l == English {
		return t.Format("2 January 2006")
	}
	return t.Format("2. ") + months[t.Month()-1] + t.Format(" 2006")
}

var months = [...]string{"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"}
