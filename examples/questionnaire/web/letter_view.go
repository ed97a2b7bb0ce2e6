package web

import (
	"net/url"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// letterView is a letter as the pages show it.
type letterView struct {
	*store.Letter
	Stand string // the end of a text's key, and a class of the style sheet
}

func viewOf(l *store.Letter) letterView { return letterView{l, standOf(l)} }

// StandText names the text for how far the letter has come.
func (l letterView) StandText() string { return "letter.stand." + l.Stand }

// About names the text that says what the letter is.
func (l letterView) About() string {
	if l.Status == survey.StatusToSign {
		return "letters.about.sign"
	}
	return "letters.about"
}

// Heading says what the letter is, above it.
func (l letterView) Heading(v view) (string, error) {
	if l.Status == survey.StatusToSign {
		return v.T("letter.heading.sign")
	}
	word, err := v.Status(l.Status)
	if err != nil {
		return "", err
	}
	return v.T("letter.heading", word)
}

// Explained names the text that says what this means.
func (l letterView) Explained() string {
	if l.Stand == "refused" {
		return reasonText(l.Letter)
	}
	return "letter.means." + l.Stand
}

// NeedsNumber reports whether the letter waits for a CPR number.
func (l letterView) NeedsNumber() bool { return l.Stand == "number" }

// AddNumber is where the person gives their number, and what they come back to.
func (l letterView) AddNumber() string {
	return "/confirm/cpr?" + url.Values{"return": {letterPage(l.Letter)}}.Encode()
}

// Written reports whether there is a PDF.
func (l letterView) Written() bool { return l.SHA256 != "" }

// Path is where the letter's own page is.
func (l letterView) Path() string { return letterPage(l.Letter) }

// letterArgs is a letter and the page it is on.
type letterArgs struct {
	View      view
	Letter    letterView
	Q         *survey.Questionnaire
	Mailboxes string
}

func (a *App) letterArgs(v *visit, l *store.Letter, q *survey.Questionnaire) letterArgs {
	args := letterArgs{View: view{Lang: v.lang, zone: a.zone}, Letter: viewOf(l), Q: q}
	if args.Letter.Stand != "refused" { // otherwise there is nothing to see
		args.Mailboxes = a.mailboxes()
	}
	return args
}

// standOf is the word for how far a letter has come: the end of a text's key.
func standOf(l *store.Letter) string {
	switch s := l.History.Status(); {
	case s == eboks.OpenedViaLink, s == eboks.Opened:
		return "opened"
	case s.Arrived():
		return "delivered"
	case s == eboks.Failed, s == eboks.Returned, s == eboks.Recalled, l.State == store.LetterRefused:
		return "refused"
	case s == eboks.AcceptedDigital:
		return "taken" // some distributors tell no more
	case l.State == store.LetterOffered:
		return "asked"
	case l.State == store.LetterAccepted:
		return "sent"
	case l.Addressed:
		return "waiting"
	}
	return "number"
}

// reasonText names the text that says why a letter was refused.
func reasonText(l *store.Letter) string {
	why := l.Reason
	for _, e := range l.History.Events() {
		if e.Reachability != eboks.ReachabilityUnknown {
			why = e.Reachability.String()
		}
	}
	if key := "letter.why." + why; why != "" && survey.KnownText(key) {
		return key
	}
	return "letter.why.other"
}

// letterPage is where the letter's own page is. The ID says nothing about anybody.
func letterPage(l *store.Letter) string { return "/letters/" + l.ID.String() }

// Who says that something happened.
const (
	sayerUs          = "us"
	sayerMitID       = "mitid"
	sayerDistributor = "distributor"
)

// happening is one line of what became of a letter.
type happening struct {
	At   time.Time
	Text string // of the table
	Who  string // a sayer
	Code string // the distributor's own word
}

// happenings tells what became of a letter, the earliest first.
func happenings(l *store.Letter) []happening {
	all := []happening{{At: l.Created, Text: "letter.event.written", Who: sayerUs}}
	if !l.Offered.IsZero() {
		all = append(all, happening{At: l.Offered, Text: "letter.event.submitted", Who: sayerUs})
	}
	for _, e := range l.History.Events() {
		h := happening{At: e.At, Text: "letter.event." + e.Status.String(), Who: sayerDistributor, Code: e.Code}
		switch {
		case e.Status == eboks.OpenedViaLink:
			h.Who, h.Code = sayerMitID, ""
		case e.Code == post.ReceiptCode:
			h.Text, h.Code = "letter.event.receipt", ""
		}
		all = append(all, h)
	}
	if l.State == store.LetterRefused {
		all = append(all, happening{At: all[len(all)-1].At, Text: "letter.event.refused", Who: sayerUs})
	}
	return all
}
