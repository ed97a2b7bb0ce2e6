package web

import (
	"cmp"
	"context"
	"encoding/hex"
	"net/url"
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// letterView is a letter as the pages show it.
type letterView struct {
	*store.Letter
	Sent  outbox.Record // what became of it, if it is in the outbox
	Stand string        // the end of a text's key, and a class of the style sheet
}

// viewsOf adds to letters what became of them.
func (a *App) viewsOf(ctx context.Context, letters []store.Letter) ([]letterView, error) {
	var queued []eboks.ID
	for _, l := range letters {
		if l.Queued {
			queued = append(queued, l.ID)
		}
	}
	sent := map[eboks.ID]outbox.Record{}
	if len(queued) > 0 {
		for r, err := range a.cfg.Post.Letters(ctx, outbox.Filter{IDs: queued}) {
			if err != nil {
				return nil, err
			}
			sent[r.ID] = r
		}
	}
	all := make([]letterView, len(letters))
	for i := range letters {
		all[i] = viewOf(&letters[i], sent[letters[i].ID])
	}
	return all, nil
}

func viewOf(l *store.Letter, sent outbox.Record) letterView {
	return letterView{l, sent, standOf(l, &sent)}
}

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
		return l.reasonText()
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
func (l letterView) Written() bool { return l.Queued || l.Stand == "refused" }

// SHA256 is the fingerprint of the PDF that was or will be sent, in hexadecimal digits; empty if none will be.
func (l letterView) SHA256() string {
	if !l.Queued {
		return ""
	}
	return hex.EncodeToString(l.Sent.SHA256[:])
}

// Path is where the letter's own page is.
func (l letterView) Path() string { return letterPage(l.Letter) }

// letterArgs is a letter and the page it is on.
type letterArgs struct {
	View      view
	Letter    letterView
	Q         *survey.Questionnaire
	Mailboxes string
}

func (a *App) letterArgs(v *visit, l letterView, q *survey.Questionnaire) letterArgs {
	args := letterArgs{View: view{Lang: v.lang, zone: a.zone}, Letter: l, Q: q}
	if l.Stand != "refused" { // otherwise there is nothing to see
		args.Mailboxes = a.mailboxes()
	}
	return args
}

// standOf is the word for how far a letter has come: the end of a text's key. sent is zero if it is not in the
// outbox.
func standOf(l *store.Letter, sent *outbox.Record) string {
	switch s := sent.Reached; {
	case l.Refused == store.RefusedEarlier:
		return "earlier"
	case s == eboks.OpenedViaLink, s == eboks.Opened:
		return "opened"
	case s.Arrived():
		return "delivered"
	case s == eboks.Failed, s == eboks.Returned, s == eboks.Recalled, l.Refused != "", givenUp(sent):
		return "refused"
	case !l.Queued:
		return "number"
	case s == eboks.AcceptedDigital:
		return "taken" // some distributors tell no more
	case sent.State == eboks.LetterAccepted:
		return "sent"
	case sent.State == eboks.LetterUnknown, sent.NeedsPerson():
		return "asked"
	}
	return "waiting"
}

// givenUp reports whether a letter will not be sent. Some distributors print what no mailbox takes. Nothing is sent
// another way here, so that the person need only know why there is no letter in their mailbox.
func givenUp(sent *outbox.Record) bool {
	return sent.State == eboks.LetterRefused && (!sent.NeedsPerson() || sent.Kind == eboks.RecipientUnreachable)
}

// reasonText names the text that says why a letter was refused.
func (l letterView) reasonText() string {
	why := cmp.Or(l.Refused, l.Sent.Kind.String())
	if l.Sent.Reachability != eboks.ReachabilityUnknown {
		why = l.Sent.Reachability.String()
	}
	if key := "letter.why." + why; survey.KnownText(key) {
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
func happenings(l letterView, trail []outbox.Happening) []happening {
	all := []happening{{At: l.Created, Text: "letter.event.written", Who: sayerUs}}
	offered := false
	for _, t := range trail {
		if t.What == outbox.Offered && !offered {
			offered = true
			all = append(all, happening{At: t.At, Text: "letter.event.submitted", Who: sayerUs})
		}
		switch {
		case t.What == outbox.Told && t.Status == eboks.OpenedViaLink:
			all = append(all, happening{At: t.At, Text: "letter.event.opened via link", Who: sayerMitID})
		case t.What == outbox.Told:
			all = append(all, happening{At: t.At, Text: "letter.event." + t.Status.String(), Who: sayerDistributor, Code: t.Code})
		case t.Kind == 0 && (t.What == outbox.Offered || t.What == outbox.Asked):
			all = append(all, happening{At: t.At, Text: "letter.event.receipt", Who: sayerDistributor})
		}
	}
	slices.SortStableFunc(all, func(a, b happening) int { return a.At.Compare(b.At) })
	if l.Refused != "" && l.Stand == "refused" || givenUp(&l.Sent) {
		all = append(all, happening{At: all[len(all)-1].At, Text: "letter.event.refused", Who: sayerUs})
	}
	return all
}
