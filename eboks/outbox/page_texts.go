package outbox

import (
	"net/http"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/pagelanguage"
)

// pageTexts are the words of the page in one language.
type pageTexts struct {
	Lang, OtherLang, Other                         string
	Title, Failed, As                              string
	Stop, Start                                    string
	Calm, PausedNow, PersonNow, OverdueNow         string
	UnopenedNow                                    string
	Letters, State, Count                          string
	InHand, NeedPerson, Overdue, Oldest, None      string
	Speed, LastMinute, LastHour                    string
	Channel, Open, Paused, Since, Until, Why       string
	People, PeopleHelp, NoPeople, Letter, More     string
	Errors, ErrorsHelp, NoErrors, Time, What, Kind string
	States                                         map[eboks.State]string
	Whats                                          map[What]string
	days, hours, minutes, seconds                  string
}

func danishPage() pageTexts {
	return pageTexts{
		Lang: "da", OtherLang: "en", Other: "English",
		Title: "Udbakke", Failed: "Databasen svarer ikke. Siden prøver igen.", As: "Som det er kl.",
		Stop: "Stop opdatering", Start: "Opdater hvert 10. sekund",
		Calm: "Alt er i orden.", PausedNow: "Kanalen til distributøren holder pause.", PersonNow: "Breve, der kræver et menneske:",
		OverdueNow: "Breve, hvis kvittering mangler:", UnopenedNow: "Breve, hvis nøgle mangler i Config.Keys:",
		Letters: "Breve", State: "Tilstand", Count: "Antal",
		InHand: "Under afsendelse", NeedPerson: "Kræver et menneske", Overdue: "Kvittering mangler", Oldest: "Ældste, der ikke er afsluttet", None: "intet",
		Speed: "Fremdrift", LastMinute: "Modtaget det seneste minut", LastHour: "Modtaget den seneste time",
		Channel: "Kanal", Open: "Åben", Paused: "Holder pause", Since: "Siden", Until: "Prøves igen", Why: "Hvorfor",
		People:     "Breve, der kræver et menneske",
		PeopleHelp: "Spørg distributøren, om brevet er kommet frem. Lad det derefter sende igen, eller opgiv det.",
		NoPeople:   "Ingen.", Letter: "Brev", More: "flere vises ikke.",
		Errors: "Seneste fejl", ErrorsHelp: "Fra det seneste døgn, de nyeste først.", NoErrors: "Ingen fejl i det seneste døgn.",
		Time: "Tid (UTC)", What: "Hvad", Kind: "Fejl",
		States: map[eboks.State]string{eboks.LetterWaiting: "Venter", eboks.LetterUnknown: "Uvist udfald", eboks.LetterAccepted: "Modtaget af distributøren",
			eboks.LetterRefused: "Afvist eller opgivet", eboks.LetterParked: "Parkeret"},
		Whats: map[What]string{Offered: "afsendt", Asked: "spurgt", Told: "kvittering", Unready: "kan ikke sendes", Overdue: "kvittering mangler",
			Released: "sendes igen", GivenUp: "opgivet", Erased: "slettet"},
		days: "d.", hours: "t.", minutes: "min.", seconds: "sek.",
	}
}

func englishPage() pageTexts {
	return pageTexts{
		Lang: "en", OtherLang: "da", Other: "Dansk",
		Title: "Outbox", Failed: "The database does not answer. The page tries again.", As: "As of",
		Stop: "Stop refreshing", Start: "Refresh every 10 seconds",
		Calm: "All is well.", PausedNow: "The channel to the distributor is paused.", PersonNow: "Letters that need a person:",
		OverdueNow: "Letters without a receipt in time:", UnopenedNow: "Letters whose key is missing in Config.Keys:",
		Letters: "Letters", State: "State", Count: "Number",
		InHand: "In hand now", NeedPerson: "Need a person", Overdue: "Receipt overdue", Oldest: "Oldest that is not done", None: "none",
		Speed: "Progress", LastMinute: "Taken in, last minute", LastHour: "Taken in, last hour",
		Channel: "Channel", Open: "Open", Paused: "Paused", Since: "Since", Until: "Tried again", Why: "Why",
		People:     "Letters that need a person",
		PeopleHelp: "Ask the distributor whether the letter has arrived. Then release it, or give it up.",
		NoPeople:   "None.", Letter: "Letter", More: "more are not shown.",
		Errors: "Last errors", ErrorsHelp: "Of the last day, the newest first.", NoErrors: "No errors in the last day.",
		Time: "Time (UTC)", What: "What", Kind: "Error",
		States: map[eboks.State]string{eboks.LetterWaiting: "Waiting", eboks.LetterUnknown: "Outcome unknown", eboks.LetterAccepted: "Taken in by the distributor",
			eboks.LetterRefused: "Refused or given up", eboks.LetterParked: "Parked"},
		Whats: map[What]string{Offered: "offered", Asked: "asked", Told: "receipt", Unready: "cannot be sent", Overdue: "receipt overdue",
			Released: "released", GivenUp: "given up", Erased: "erased"},
		days: "d", hours: "h", minutes: "min", seconds: "s",
	}
}

// textsFor are the texts in the language that the address or the browser asks for.
func textsFor(r *http.Request) pageTexts {
	switch lang := r.URL.Query().Get("lang"); {
	case lang == "da", lang != "en" && pagelanguage.Danish(r.Header.Get("Accept-Language")):
		return danishPage()
	default:
		return englishPage()
	}
}

// Clock is a time of day for people, in UTC.
func (pageTexts) Clock(t time.Time) string { return t.UTC().Format("15:04:05") }

// Stamp is a time for people, in UTC.
func (pageTexts) Stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") }

// Machine is a time for programs.
func (pageTexts) Machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Age is how long ago t was, in its two largest units.
func (x pageTexts) Age(now, t time.Time) string {
	d := max(now.Sub(t), 0)
	two := func(a int64, unitA string, b int64, unitB string) string {
		return strconv.FormatInt(a, 10) + " " + unitA + " " + strconv.FormatInt(b, 10) + " " + unitB
	}
	s := int64(d / time.Second)
	switch {
	case s >= 86400:
		return two(s/86400, x.days, s%86400/3600, x.hours)
	case s >= 3600:
		return two(s/3600, x.hours, s%3600/60, x.minutes)
	case s >= 60:
		return two(s/60, x.minutes, s%60, x.seconds)
	default:
		return strconv.FormatInt(s, 10) + " " + x.seconds
	}
}
