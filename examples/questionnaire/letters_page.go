package main

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
)

// follows is what handing in leads to: a letter about it, or an agreement to sign.
// A letter is for a private person: what somebody answers for an organisation does
// not belong in their own mailbox.
//
// An agreement is brought by a letter of its own, once there is something to sign.
func (a *app) follows(v *visit, p *paper, given answers, hand bool) follows {
	if !hand || v.session.Identity.Capacity != claims.CapacityPrivate {
		return follows{}
	}
	name := ""
	if n := v.session.Identity.Name; n != nil && v.session.Identity.Protection != claims.NameAndAddressProtected {
		name = n.Full
	}
	c := newLetterContent(v.lang, a.cfg.Now(), name, p.q, p.stage, given)
	switch {
	case p.q.Agreement != nil && a.clerk != nil:
		return follows{Agreement: a.agreementOf(v, p.q.Agreement, c)}
	case a.postman != nil:
		return follows{Letter: &c}
	}
	return follows{}
}

// hurry sends the postman and the clerk off, if they are there.
func (a *app) hurry() {
	if a.postman != nil {
		a.postman.hurry()
	}
	if a.clerk != nil {
		a.clerk.hurry()
	}
}

// letterView is a letter as the pages show it.
type letterView struct {
	*letter
	Stand string // the end of a text's key, and a class of the style sheet
}

func viewOf(l *letter) letterView { return letterView{l, l.stand()} }

// StandText names the text for how far the letter has come.
func (l letterView) StandText() string { return "letter.stand." + l.Stand }

// About names the text that says what the letter is.
func (l letterView) About() string {
	if l.Status == statusToSign {
		return "letters.about.sign"
	}
	return "letters.about"
}

// Heading says what the letter is, above it.
func (l letterView) Heading(v view) (string, error) {
	if l.Status == statusToSign {
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
		return l.reason()
	}
	return "letter.means." + l.Stand
}

// NeedsNumber reports whether the letter waits for a CPR number.
func (l letterView) NeedsNumber() bool { return l.Stand == "number" }

// AddNumber is where the person gives their number, and what they come back to.
func (l letterView) AddNumber() string {
	return "/confirm/cpr?" + url.Values{"return": {l.path()}}.Encode()
}

// Written reports whether there is a PDF.
func (l letterView) Written() bool { return l.SHA256 != "" }

// Path is where the letter's own page is.
func (l letterView) Path() string { return l.path() }

// letterArgs is a letter and the page it is on.
type letterArgs struct {
	View      view
	Letter    letterView
	Q         *questionnaire
	Mailboxes string
}

func (a *app) letterArgs(v *visit, l *letter, q *questionnaire) letterArgs {
	args := letterArgs{View: view{Lang: v.lang, zone: a.zone}, Letter: viewOf(l), Q: q}
	if args.Letter.Stand != "refused" { // otherwise there is nothing to see
		args.Mailboxes = a.mailboxes()
	}
	return args
}

// mailboxes is where the fake mailbox of the person is, or nothing.
func (a *app) mailboxes() string {
	if a.cfg.Mailboxes == "" {
		return ""
	}
	return mailboxPath
}

const mailboxPath = "/mailbox"

// openMailbox leads a person to their own fake mailbox. Nobody knows it without
// their CPR number, so that whoever gave none is led to all of them.
func (a *app) openMailbox(v *visit) error {
	n, err := a.cfg.Store.number(v.r.Context(), v.account)
	if err != nil {
		return err
	}
	at := ""
	if !n.IsZero() {
		at = a.cfg.Mailbox(n)
	}
	if at == "" {
		at = a.cfg.Mailboxes
	}
	return v.to(at + "?lang=" + string(v.lang))
}

