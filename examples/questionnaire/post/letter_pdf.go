package post

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// The measures of a letter, in millimetres, and its type sizes, in points.
const (
	letterMargin   = 25
	letterBottom   = 28
	letterTextSize = 11
	letterLine     = 5.6
	letterNoteSize = 8.5
)

// sheet is a letter that is being written.
type sheet struct {
	pdf     *fpdf.Fpdf
	letters *alphabet
	lang    survey.Lang
	err     error
}

// RenderLetter writes the PDF of a letter. The same content, ID and link give the
// same bytes, as long as the program is the same; the bytes that were sent are
// kept all the same. link is the address of the page where the recipient shows
// with MitID that they read it; if empty, the letter has none.
func RenderLetter(c survey.LetterContent, id eboks.ID, link string, zone *time.Location) ([]byte, error) {
	letters, err := newAlphabet(goregular.TTF)
	if err != nil {
		return nil, err
	}
	s := &sheet{pdf: fpdf.New("P", "mm", "A4", ""), letters: letters, lang: c.Lang}
	s.begin(c, s.text("letter.pdf.foot", id.String()))
	s.head(c, c.Lang.Day(c.At.In(zone)))
	s.answers(c)
	if link != "" {
		s.link(link, c.Sign)
	}
	s.paragraph("", letterTextSize, s.text("letter.pdf.regards")+"\n"+s.text("app.name"))
	if s.err != nil {
		return nil, s.err
	}
	var b bytes.Buffer
	if err := s.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("write letter: %w", err)
	}
	return b.Bytes(), nil
}

// begin sets everything that two renderings must have in common, and the foot of
// every page.
func (s *sheet) begin(c survey.LetterContent, foot string) {
	p := s.pdf
	p.SetCatalogSort(true)
	p.SetCreationDate(c.At)
	p.SetModificationDate(c.At)
	p.SetProducer("fpdf", false)
	p.SetLang(string(c.Lang))
	p.SetTitle(c.Title, true)
	p.SetAuthor(s.text("app.name"), true)
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.SetMargins(letterMargin, letterMargin, letterMargin)
	p.SetAutoPageBreak(true, letterBottom)
	p.SetFooterFunc(func() {
		p.SetY(-18)
		p.SetFont("go", "", letterNoteSize)
		p.SetTextColor(0x4a, 0x5f, 0x5d)
		p.CellFormat(0, 4, foot, "", 0, "L", false, 0, "")
		p.CellFormat(0, 4, fmt.Sprint(p.PageNo()), "", 0, "R", false, 0, "")
	})
	p.AddPage()
}

// head writes who writes to whom, and why.
func (s *sheet) head(c survey.LetterContent, day string) {
	s.pdf.SetTextColor(0x0b, 0x5d, 0x57)
	s.paragraph("B", 15, s.text("app.name"))
	s.pdf.SetTextColor(0x17, 0x30, 0x2e)
	s.pdf.Ln(8)
	name := c.Name
	if name == "" {
		name = s.text("letter.pdf.noname")
	}
	s.paragraph("", letterTextSize, name)
	s.pdf.SetFont("go", "", letterTextSize)
	s.pdf.CellFormat(0, letterLine, day, "", 1, "R", false, 0, "")
	s.pdf.Ln(6)
	s.paragraph("B", 16, c.Title)
	lead := "letter.pdf.lead"
	if c.Again {
		lead = "letter.pdf.lead.again"
	}
	if c.Sign {
		lead = "letter.pdf.lead.sign"
	}
	s.paragraph("", letterTextSize, s.text(lead, c.Subject))
}

// answers writes what the person answered.
func (s *sheet) answers(c survey.LetterContent) {
	for _, line := range c.Lines {
		value := strings.Join(line.Values, "\n")
		if value == "" {
			value = s.text("record.none")
		}
		s.pdf.SetFont("go", "B", letterTextSize)
		s.pdf.MultiCell(0, letterLine, s.letters.legible(line.Question), "", "L", false)
		s.paragraph("", letterTextSize, value)
	}
}

// link leads to the page that asks for MitID.
func (s *sheet) link(address string, sign bool) {
	say, press := "letter.pdf.link", "letter.pdf.open"
	if sign {
		say, press = "letter.pdf.link.sign", "letter.pdf.open.sign"
	}
	s.paragraph("", letterTextSize, s.text(say))
	s.pdf.SetFont("go", "B", letterTextSize)
	s.pdf.SetFillColor(0xe3, 0xf0, 0xec)
	s.pdf.SetTextColor(0x0b, 0x5d, 0x57)
	s.pdf.CellFormat(0, 11, s.text(press), "", 1, "C", true, 0, address)
	s.pdf.SetTextColor(0x17, 0x30, 0x2e)
	s.pdf.Ln(5)
}

// paragraph writes words and leaves some room below.
func (s *sheet) paragraph(style string, size float64, words string) {
	s.pdf.SetFont("go", style, size)
	s.pdf.MultiCell(0, letterLine*size/letterTextSize, s.letters.legible(words), "", "L", false)
	s.pdf.Ln(3)
}

// text is a text of the table; the first one that is missing ends the letter.
func (s *sheet) text(key string, args ...any) string {
	t, err := survey.TextOf(s.lang, key, args...)
	if err != nil && s.err == nil {
		s.err = err
	}
	return t
}
