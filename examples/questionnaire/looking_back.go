package main

import (
	"net/http"
)

// recordOf returns the record that the address names. Somebody else's is not
// there.
func (a *app) recordOf(v *visit) (*record, *questionnaire, error) {
	r, err := a.cfg.Store.record(v.r.Context(), v.account, v.r.PathValue("id"))
	if err != nil {
		return nil, nil, err
	}
	q, ok := find(a.cfg.Questionnaires, r.Questionnaire)
	if !ok {
		return nil, nil, errNotFound
	}
	return r, q, nil
}

// row is a record and the questionnaire it belongs to.
type row struct {
	Record *record
	Q      *questionnaire
}

func (a *app) listAnswers(v *visit) error {
	all, err := a.cfg.Store.records(v.r.Context(), v.account)
	if err != nil {
		return err
	}
	var rows []row
	for i := range all {
		if q, ok := find(a.cfg.Questionnaires, all[i].Questionnaire); ok {
			rows = append(rows, row{&all[i], q})
		}
	}
	title, err := textOf(v.lang, "nav.answers")
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, "answers", view{Title: title, Path: "/answers", Content: struct{ Rows []row }{rows}})
}

// showDone thanks somebody who has just handed a form in.
func (a *app) showDone(v *visit) error {
	r, q, err := a.recordOf(v)
	if err != nil {
		return err
	}
	if r.Status == statusDraft {
		return v.to(q.path())
	}
	key := "done.title"
	if r.Status == statusFollowedUp {
		key = "done.title.again"
	}
	title, err := textOf(v.lang, key)
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
	return v.show(http.StatusOK, "done", view{Title: title, Path: r.path() + "/done", Content: struct {
		row
		Letters    []letterArgs
		Signatures []signatureView
	}{row{r, q}, last(letters), signatures}})
}

// stageView is one form as it was answered.
type stageView struct {
	Stage   stage
	Heading string // a text of the table
	Lines   []line
}

type line struct {
	Question text
	Values   []string
}

func (a *app) showRecord(v *visit) error {
	r, q, err := a.recordOf(v)
	if err != nil {
		return err
	}
	history, err := a.cfg.Store.history(v.r.Context(), r.ID)
	if err != nil {
		return err
	}
	var stages []stageView
	for _, s := range []stageView{{Stage: stageFirst, Heading: "record.first"}, {Stage: stageFollowUp, Heading: "record.again"}} {
		given, err := a.cfg.Store.answers(v.r.Context(), q.form(s.Stage), r.ID, s.Stage)
		if err != nil {
			return err
		}
		if len(given) == 0 {
			continue
		}
		s.Lines = q.form(s.Stage).lines(given, v.lang)
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
	return v.show(http.StatusOK, "record", view{Title: q.Title.in(v.lang), Path: r.path(), Content: struct {
		row
		Letters    []letterArgs
		Signatures []signatureView
		Closed     bool
		History    []statusChange
		Stages     []stageView
	}{row{r, q}, letters, signatures, v.r.URL.Query().Get("closed") != "", history, stages}})
}

// lines writes answers as a person reads them.
func (f *form) lines(given answers, l lang) []line {
	all := make([]line, 0, len(f.Questions))
	for i := range f.Questions {
		q := &f.Questions[i]
		n := line{Question: q.Text}
		for _, value := range given[q.ID] {
			n.Values = append(n.Values, q.word(value, l))
		}
		all = append(all, n)
	}
	return all
}

// word is a given value in l: the text of an option, the number of a scale with
// what its ends mean, or what the person wrote.
func (q *question) word(value string, l lang) string {
	for _, o := range q.Options {
		if o.ID == value {
			return o.Text.in(l)
		}
	}
	if q.Kind == scale {
		return value + " (1 = " + q.Low.in(l) + ", " + q.Scale()[scaleTop-1] + " = " + q.High.in(l) + ")"
	}
	return value
}