// lettersOf returns the letters about a record, the newest first.
func (a *app) lettersOf(v *visit, r *record) ([]letterArgs, error) {
	if a.postman == nil {
		return nil, nil
	}
	all, err := a.cfg.Store.lettersOf(v.r.Context(), v.account, r.ID)
	if err != nil {
		return nil, err
	}
	var shown []letterArgs
	for i := range slices.Backward(all) {
		one := a.letterArgs(v, &all[i], nil)
		if len(shown) > 0 {
			one.Mailboxes = "" // one way there is enough
		}
		shown = append(shown, one)
	}
	return shown, nil
}

// last returns the newest letter alone.
func last(all []letterArgs) []letterArgs { return all[:min(1, len(all))] }

func (a *app) listLetters(v *visit) error {
	all, err := a.cfg.Store.letters(v.r.Context(), v.account)
	if err != nil {
		return err
	}
	var shown []letterArgs
	for i := range all {
		q, ok, err := a.questionnaireOf(v, &all[i])
		if err != nil {
			return err
		}
		if ok {
			shown = append(shown, a.letterArgs(v, &all[i], q))
		}
	}
	title, err := textOf(v.lang, "nav.letters")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "letters", view{Title: title, Path: "/letters", Content: struct {
		Letters   []letterArgs
		Mailboxes string
	}{shown, a.mailboxes()}})
}

func (a *app) questionnaireOf(v *visit, l *letter) (*questionnaire, bool, error) {
	r, err := a.cfg.Store.record(v.r.Context(), v.account, l.Record)
	if err != nil {
		return nil, false, err
	}
	q, ok := find(a.cfg.Questionnaires, r.Questionnaire)
	return q, ok, nil
}

// letterOf returns the letter that the address names. Somebody else's is not there.
func (a *app) letterOf(v *visit) (*letter, error) {
	id, err := eboks.ParseID(v.r.PathValue("id"))
	if err != nil {
		return nil, errNotFound
	}
	return a.cfg.Store.letter(v.r.Context(), v.account, id)
}

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
func happenings(l *letter) []happening {
	all := []happening{{At: l.Created, Text: "letter.event.written", Who: sayerUs}}
	if !l.Offered.IsZero() {
		all = append(all, happening{At: l.Offered, Text: "letter.event.submitted", Who: sayerUs})
	}
	for _, e := range l.History.Events() {
		h := happening{At: e.At, Text: "letter.event." + e.Status.String(), Who: sayerDistributor, Code: e.Code}
		switch {
		case e.Status == eboks.OpenedViaLink:
			h.Who, h.Code = sayerMitID, ""
		case e.Code == receiptCode:
			h.Text, h.Code = "letter.event.receipt", ""
		}
		all = append(all, h)
	}
	if l.State == letterRefused {
		all = append(all, happening{At: all[len(all)-1].At, Text: "letter.event.refused", Who: sayerUs})
	}
	return all
}

func (a *app) showLetter(v *visit) error {
	l, err := a.letterOf(v)
	if err != nil {
		return err
	}
	q, ok, err := a.questionnaireOf(v, l)
	if err != nil {
		return err
	}
	if !ok {
		return errNotFound
	}
	title, err := textOf(v.lang, viewOf(l).About(), q.Title.in(v.lang))
	if err != nil {
		return err
	}
	args := a.letterArgs(v, l, q)
	return v.show(http.StatusOK, "letter", view{Title: title, Path: l.path(), Content: struct {
		Letter letterView
		Args   letterArgs
		Q      *questionnaire
		Events []happening
	}{args.Letter, args, q, happenings(l)}})
}

// Who names a sayer in the page's language.
func (v view) Who(sayer string) (string, error) { return v.T("letter.who." + sayer) }

// showDocument answers with the PDF as it was or will be sent. Its name says
// nothing about anybody.
func (a *app) showDocument(v *visit) error {
	l, err := a.letterOf(v)
	if err != nil {
		return err
	}
	pdf, err := a.cfg.Store.document(v.r.Context(), v.account, l.ID)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+l.ID.String()+`.pdf"`)
	h.Set("Content-Length", strconv.Itoa(len(pdf)))
	h.Set("Cache-Control", "no-store")
	_, _ = v.w.Write(pdf) // the browser may have gone
	return nil
}
