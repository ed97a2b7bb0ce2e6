package survey

import (
	"encoding/json"
	"fmt"
	"time"
)

// LetterContent is everything that a letter says. It is kept as it was when the
// status changed: a new name, or a question that is worded anew, changes no letter.
type LetterContent struct {
	Lang Lang
	// Title is what the recipient reads in the list of letters, and in the e-mail
	// that announces it: it names no questionnaire, because that may be about health.
	Title   string
	At      time.Time // of the status change, UTC, whole seconds
	Name    string    // empty if protected
	Subject string    // the questionnaire
	Again   bool      // the follow-up; earlier versions wrote it
	Sign    bool      // there is an agreement to sign
	Invite  bool      // it invites somebody who is to answer
	Body    []Paragraph
	Lines   []ContentLine // where Body has Answers
}

// ContentLine is one question and its answer.
type ContentLine struct {
	Question string
	Values   []string
}

// NewLetterContent is the receipt for what was handed in, as the app writes it unless an
// administrator says otherwise.
func NewLetterContent(l Lang, at time.Time, name string, q *Questionnaire, st Stage, given Answers) LetterContent {
	template := DefaultTemplates()[0]
	if st == StageFollowUp {
		template = DefaultTemplates()[1]
	}
	return template.Letter(l, Facts{At: at, Name: name, Q: q, Answers: map[Stage]Answers{st: given}})
}

// earlierBody is the body of a letter that an earlier version of this program wrote, which
// had no templates.
func (c *LetterContent) earlierBody() []Paragraph {
	lead := "letter.pdf.lead"
	switch {
	case c.Again:
		lead = "letter.pdf.lead.again"
	case c.Sign:
		lead = "letter.pdf.lead.sign"
	}
	t, _ := lookUp(lead)
	return []Paragraph{{Text: fmt.Sprintf(t.In(c.Lang), c.Subject)}, {Answers: true}}
}

// Format keeps what a person wrote out of every print.
func (LetterContent) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("LetterContent{…}")) }

// Encode writes c as it is stored.
func (c LetterContent) Encode() ([]byte, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write letter: %w", err)
	}
	return b, nil
}

// ReadLetterContent reads what Encode has written.
func ReadLetterContent(b []byte) (LetterContent, error) {
	var c LetterContent
	if err := json.Unmarshal(b, &c); err != nil {
		return LetterContent{}, fmt.Errorf("a stored letter cannot be read") // the cause may repeat it
	}
	if c.Body == nil {
		c.Body = c.earlierBody()
	}
	return c, nil
}
