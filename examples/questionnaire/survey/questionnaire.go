package survey

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxFreeText is the longest free text, in characters.
const MaxFreeText = 2000

// ScaleTop is the highest number of a scale; the lowest is 1.
const ScaleTop = 5

// Kind is how a question is answered.
type Kind string

// The kinds of question.
const (
	Scale    Kind = "scale"   // a number from 1 to ScaleTop
	Choice   Kind = "choice"  // one of the options
	Several  Kind = "several" // any of the options
	FreeText Kind = "text"
)

// Questionnaire is one survey: a first form, and a follow-up some time later.
type Questionnaire struct {
	Slug    string // part of its address
	Title   Text
	Summary Text
	Minutes int
	// CPR says that the CPR number belongs to the answer; CPRReason tells the
	// person why.
	CPR       bool
	CPRReason Text
	// FreshFollowUp demands a new MitID approval for the follow-up, however
	// recent the login.
	FreshFollowUp bool
	First         Form
	FollowUp      Form
	// Agreement is what the person signs afterwards. A questionnaire with one has no
	// follow-up.
	Agreement *Agreement
}

// Form is one page of questions.
type Form struct {
	Intro     Text
	Questions []Question
}

// Question is asked in Text, explained in Hint. Low and High name the ends of a
// scale.
type Question struct {
	ID       string
	Kind     Kind
	Text     Text
	Hint     Text
	Options  []Option
	Low      Text
	High     Text
	Optional bool
}

// Option is one answer to choose.
type Option struct {
	ID   string
	Text Text
}

// Answers are the values given to each question, by its ID. A question without
// an answer is not in it.
type Answers map[string][]string

// Problem says what is wrong with one answer; it names a text of the table.
type Problem struct {
	Question *Question
	Text     string
}

// Question returns the question with that ID.
func (f *Form) Question(id string) (*Question, bool) {
	i := slices.IndexFunc(f.Questions, func(q Question) bool { return q.ID == id })
	if i < 0 {
		return nil, false
	}
	return &f.Questions[i], true
}

// Form returns the form of a stage.
func (q *Questionnaire) Form(s Stage) *Form {
	if s == StageFollowUp {
		return &q.FollowUp
	}
	return &q.First
}

// Scale returns the numbers of a scale.
func (q *Question) Scale() []string {
	all := make([]string, ScaleTop)
	for i := range all {
		all[i] = strconv.Itoa(i + 1)
	}
	return all
}

// Read takes the answers out of a posted form. What it does not know it ignores;
// what a browser cannot have sent from our page is a problem. In a draft nothing
// is missing yet.
func (f *Form) Read(posted url.Values, draft bool) (Answers, []Problem) {
	given := Answers{}
	var problems []Problem
	for i := range f.Questions {
		q := &f.Questions[i]
		values, why := q.read(posted[q.ID])
		if len(values) > 0 {
			given[q.ID] = values
		}
		if why == "" && len(values) == 0 && !q.Optional && !draft {
			why = "problem.missing." + string(q.Kind)
		}
		if why != "" {
			problems = append(problems, Problem{q, why})
		}
	}
	return given, problems
}

func (q *Question) read(posted []string) (values []string, why string) {
	switch q.Kind {
	case FreeText:
		return readFreeText(posted)
	case Scale:
		return readChoice(posted, q.Scale(), 1)
	case Choice, Several:
		ids := make([]string, len(q.Options))
		for i, o := range q.Options {
			ids[i] = o.ID
		}
		if q.Kind == Choice {
			return readChoice(posted, ids, 1)
		}
		return readChoice(posted, ids, len(ids))
	}
	return nil, "problem.invalid"
}

func readChoice(posted, allowed []string, most int) ([]string, string) {
	if len(posted) > most {
		return nil, "problem.invalid"
	}
	for i, v := range posted {
		if !slices.Contains(allowed, v) || slices.Contains(posted[:i], v) {
			return nil, "problem.invalid"
		}
	}
	return posted, ""
}

func readFreeText(posted []string) ([]string, string) {
	if len(posted) > 1 {
		return nil, "problem.invalid"
	}
	s := strings.TrimSpace(strings.ReplaceAll(strings.Join(posted, ""), "\r\n", "\n"))
	switch {
	case s == "":
		return nil, ""
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return nil, "problem.invalid"
	case utf8.RuneCountInString(s) > MaxFreeText:
		return []string{s}, "problem.long"
	}
	return []string{s}, ""
}
