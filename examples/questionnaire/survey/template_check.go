package survey

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of a template.
const (
	MaxTemplateName = 80     // characters
	MaxTemplateBody = 10_000 // characters
	MaxParagraphs   = 200
)

// TemplateProblem is what is wrong with one field of a template's form. Text names a text
// of the table, and Args fill it in.
type TemplateProblem struct {
	Field string // name, title_da, body_da, title_en or body_en
	Text  string
	Args  []any
}

// TemplateRules are what a template must keep besides its own rules.
type TemplateRules struct {
	Questionnaires []Questionnaire        // whose questions {{answer:…}} may name
	Title          int                    // the distributor's limit, in characters
	Writable       func(text string) bool // whether a letter can have these characters
}

// Check returns what is wrong with a template. A title is shown in e-mails and on locked
// telephones, so it has no fields and no number as long as a CPR number.
func (t *Template) Check(r TemplateRules) (all []TemplateProblem) {
	say := func(field, text string, args ...any) {
		all = append(all, TemplateProblem{field, text, args})
	}
	if n := utf8.RuneCountInString(t.Name); strings.TrimSpace(t.Name) == "" || n > MaxTemplateName {
		say("name", "template.problem.name", MaxTemplateName)
	}
	for _, l := range []Lang{Danish, English} {
		title, body := t.Title.In(l), t.Body.In(l)
		at := "title_" + string(l)
		switch {
		case strings.TrimSpace(title) == "":
			say(at, "template.problem.empty")
		case utf8.RuneCountInString(title) > r.Title:
			say(at, "template.problem.title", r.Title)
		case strings.ContainsAny(title, "{}\n"):
			say(at, "template.problem.title.field")
		case ManyDigits(title):
			say(at, "template.problem.title.digits")
		case !r.Writable(title):
			say(at, "template.problem.characters", 1)
		}
		at = "body_" + string(l)
		switch n := utf8.RuneCountInString(body); {
		case strings.TrimSpace(body) == "":
			say(at, "template.problem.empty")
			continue
		case n > MaxTemplateBody:
			say(at, "template.problem.long", MaxTemplateBody)
			continue
		}
		if len(paragraphs(body)) > MaxParagraphs {
			say(at, "template.problem.paragraphs", MaxParagraphs)
		}
		for i, line := range strings.Split(body, "\n") {
			t.checkLine(r, line, i+1, func(text string, args ...any) { say(at, text, args...) })
		}
	}
	return all
}

// ManyDigits reports whether s has ten digits with nothing between them but spaces, dashes
// and at most one other sign, as in a CPR number however it is written.
func ManyDigits(s string) bool {
	run, signs := 0, 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			if run, signs = run+1, 0; run >= 10 {
				return true
			}
		case unicode.IsSpace(r), unicode.In(r, unicode.Pd, unicode.Cf), r == '\u2212': // minus is no dash to Unicode
		case unicode.IsLetter(r), signs > 0:
			run = 0
		default:
			signs++
		}
	}
	return false
}

// checkLine looks at one line of a body. n is its number.
func (t *Template) checkLine(r TemplateRules, line string, n int, say func(text string, args ...any)) {
	if !r.Writable(strings.TrimRight(line, "\r")) {
		say("template.problem.characters", n)
	}
	for _, m := range field.FindAllStringSubmatchIndex(line, -1) {
		whole, name, question := line[m[0]:m[1]], line[m[2]:m[3]], ""
		if m[4] >= 0 {
			question = line[m[4]:m[5]]
		}
		place := utf8.RuneCountInString(line[:m[0]]) + 1
		switch {
		case !slices.Contains(t.Kind.Fields(), name), (name == fieldAnswer) != (question != ""):
			say("template.problem.unknown", whole, n, place)
		case name == fieldAnswers && strings.TrimSpace(line) != whole:
			say("template.problem.alone", whole, n)
		case name == fieldAnswer && !slices.ContainsFunc(r.Questionnaires, func(q Questionnaire) bool { return q.asks(question) }):
			say("template.problem.question", whole, n, place)
		}
	}
	rest := field.ReplaceAllStringFunc(line, func(s string) string { return strings.Repeat(" ", utf8.RuneCountInString(s)) })
	if i := strings.IndexAny(rest, "{}"); i >= 0 {
		say("template.problem.braces", n, utf8.RuneCountInString(rest[:i])+1)
	}
}

// asks reports whether q has a question with that ID.
func (q *Questionnaire) asks(id string) bool {
	_, first := q.First.Question(id)
	_, again := q.FollowUp.Question(id)
	return first || again
}

// Unasked returns the questions that t names and q does not ask.
func (t *Template) Unasked(q *Questionnaire) (all []string) {
	for _, l := range []Lang{Danish, English} {
		for _, m := range field.FindAllStringSubmatch(t.Body.In(l), -1) {
			if m[1] == fieldAnswer && !q.asks(m[2]) && !slices.Contains(all, m[2]) {
				all = append(all, m[2])
			}
		}
	}
	return all
}
