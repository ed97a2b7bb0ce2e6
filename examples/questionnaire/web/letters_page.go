package web

import (
	"cmp"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/dkeid/dkeid/claims"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/examples/questionnaire/post"
	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// follows is what handing in leads to, as the actions of the administrators say.
func (a *App) follows(v *visit, p *paper, given survey.Answers, hand bool) (store.Follows, error) {
	if !hand {
		return store.Follows{}, nil
	}
	r := store.Reached{Account: v.account, Questionnaire: p.q.Slug, Status: p.stage.Step().To, Lang: v.lang, Stage: p.stage, Given: given}
	if p.rec != nil {
		r.Record = p.rec.ID
	}
	if n := v.session.Identity.Name; n != nil && v.session.Identity.Protection != claims.NameAndAddressProtected {
		r.Name = n.Full
	}
	r.UUID, r.CPR = a.whoSigns(v)
	return a.planner.Plan(v.r.Context(), r)
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
	if a.office == nil {
		return nil, nil
	}
	all, err := a.cfg.Store.LettersOf(v.r.Context(), v.account, r.ID)
	if err != nil {
		return nil, err
	}
	views, err := a.viewsOf(v.r.Context(), all)
	if err != nil {
		return nil, err
	}
	var shown []letterArgs
	for _, l := range slices.Backward(views) {
		one := a.letterArgs(v, l, nil)
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
	views, err := a.viewsOf(v.r.Context(), all)
	if err != nil {
		return err
	}
	var shown []letterArgs
	for _, l := range views {
		q, ok, err := a.questionnaireOf(v, l.Letter)
		if err != nil {
			return err
		}
		if ok {
			shown = append(shown, a.letterArgs(v, l, q))
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
	var sent outbox.Record
	var trail []outbox.Happening
	if l.Queued {
		if sent, trail, err = a.cfg.Post.Letter(v.r.Context(), l.ID); err != nil {
			return err
		}
	}
	shown := viewOf(l, sent)
	title, err := survey.TextOf(v.lang, shown.About(), q.Title.In(v.lang))
	if err != nil {
		return err
	}
	args := a.letterArgs(v, shown, q)
	return v.show(http.StatusOK, "letter", view{Title: title, Path: letterPage(l), Waiting: a.waits(shown), Content: struct {
		Letter letterView
		Args   letterArgs
		Q      *survey.Questionnaire
		Events []happening
	}{shown, args, q, happenings(shown, trail)}})
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
	pdf, err := a.document(v, l)
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

// document returns the PDF of a letter. One that could not be sent is written when somebody asks for it, without a
// link.
func (a *App) document(v *visit, l *store.Letter) ([]byte, error) {
	if !l.Queued {
		c, err := a.cfg.Store.LetterContent(v.r.Context(), v.account, l.ID)
		if err != nil || !viewOf(l, outbox.Record{}).Written() {
			return nil, cmp.Or(err, store.ErrNotFound)
		}
		return post.RenderLetter(*c, l.ID, "", a.zone)
	}
	whole, err := a.cfg.Post.Content(v.r.Context(), l.ID)
	if err != nil {
		return nil, err
	}
	r, err := whole.Document.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
