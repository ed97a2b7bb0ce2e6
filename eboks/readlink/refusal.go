package readlink

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/mitid"
)

// Reason says why somebody was not let through, as one word of a closed
// vocabulary.
type Reason uint8

// The reasons.
const (
	_            Reason = iota
	LinkInvalid         // unknown, changed, of another key, or expired
	NotAPage            // a script, a frame, a fetch in advance, or what keeps no login: nobody reads what it gets
	NotRecipient        // somebody is logged in, but the letter is another's
	NoNumber            // the login brought no CPR number to compare; see Config.Number
	NotRecorded         // Config.Record or Config.Number failed: nothing was shown
	lastReason
)

var reasonWords = [lastReason]string{"Unknown", "LinkInvalid", "NotAPage", "NotRecipient", "NoNumber", "NotRecorded"}

// String returns the reason's word, such as "NotRecipient".
func (r Reason) String() string {
	if r >= lastReason {
		r = 0
	}
	return reasonWords[r]
}

// Refusal says that nothing was shown, and nothing recorded. Its text holds
// nothing about anybody.
type Refusal struct {
	Reason Reason
	Letter eboks.ID // zero with LinkInvalid
	// Err is what Config.Record or Config.Number returned. It is not part of the
	// text, because it may hold anything.
	Err error
}

func (e *Refusal) Error() string { return "readlink: " + e.Reason.String() }

// Format writes the text under every verb.
func (e *Refusal) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(e.Error())) }

// Unwrap returns Err.
func (e *Refusal) Unwrap() error { return e.Err }

// LogValue gives the reason and the letter.
func (e *Refusal) LogValue() slog.Value {
	return slog.GroupValue(slog.String("reason", e.Reason.String()), slog.String("letter", e.Letter.String()))
}

// StatusOf returns the HTTP status for a refusal: 404, 400, 403, or 503 where the
// same may work later, and 500 for NoNumber and for errors of other packages. For
// a nil error it is 200.
func StatusOf(err error) int {
	if err == nil {
		return http.StatusOK
	}
	e, ok := errors.AsType[*Refusal](err)
	if !ok {
		return http.StatusInternalServerError
	}
	switch e.Reason {
	case LinkInvalid:
		return http.StatusNotFound
	case NotAPage:
		return http.StatusBadRequest
	case NotRecipient:
		return http.StatusForbidden
	case NotRecorded:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// text is what a refusal says to a person.
type text struct{ title, body string }

var danish = map[Reason]text{
	LinkInvalid:  {"Linket virker ikke", "Linket er forkert eller udløbet. Se efter, om du har fået hele linket med fra brevet."},
	NotAPage:     {"Åbn linket i din browser", "Brevet kan kun vises på en side, som du selv åbner, i en browser, der gemmer dit login (cookies)."},
	NotRecipient: {"Brevet er til en anden", "Du er logget ind som en anden end den, brevet er til. Brevet er ikke vist."},
	NoNumber:     {"Brevet kan ikke vises", "Vi kan ikke se, om brevet er til dig. Kontakt afsenderen."},
	NotRecorded:  {"Brevet kan ikke vises lige nu", "Prøv igen om lidt."},
}

var english = map[Reason]text{
	LinkInvalid:  {"The link does not work", "The link is wrong or has expired. Check that you have all of it from the letter."},
	NotAPage:     {"Open the link in your browser", "The letter is shown only on a page that you open yourself, in a browser that keeps your login (cookies)."},
	NotRecipient: {"The letter is for somebody else", "You are logged on as somebody other than the recipient. The letter was not shown."},
	NoNumber:     {"The letter cannot be shown", "We cannot tell whether the letter is for you. Contact the sender."},
	NotRecorded:  {"The letter cannot be shown right now", "Try again in a moment."},
}

// Public returns a title and a sentence for the person, in English for
// mitid.English and else in Danish.
func (e *Refusal) Public(locale mitid.Locale) (title, body string) {
	words := danish
	if locale == mitid.English {
		words = english
	}
	t, ok := words[e.Reason]
	if !ok {
		t = words[NotRecorded]
	}
	return t.title, t.body
}
