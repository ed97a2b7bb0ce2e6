package post

import (
	"fmt"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// The measures of an agreement, in millimetres, and its type sizes, in points.
const (
	letterMargin   = 25
	letterBottom   = 28
	letterTextSize = 11
	letterLine     = 5.6
	letterNoteSize = 8.5
)

// sheet is an agreement that is being written.
type sheet struct {
	pdf     *fpdf.Fpdf
	letters *alphabet
	lang    survey.Lang
	err     error
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
