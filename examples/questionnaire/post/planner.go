package post

import (
	"context"
	"fmt"

	"github.com/dkeid/dkeid/examples/questionnaire/store"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// Planner finds out what a status change leads to: it fills the templates of the actions
// that administrators have turned on.
type Planner struct {
	Store          *store.Store
	Questionnaires []survey.Questionnaire
	Post           store.Post // if nil, no letters are sent
	Signs          bool       // there is somewhere to sign
}

// Plan returns what follows. What belongs to an organisation goes to nobody's own mailbox:
// of those who answer for one, only letters to a typed number come about.
func (p *Planner) Plan(ctx context.Context, r store.Reached) (store.Follows, error) {
	then := store.Follows{Post: p.Post, Lang: r.Lang}
	actions, err := p.Store.ActionsAt(ctx, r.Questionnaire, r.Status)
	if err != nil || len(actions) == 0 {
		return then, err
	}
	q, ok := survey.Find(p.Questionnaires, r.Questionnaire)
	if !ok {
		return then, nil // the app does not have it any more
	}
	capacity, name, err := p.Store.PersonOf(ctx, r.Account)
	if err != nil {
		return then, err
	}
	if r.Name == "" {
		r.Name = name
	}
	facts, err := p.facts(ctx, q, r)
	if err != nil {
		return then, err
	}
	for _, a := range actions {
		if capacity != "private" && !a.Typed || a.Kind == survey.SendLetter && p.Post == nil || a.Kind == survey.AskSignature && !p.Signs {
			continue
		}
		t, err := p.Store.Template(ctx, a.Template)
		if err != nil {
			return then, err
		}
		e := store.Effect{Action: a.ID}
		switch a.Kind {
		case survey.AskSignature:
			e.Agreement = t.Document(r.Lang, facts)
			e.Agreement.UUID, e.Agreement.CPR = r.UUID, r.CPR
		case survey.SendLetter:
			letter := t.Letter(r.Lang, facts)
			e.Letter, e.Template = &letter, TemplateRef(t)
			if a.Typed {
				letter.Sign = false // whoever reads it is not the one to sign
				if e.To, err = p.Store.ActionNumber(ctx, a.ID); err != nil {
					return then, err
				}
			}
		}
		then.Effects = append(then.Effects, e)
	}
	return then, nil
}

// Reminder returns the letter that reminds somebody of an agreement.
func (p *Planner) Reminder(ctx context.Context, signature string) (store.Effect, error) {
	r, err := p.Store.ReachedBy(ctx, signature, survey.StatusToSign)
	if err != nil {
		return store.Effect{}, err
	}
	q, ok := survey.Find(p.Questionnaires, r.Questionnaire)
	if !ok {
		return store.Effect{}, store.ErrNotFound
	}
	if _, r.Name, err = p.Store.PersonOf(ctx, r.Account); err != nil {
		return store.Effect{}, err
	}
	facts, err := p.facts(ctx, q, r)
	if err != nil {
		return store.Effect{}, err
	}
	t, err := p.Store.Template(ctx, survey.ReminderTemplate)
	if err != nil {
		return store.Effect{}, err
	}
	letter := t.Letter(r.Lang, facts)
	return store.Effect{Letter: &letter, Template: TemplateRef(t)}, nil
}

// facts are what the fields of templates stand for.
func (p *Planner) facts(ctx context.Context, q *survey.Questionnaire, r store.Reached) (survey.Facts, error) {
	f := survey.Facts{At: p.Store.Now(), Name: r.Name, Q: q, Status: r.Status, Answers: map[survey.Stage]survey.Answers{}}
	for _, s := range []survey.Stage{survey.StageFirst, survey.StageFollowUp} {
		if s == r.Stage {
			f.Answers[s] = r.Given
			continue
		}
		if r.Record == "" {
			continue
		}
		given, err := p.Store.Answers(ctx, q.Form(s), r.Record, s)
		if err != nil {
			return f, err
		}
		f.Answers[s] = given
	}
	return f, nil
}

// TemplateRef names a version of a template.
func TemplateRef(t *survey.Template) string { return fmt.Sprintf("%s %d", t.ID, t.Version) }
