package mitidtest

import (
	"net/http"
	"strings"

	"github.com/dkeid/dkeid/internal/fakehttp"
)

// texts are the words of the pages in one language.
type texts struct {
	Title, Fake, Footer, FooterLink         string
	Who, Method, Approve, Cancel            string
	WhichCompany, AsPrivate, Continue, Skip string
	CPRTitle, CPRWhy, CPRLabel, CPRHelp     string
	CPRNone, CPRWrong, Remember             string
	ErrorTitle, ErrorBody, LoggedOut        string
	DifferencesTitle                        string
	NoName, NoCPR                           string
	AgeHeading, AgeWhy, Years, NoBirthDate  string
	Failures, FailuresWhy                   string
	Failure, Fail, PressCancel              string
	Tampering, TamperingHelp, Tamper        string
	Headings                                map[string]string
}

func danish() texts {
	return texts{
		Title:            "Efterligning af MitID",
		Fake:             "EFTERLIGNING til test. Det her er ikke MitID, og alle personer er opdigtede.",
		Footer:           "Kun til test på denne maskine.",
		FooterLink:       "Forskelle fra den rigtige broker",
		Who:              "Hvem vil du være?",
		Method:           "Log ind med",
		Approve:          "Godkend",
		Cancel:           "Annullér",
		WhichCompany:     "Hvem handler du for?",
		AsPrivate:        "Mig selv (privat)",
		Continue:         "Fortsæt",
		Skip:             "Fortsæt uden CPR-nummer",
		CPRTitle:         "Indtast CPR-nummer",
		CPRWhy:           "Tjenesten har bedt om dit CPR-nummer. Her skal kun opdigtede numre skrives.",
		CPRLabel:         "CPR-nummer",
		CPRHelp:          "Den opdigtede persons nummer er",
		CPRNone:          "Den opdigtede person har intet CPR-nummer.",
		CPRWrong:         "Nummeret passer ikke til personen.",
		Remember:         "Husk nummeret i et år",
		ErrorTitle:       "Login kan ikke startes",
		ErrorBody:        "Forespørgslen kan ikke behandles, og du bliver ikke sendt videre.",
		LoggedOut:        "Du er logget ud.",
		DifferencesTitle: "Forskelle fra den rigtige broker",
		NoName:           "Navn er beskyttet",
		NoCPR:            "intet CPR-nummer",
		AgeHeading:       "Bekræft, at du er mindst %d år",
		AgeWhy:           "Tjenesten får kun at vide, om du er gammel nok. Den får ikke at vide, hvem du er.",
		Years:            "år",
		NoBirthDate:      "ukendt fødselsdato",
		Failures:         "Hvad kan gå galt",
		FailuresWhy:      "Afslut loginet på en anden måde og se, hvad tjenesten gør. Det findes kun i efterligningen.",
		Failure:          "Loginet slutter med",
		Fail:             "Afslut sådan",
		PressCancel:      "personen annullerer",
		Tampering:        "Godkend, men forvansk svaret",
		TamperingHelp:    "Personen ovenfor logger ind, og et af brokerens næste svar forvanskes. En sikker tjeneste afviser næsten alle. Navnene er engelske; docs/tamperings.md forklarer dem.",
		Tamper:           "Godkend og forvansk",
		Headings: map[string]string{
			"login": "Log ind hos", "confirm": "Bekræft hos", "accept": "Accepter hos", "approve": "Godkend hos", "sign": "Underskriv hos",
		},
	}
}

func english() texts {
	return texts{
		Title:            "Fake MitID",
		Fake:             "FAKE for tests. This is not MitID, and every person is fictitious.",
		Footer:           "For tests on this machine only.",
		FooterLink:       "Differences from the real broker",
		Who:              "Who do you want to be?",
		Method:           "Log on with",
		Approve:          "Approve",
		Cancel:           "Cancel",
		WhichCompany:     "Who do you act for?",
		AsPrivate:        "Myself (private)",
		Continue:         "Continue",
		Skip:             "Continue without CPR number",
		CPRTitle:         "Enter CPR number",
		CPRWhy:           "The service has asked for your CPR number. Type fictitious numbers only.",
		CPRLabel:         "CPR number",
		CPRHelp:          "The fictitious person's number is",
		CPRNone:          "The fictitious person has no CPR number.",
		CPRWrong:         "The number does not fit the person.",
		Remember:         "Remember the number for a year",
		ErrorTitle:       "The login cannot start",
		ErrorBody:        "The request cannot be handled, and you are not sent on.",
		LoggedOut:        "You are logged out.",
		DifferencesTitle: "Differences from the real broker",
		NoName:           "Name is protected",
		NoCPR:            "no CPR number",
		AgeHeading:       "Confirm that you are at least %d",
		AgeWhy:           "The service learns whether you are old enough. It does not learn who you are.",
		Years:            "years old",
		NoBirthDate:      "birth date unknown",
		Failures:         "What can go wrong",
		FailuresWhy:      "End the login in another way, and see what the service does. This is in the fake only.",
		Failure:          "The login ends with",
		Fail:             "End it so",
		PressCancel:      "the person presses cancel",
		Tampering:        "Approve, but spoil the answer",
		TamperingHelp:    "The person above logs in, and one of the broker's next answers is spoilt. A safe service refuses nearly all of them. docs/tamperings.md explains the names.",
		Tamper:           "Approve and spoil",
		Headings: map[string]string{
			"login": "Log on at", "confirm": "Confirm at", "accept": "Accept at", "approve": "Approve at", "sign": "Sign at",
		},
	}
}

// language chooses by ui_locales, then by what the browser asks for. MitID's own
// default is Danish.
func language(r *http.Request, locales string) (string, texts) {
	if lang := fakehttp.Language(r, strings.Fields(locales)...); lang == "en" {
		return lang, english()
	}
	return "da", danish()
}
