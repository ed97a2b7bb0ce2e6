package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// follows is what handing in leads to: a letter about it, or an agreement to sign.
// A letter is for a private person: what somebody answers for an organisation does
// not belong in their own mailbox.
//
// An agreement is brought by a letter of its own, once there is something to sign.
func (a *App) follows(v *visit, p *paper, given survey.Answers, hand bool) store.Follows {
	if !hand || v.session.Identity.Capacity != claims.CapacityPrivate {
		return store.Follows{}
	}
	name := ""
	if n := v.session.Identity.Name; n != nil && v.session.Identity.Protection != claims.NameAndAddressProtected {
		name = n.Full
	}
	c := survey.NewLetterContent(v.lang, a.cfg.Now(), name, p.q, p.stage, given)
	switch {
	case p.q.Agreement != nil && a.Clerk != nil:
		return store.Follows{Agreement: a.agreementOf(v, p.q.Agreement, c)}
	case a.Postman != nil:
		return store.Follows{Letter: &c}
	}
	return store.Follows{}
}

// mailboxes is where the fake mailbox of the person is, or nothing.
func (a *App) mailboxes() string {
	if a.cfg.Mailboxes == "" {
		return ""
	}
	return mailboxPath
}

const mailboxPath = "/mailbox"

// openMailbox leads a person to their own fake mailbox. Nobody knows it without
// their CPR number, so that whoever gave none is led to all of them.
func (a *App) openMailbox(v *visit) error {
	n, err := a.cfg.Store.Number(v.r.Context(), v.account)
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
func (a *App) lettersOf(v *visit, r *survey.Record) ([]letterArgs, error) {
	if a.Postman == nil {
		return nil, nil
	}
	all, err := a.cfg.Store.LettersOf(v.r.Context(), v.account, r.ID)
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

func (a *App) listLetters(v *visit) error {
	all, err := a.cfg.Store.Letters(v.r.Context(), v.account)
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
	title, err := survey.TextOf(v.lang, "nav.letters")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "letters", view{Title: title, Path: "/letters", Waiting: a.waitsForAny(shown, nil), Content: struct {
		Letters   []letterArgs
		Mailboxes string
	}{shown, a.mailboxes()}})
}

func (a *App) questionnaireOf(v *visit, l *store.Letter) (*survey.Questionnaire, bool, error) {
	r, err := a.cfg.Store.Record(v.r.Context(), v.account, l.Record)
	if err != nil {
		return nil, false, err
	}
	q, ok := survey.Find(a.cfg.Questionnaires, r.Questionnaire)
	return q, ok, nil
}

// letterOf returns the letter that the address names. Somebody else's is not there.
func (a *App) letterOf(v *visit) (*store.Letter, error) {
	id, err := eboks.ParseID(v.r.PathValue("id"))
	if err != nil {
		return nil, store.ErrNotFound
	}
	return a.cfg.Store.Letter(v.r.Context(), v.account, id)
}

func (a *App) showLetter(v *visit) error {
	l, err := a.letterOf(v)
	if err != nil {
		return err
	}
	q, ok, err := a.questionnaireOf(v, l)
	if err != nil {
		return err
	}
	if !ok {
		return store.ErrNotFound
	}
	title, err := survey.TextOf(v.lang, viewOf(l).About(), q.Title.In(v.lang))
	if err != nil {
		return err
	}
	args := a.letterArgs(v, l, q)
	return v.show(http.StatusOK, "letter", view{Title: title, Path: letterPage(l), Waiting: a.waits(l), Content: struct {
		Letter letterView
		Args   letterArgs
		Q      *survey.Questionnaire
		Events []happening
	}{args.Letter, args, q, happenings(l)}})
}

// Who names a sayer in the page's language.
func (v view) Who(sayer string) (string, error) { return v.T("letter.who." + sayer) }

// showDocument answers with the PDF as it was or will be sent. Its name says
// nothing about anybody.
func (a *App) showDocument(v *visit) error {
	l, err := a.letterOf(v)
	if err != nil {
		return err
	}
	pdf, err := a.cfg.Store.Document(v.r.Context(), v.account, l.ID)
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
