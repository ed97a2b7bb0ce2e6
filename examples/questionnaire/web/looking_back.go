package web

import (
	"net/http"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// recordOf returns the record that the address names. Somebody else's is not
// there.
func (a *App) recordOf(v *visit) (*survey.Record, *survey.Questionnaire, error) {
	r, err := a.cfg.Store.Record(v.r.Context(), v.account, v.r.PathValue("id"))
	if err != nil {
		return nil, nil, err
	}
	q, ok := survey.Find(a.cfg.Questionnaires, r.Questionnaire)
	if !ok {
		return nil, nil, store.ErrNotFound
	}
	return r, q, nil
}

// row is a record and the questionnaire it belongs to.
type row struct {
	Record *survey.Record
	Q      *survey.Questionnaire
}

func (a *App) listAnswers(v *visit) error {
	all, err := a.cfg.Store.Records(v.r.Context(), v.account)
	if err != nil {
		return err
	}
	var rows []row
	waiting := false // for the end of an agreement
	for i := range all {
		if q, ok := survey.Find(a.cfg.Questionnaires, all[i].Questionnaire); ok {
			waiting = waiting || all[i].Status == survey.StatusToSign || all[i].Status == survey.StatusCheck
			rows = append(rows, row{&all[i], q})
		}
	}
	title, err := survey.TextOf(v.lang, "nav.answers")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "answers", view{Title: title, Path: "/answers", Waiting: waiting, Content: struct{ Rows []row }{rows}})
}

// showDone thanks somebody who has just handed a form in.
func (a *App) showDone(v *visit) error {
	r, q, err := a.recordOf(v)
	if err != nil {
		return err
	}
	if r.Status == survey.StatusDraft {
		return v.to(pageOf(q))
	}
	key := "done.title"
	if r.Status == survey.StatusFollowedUp {
		key = "done.title.again"
	}
	title, err := survey.TextOf(v.lang, key)
	if err != nil {
		return err
	}
	letters, err := a.lettersOf(v, r)
	if err != nil {
		return err
	}
	signatures, err := a.signaturesOf(v, r)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "done", view{Title: title, Path: recordPage(r) + "/done", Waiting: a.waitsForAny(last(letters), signatures), Content: struct {
		row
		Letters    []letterArgs
		Signatures []signatureView
	}{row{r, q}, last(letters), signatures}})
}

// stageView is one form as it was answered.
type stageView struct {
	Stage   survey.Stage
	Heading string // a text of the table
	Lines   []survey.Line
}

func (a *App) showRecord(v *visit) error {
	r, q, err := a.recordOf(v)
	if err != nil {
		return err
	}
	history, err := a.cfg.Store.History(v.r.Context(), r.ID)
	if err != nil {
		return err
	}
	var stages []stageView
	for _, s := range []stageView{{Stage: survey.StageFirst, Heading: "record.first"}, {Stage: survey.StageFollowUp, Heading: "record.again"}} {
		given, err := a.cfg.Store.Answers(v.r.Context(), q.Form(s.Stage), r.ID, s.Stage)
		if err != nil {
			return err
		}
		if len(given) == 0 {
			continue
		}
		s.Lines = q.Form(s.Stage).Lines(given, v.lang)
		stages = append(stages, s)
	}
	letters, err := a.lettersOf(v, r)
	if err != nil {
		return err
	}
	if q.Agreement != nil {
		letters = last(letters) // the others brought agreements that were not signed
	}
	signatures, err := a.signaturesOf(v, r)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "record", view{Title: q.Title.In(v.lang), Path: recordPage(r), Waiting: a.waitsForAny(letters, signatures), Content: struct {
		row
		Letters    []letterArgs
		Signatures []signatureView
		Closed     bool
		History    []survey.StatusChange
		Stages     []stageView
	}{row{r, q}, letters, signatures, v.r.URL.Query().Get("closed") != "", history, stages}})
}
