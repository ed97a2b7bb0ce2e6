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
	Again   bool      // the follow-up
	Sign    bool      // there is an agreement to sign
	Lines   []ContentLine
}

// ContentLine is one question and its answer.
type ContentLine struct {
	Question string
	Values   []string
}

// NewLetterContent writes down what was handed in.
func NewLetterContent(l Lang, at time.Time, name string, q *Questionnaire, st Stage, given Answers) LetterContent {
	c := LetterContent{Lang: l, Title: letterTexts["letter.title"].In(l), At: at.UTC().Truncate(time.Second), Name: name,
		Subject: q.Title.In(l), Again: st == StageFollowUp}
	for _, n := range q.Form(st).Lines(given, l) {
		c.Lines = append(c.Lines, ContentLine{n.Question.In(l), n.Values})
	}
	return c
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
	return c, nil
}
