package textletter

import (
	"fmt"
	"time"
)

// words are the words that a letter has of its own, in one language.
type words struct {
	language  string
	reference string
	pages     string // formats the number of a page and of all
	day       string // formats day, month and year
	months    [12]string
}

var danish = words{
	language: "da", reference: "Reference: ", pages: "Side %d af %d", day: "%d. %s %d",
	months: [12]string{"januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"},
}

var english = words{
	language: "en", reference: "Reference: ", pages: "Page %d of %d", day: "%d %s %d",
	months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

func wordsOf(l Language) words {
	if l == English {
		return english
	}
	return danish
}

func (w words) date(t time.Time) string {
	return fmt.Sprintf(w.day, t.Day(), w.months[t.Month()-1], t.Year())
}

func (w words) page(n, of int) string { return fmt.Sprintf(w.pages, n, of) }
