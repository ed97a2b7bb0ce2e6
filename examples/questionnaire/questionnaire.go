package main

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFreeText is the longest free text, in characters.
const maxFreeText = 2000

// scaleTop is the highest number of a scale; the lowest is 1.
const scaleTop = 5

// kind is how a question is answered.
type kind string

// The kinds of question.
const (
	scale    kind = "scale"   // a number from 1 to scaleTop
	choice   kind = "choice"  // one of the options
	several  kind = "several" // any of the options
	freeText kind = "text"
)

// questionnaire is one survey: a first form, and a follow-up some time later.
type questionnaire struct {
	Slug    string // part of its address
	Title   text
	Summary text
	Minutes int
	// CPR says that the CPR number belongs to the answer; CPRReason tells the
	// person why.
	CPR       bool
	CPRReason text
	// FreshFollowUp demands a new MitID approval for the follow-up, however
	// recent the login.
	FreshFollowUp bool
	First         form
	FollowUp      form
	// Agreement is what the person signs afterwards. A questionnaire with one has no
	// follow-up.
	Agreement *agreement
}

// form is one page of questions.
type form struct {
	Intro     text
	Questions []question
}

// question is asked in Text, explained in Hint. Low and High name the ends of a
// scale.
type question struct {
	ID       string
	Kind     kind
	Text     text
	Hint     text
	Options  []option
	Low      text
	High     text
	Optional bool
}

type option struct {
	ID   string
	Text text
}

// answers are the values given to each question, by its ID. A question without
// an answer is not in it.
type answers map[string][]string

// problem says what is wrong with one answer; it names a text of the table.
type problem struct {
	Question *question
	Text     string
}

func (f *form) question(id string) (*question, bool) {
	i := slices.IndexFunc(f.Questions, func(q question) bool { return q.ID == id })
	if i < 0 {
		return nil, false
	}
	return &f.Questions[i], true
}

func (q *questionnaire) form(s stage) *form {
	if s == stageFollowUp {
		return &q.FollowUp
	}
	return &q.First
}

// Scale returns the numbers of a scale.
func (q *question) Scale() []string {
	all := make([]string, scaleTop)
	for i := range all {
		all[i] = strconv.Itoa(i + 1)
	}
	return all
}

// read takes the answers out of a posted form. What it does not know it ignores;
// what a browser cannot have sent from our page is a problem. In a draft nothing
// is missing yet.
func (f *form) read(posted url.Values, draft bool) (answers, []problem) {
	given := answers{}
	var problems []problem
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
			problems = append(problems, problem{q, why})
		}
	}
	return given, problems
}

func (q *question) read(posted []string) (values []string, why string) {
	switch q.Kind {
	case freeText:
		return readFreeText(posted)
	case scale:
		return readChoice(posted, q.Scale(), 1)
	case choice, several:
		ids := make([]string, len(q.Options))
		for i, o := range q.Options {
			ids[i] = o.ID
		}
		if q.Kind == choice {
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
	case utf8.RuneCountInString(s) > maxFreeText:
		return []string{s}, "problem.long"
	}
	return []string{s}, ""
}
