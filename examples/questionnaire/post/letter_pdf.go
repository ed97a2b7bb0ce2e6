package post

import (
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/textletter"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// RenderLetter writes the PDF of a letter. The same content, ID and link give the
// same bytes, as long as the program is the same; the bytes that were sent are
// kept all the same. link is the address of the page where the recipient shows
// with MitID that they read it; if empty, the letter has none.
func RenderLetter(c survey.LetterContent, id eboks.ID, link string, zone *time.Location) ([]byte, error) {
	w := &words{lang: c.Lang}
	l := textletter.Letter{
		Title:     c.Title,
		From:      textletter.Sender{Name: w.text("app.name"), Lines: []string{w.text("letter.pdf.example")}},
		Date:      c.At.In(zone),
		Language:  textletter.Language(c.Lang),
		Reference: id.String(),
	}
	say := func(heading, text, url string) {
		l.Paragraphs = append(l.Paragraphs, textletter.Paragraph{Heading: heading, Text: text, URL: url})
	}
	say("", w.addressee(c), "")
	for _, p := range c.Body {
		if !p.Answers {
			say("", w.typed(p.Text), "")
			continue
		}
		for _, line := range c.Lines {
			value := w.typed(strings.Join(line.Values, "\n"))
			if strings.TrimSpace(value) == "" {
				value = w.text("record.none")
			}
			say(line.Question, value, "")
		}
	}
	if link != "" {
		kind := ""
		switch {
		case c.Sign:
			kind = ".sign"
		case c.Invite:
			kind = ".invite"
		}
		say("", w.text("letter.pdf.link"+kind), "")
		say("", w.text("letter.pdf.open"+kind), link)
	}
	say("", w.text("letter.pdf.regards")+"\n"+w.text("app.name"), "")
	if w.err != nil {
		return nil, w.err
	}
	return l.PDF()
}

// addressee is the name above the letter.
func (w *words) addressee(c survey.LetterContent) string {
	if name := w.typed(c.Name); strings.TrimSpace(name) != "" {
		return name
	}
	if c.Invite {
		return w.text("letter.pdf.noname.invite")
	}
	return w.text("letter.pdf.noname")
}

// typed is what somebody typed, with a square for each character that a letter cannot
// have: an emoji, or a letter of an alphabet that its typeface lacks.
func (w *words) typed(s string) string {
	t, err := textletter.Legible(s, noLetter)
	if err != nil && w.err == nil {
		w.err = err
	}
	return t
}

// words are the texts of a letter; the first one that is missing ends it.
type words struct {
	lang survey.Lang
	err  error
}

func (w *words) text(key string, args ...any) string {
	t, err := survey.TextOf(w.lang, key, args...)
	if err != nil && w.err == nil {
		w.err = err
	}
	return t
}
