package survey

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// TemplateKind is what is made of a template.
type TemplateKind string

// The kinds. The store's table template holds the same words.
const (
	LetterTemplate     TemplateKind = "letter"     // about a record
	InvitationTemplate TemplateKind = "invitation" // to somebody of whom only the CPR number is known
	DocumentTemplate   TemplateKind = "document"   // to be signed
)

// TemplateKinds returns all kinds.
func TemplateKinds() []TemplateKind {
	return []TemplateKind{LetterTemplate, InvitationTemplate, DocumentTemplate}
}

// Template is the text of letters or documents. Its body has paragraphs, which blank lines
// separate, with fields such as {{name}} or {{answer:help}}. {{answers}}, alone on a
// line, stands for everything that was answered. See [Template.Check].
type Template struct {
	ID      string
	Kind    TemplateKind
	Name    string // for those who choose it
	Version int    // counts from 1; each change makes a new one, and letters keep theirs
	Title   Text
	Body    Text
	Changed time.Time
}

// Paragraph is a part of what a letter or a document says.
type Paragraph struct {
	Text    string
	Answers bool // all that was answered stands here, in place of Text
}

// Facts are what the fields of a template stand for.
type Facts struct {
	At      time.Time // whose day is {{date}}
	Name    string    // empty if it is not known, or protected
	Q       *Questionnaire
	Status  Status // that the record has reached
	Answers map[Stage]Answers
}

// newest is the form that {{answers}} stands for.
func (f *Facts) newest() Stage {
	if len(f.Answers[StageFollowUp]) > 0 {
		return StageFollowUp
	}
	return StageFirst
}

// lines are the answers of the newest form.
func (f *Facts) lines(l Lang) (all []ContentLine) {
	for _, n := range f.Q.Form(f.newest()).Lines(f.Answers[f.newest()], l) {
		all = append(all, ContentLine{n.Question.In(l), n.Values})
	}
	return all
}

// answer is what was answered to a question, in the newest form that has it.
func (f *Facts) answer(id string, l Lang) string {
	for _, s := range []Stage{StageFollowUp, StageFirst} {
		q, ok := f.Q.Form(s).Question(id)
		given := f.Answers[s][id]
		if !ok || len(given) == 0 {
			continue
		}
		words := make([]string, len(given))
		for i, value := range given {
			words[i] = q.word(value, l)
		}
		return strings.Join(words, ", ")
	}
	return pageTexts["record.none"].In(l)
}

// The fields.
const (
	fieldName          = "name"
	fieldDate          = "date"
	fieldQuestionnaire = "questionnaire"
	fieldStatus        = "status"
	fieldAnswers       = "answers"
	fieldAnswer        = "answer" // with the ID of a question
)

// field is one {{field}}, or {{answer:question}}.
var field = regexp.MustCompile(`\{\{ *([a-z]+)(?::([A-Za-z0-9_-]+))? *\}\}`)

// Fields returns the fields that a template of that kind may have.
func (k TemplateKind) Fields() []string {
	if k == InvitationTemplate { // nothing is known yet
		return []string{fieldDate, fieldQuestionnaire}
	}
	return []string{fieldName, fieldDate, fieldQuestionnaire, fieldStatus, fieldAnswers, fieldAnswer}
}

// Fill writes the body in l. What it does not know stays as it is: Check refuses it before.
func (t *Template) Fill(l Lang, f Facts) (all []Paragraph) {
	for _, p := range paragraphs(t.Body.In(l)) {
		if isAnswers(p) {
			all = append(all, Paragraph{Answers: true})
			continue
		}
		all = append(all, Paragraph{Text: field.ReplaceAllStringFunc(p, func(s string) string {
			m := field.FindStringSubmatch(s)
			switch m[1] {
			case fieldName:
				if f.Name == "" {
					return letterTexts["field.noname"].In(l)
				}
				return f.Name
			case fieldDate:
				return l.Day(f.At)
			case fieldQuestionnaire:
				return f.Q.Title.In(l)
			case fieldStatus:
				return statusText(f.Status).In(l)
			case fieldAnswer:
				return f.answer(m[2], l)
			}
			return s
		})})
	}
	return all
}

// paragraphs splits a text at its blank lines. {{answers}} alone on a line is one of its own.
func paragraphs(body string) (all []string) {
	var lines []string
	end := func() {
		if len(lines) > 0 {
			all = append(all, strings.Join(lines, "\n"))
		}
		lines = nil
	}
	for line := range strings.SplitSeq(body, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			end()
		case isAnswers(line):
			end()
			all = append(all, line)
		default:
			lines = append(lines, line)
		}
	}
	end()
	return all
}

// isAnswers reports whether s is {{answers}} and nothing else.
func isAnswers(s string) bool {
	m := field.FindStringSubmatch(s)
	return m != nil && m[0] == s && m[1] == fieldAnswers
}

func statusText(s Status) Text {
	t, _ := lookUp("status." + string(s))
	return t
}

// Letter is the letter that t makes.
func (t *Template) Letter(l Lang, f Facts) LetterContent {
	c := LetterContent{Lang: l, Title: t.Title.In(l), At: f.At.UTC().Truncate(time.Second), Name: f.Name,
		Subject: f.Q.Title.In(l), Sign: f.Status == StatusToSign, Invite: t.Kind == InvitationTemplate, Body: t.Fill(l, f)}
	if !c.Invite {
		c.Lines = f.lines(l)
	}
	return c
}

// Document is what is to be signed. Who signs is for the caller to say.
func (t *Template) Document(l Lang, f Facts) *AgreementContent {
	return &AgreementContent{Letter: t.Letter(l, f), Title: t.Title.In(l), Body: t.Fill(l, f)}
}

// Known reports whether k is a kind.
func (k TemplateKind) Known() bool { return slices.Contains(TemplateKinds(), k) }

// Example returns made-up answers to a form, for a preview.
func (f *Form) Example() Answers {
	given := Answers{}
	for i := range f.Questions {
		switch q := &f.Questions[i]; q.Kind {
		case Choice, Several:
			given[q.ID] = []string{q.Options[0].ID}
		case Scale:
			given[q.ID] = []string{"3"}
		case FreeText:
			given[q.ID] = []string{"… æ ø å …"}
		}
	}
	return given
}
