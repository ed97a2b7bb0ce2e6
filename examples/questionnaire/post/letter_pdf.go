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
	name := w.typed(c.Name)
	if strings.TrimSpace(name) == "" {
		name = w.text("letter.pdf.noname")
	}
	say("", name, "")
	lead := "letter.pdf.lead"
	if c.Again {
		lead = "letter.pdf.lead.again"
	}
	if c.Sign {
		lead = "letter.pdf.lead.sign"
	}
	say("", w.text(lead, c.Subject), "")
	for _, line := range c.Lines {
		value := w.typed(strings.Join(line.Values, "\n"))
		if strings.TrimSpace(value) == "" {
			value = w.text("record.none")
		}
		say(line.Question, value, "")
	}
	if link != "" {
		why, press := "letter.pdf.link", "letter.pdf.open"
		if c.Sign {
			why, press = "letter.pdf.link.sign", "letter.pdf.open.sign"
		}
		say("", w.text(why), "")
		say("", w.text(press), link)
	}
	say("", w.text("letter.pdf.regards")+"\n"+w.text("app.name"), "")
	if w.err != nil {
		return nil, w.err
	}
	return l.PDF()
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
