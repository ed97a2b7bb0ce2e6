package post

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// RenderAgreement writes the PDF that a person signs. It is made once, before the order
// is placed, and kept: the signed copy must begin with these bytes. It has no links and
// nothing that changes its looks.
func RenderAgreement(c survey.AgreementContent, id string, zone *time.Location) ([]byte, error) {
	letters, err := newAlphabet(goregular.TTF)
	if err != nil {
		return nil, err
	}
	l := c.Letter
	l.Title = c.Title
	s := &sheet{pdf: fpdf.New("P", "mm", "A4", ""), letters: letters, lang: l.Lang}
	s.begin(l, s.text("sign.pdf.foot", id))
	s.pdf.SetTextColor(0x0b, 0x5d, 0x57)
	s.paragraph("B", 15, s.text("app.name"))
	s.pdf.SetTextColor(0x17, 0x30, 0x2e)
	s.pdf.Ln(8)
	s.paragraph("B", 16, c.Title)
	s.paragraph("", letterTextSize, l.Lang.Day(l.At.In(zone)))
	for _, p := range c.Paragraphs() {
		if p.Answers {
			s.answers(l)
			continue
		}
		s.paragraph("", letterTextSize, p.Text)
	}
	s.paragraph("", letterTextSize, s.text("sign.pdf.how"))
	if s.err != nil {
		return nil, s.err
	}
	var b bytes.Buffer
	if err := s.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("write agreement: %w", err)
	}
	return b.Bytes(), nil
}
