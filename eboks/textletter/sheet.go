package textletter

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
)

// The page, in millimetres from its left and upper edge. The window is described in the
// package's comment. The measures of the Norwegian ones are from
// https://officeconsult.no/blogg/brevmaler-plassering-av-mottakerfelt-i-vinduskonvolutter/
const (
	paperHeight  = 297.0
	margin       = 25.0
	textWidth    = 210 - 2*margin
	textBottom   = paperHeight - margin
	textTop      = 98.0 // on the first page
	headTop      = 20.0
	logoWidth    = 80.0
	logoHeight   = 17.0
	windowTop    = 45.6
	windowWidth  = 80.0
	columnLeft   = 127.0 // sender, date and reference
	columnWidth  = 210 - margin - columnLeft
	columnBottom = 92.0
	footLine     = 283.0
	baseline     = 0.76 // part of a line that is above what letters stand on
)

var (
	titleFace   = face{style: "B", size: 15, lead: 6.8}
	headingFace = face{style: "B", size: 10.5, lead: 5.2}
	textFace    = face{size: 10.5, lead: 5.2}
	linkFace    = face{style: "B", size: 10.5, lead: 5.2, blue: true}
	urlFace     = face{size: 9, lead: 4.6, blue: true}
	windowFace  = face{size: 10, lead: 4}
	nameFace    = face{style: "B", size: 9.5, lead: 4.4}
	columnFace  = face{size: 8.5, lead: 4.1}
	footFace    = face{size: 8, lead: 4}
)

// sheet is a letter that is being written.
type sheet struct {
	letter Letter
	words  words
	pdf    *fpdf.Fpdf
	tags   tags
	top    *element // what stands above the title
}

// write writes a letter that was checked.
func (l Letter) write() ([]byte, error) {
	s := &sheet{letter: l, words: wordsOf(l.Language), pdf: fpdf.New("P", "mm", "A4", "")}
	s.begin()
	pages := paginate(s.body(), textBottom-textTop, textBottom-margin)
	if len(pages) > MaxPages {
		return nil, refused(fmt.Sprintf("the letter has %d pages; at most %d are allowed", len(pages), MaxPages))
	}
	for i, page := range pages {
		s.pdf.AddPage()
		y := margin
		if i == 0 {
			if err := s.head(); err != nil {
				return nil, err
			}
			y = textTop
		}
		s.lines(margin, y, page)
		if err := s.foot(i+1, len(pages)); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := s.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("textletter: write: %w", err)
	}
	return s.tags.addTo(b.Bytes(), len(pages))
}

// begin sets what two writings of a letter must have in common.
func (s *sheet) begin() {
	p, at := s.pdf, s.letter.Date
	p.SetCatalogSort(true)
	// The time of day is not shown, so the bytes do not depend on it.
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	p.SetCreationDate(day)
	p.SetModificationDate(day)
	p.SetProducer("dkeid", false)
	p.SetLang(s.words.language)
	p.SetTitle(s.letter.Title, true)
	p.SetAuthor(s.letter.From.Name, true)
	p.AddUTF8FontFromBytes(fontFamily, "", dejavusanscondensed.TTF)
	p.AddUTF8FontFromBytes(fontFamily, "B", dejavusanscondensedbold.TTF)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(false, 0)
	s.tags.root = &element{role: "Document"}
	s.top = s.tags.root.add("Sect")
}

// body returns the lines of title and paragraphs.
func (s *sheet) body() []line {
	all := s.wrapped(titleFace, s.letter.Title, textWidth, s.tags.root.add("H1"))
	for i := range all {
		all[i].held = true
	}
	for i, p := range s.letter.Paragraphs {
		gap := 3.6
		if i == 0 {
			gap = 5
		}
		add := func(lines []line, space float64) {
			lines[0].before = space
			all = append(all, lines...)
		}
		if p.Heading != "" {
			lines := s.wrapped(headingFace, p.Heading, textWidth, s.tags.root.add("H2"))
			for j := range lines {
				lines[j].held = true
			}
			add(lines, gap+1.4)
			gap = 0.8
		}
		words := textFace
		at := s.tags.root.add("P")
		if p.URL != "" {
			words, at = linkFace, at.add("Link")
		}
		if p.Text != "" {
			lines := s.wrapped(words, p.Text, textWidth, at)
			for j := range lines {
				lines[j].url = p.URL
				lines[j].held = p.URL != "" || lines[j].held
			}
			add(lines, gap)
			gap = 0.4
		}
		if p.URL != "" {
			lines := s.wrapped(urlFace, p.URL, textWidth, at)
			for j := range lines {
				lines[j].url = p.URL
			}
			add(lines, gap)
		}
	}
	return all
}

// wrapped returns the lines of a text.
func (s *sheet) wrapped(f face, text string, width float64, of *element) []line {
	s.use(f)
	var lines []line
	for _, t := range wrap(text, width, s.pdf.GetStringWidth) {
		lines = append(lines, line{face: f, text: t, of: of})
	}
	return hold(lines)
}

// head writes what stands above the title on the first page.
func (s *sheet) head() error {
	l := s.letter
	if err := s.logo(); err != nil {
		return err
	}
	from := s.top.add("P")
	column := s.wrapped(nameFace, l.From.Name, columnWidth, from)
	for _, t := range l.From.Lines {
		column = append(column, s.wrapped(columnFace, t, columnWidth, from)...)
	}
	dated := s.wrapped(columnFace, s.words.date(l.Date), columnWidth, s.top.add("P"))
	if l.Reference != "" {
		dated = append(dated, s.wrapped(columnFace, s.words.reference+l.Reference, columnWidth, dated[0].of)...)
	}
	dated[0].before = 3
	column = append(column, dated...)
	height := 0.0
	for _, c := range column {
		height += c.before + c.lead
	}
	if height > columnBottom-headTop {
		return refused("From and Reference need more room than there is beside the window; shorten From.Lines")
	}
	var to []line
	if len(l.To) > 0 {
		of := s.top.add("P")
		for i, t := range l.To {
			lines := s.wrapped(windowFace, t, windowWidth, of)
			if len(lines) > 1 {
				return refused(fmt.Sprintf("line %d of To is wider than the window, which is %.0f mm wide; shorten or divide it", i+1, windowWidth))
			}
			to = append(to, lines...)
		}
	}
	s.lines(columnLeft, headTop, column)
	s.lines(margin, windowTop, to)
	return nil
}

// foot writes the foot of a page, which screen readers pass over.
func (s *sheet) foot(page, of int) error {
	number := s.words.page(page, of)
	s.use(footFace)
	wide := s.pdf.GetStringWidth(number)
	mark := ""
	if s.letter.Reference != "" {
		mark = s.words.reference + s.letter.Reference
	}
	if s.pdf.GetStringWidth(mark)+5+wide > textWidth {
		return refused("Reference is too wide for the foot of a page; shorten it")
	}
	s.pdf.RawWriteStr("/Artifact <</Type /Pagination>> BDC")
	if mark != "" {
		s.pdf.Text(margin, footLine, mark)
	}
	s.pdf.Text(margin+textWidth-wide, footLine, number)
	s.pdf.RawWriteStr("EMC")
	return nil
}

// lines writes lines from y downwards.
func (s *sheet) lines(x, y float64, lines []line) {
	for i, l := range lines {
		if i > 0 {
			y += l.before
		}
		if i == 0 || lines[i-1].of != l.of {
			s.open(l.of)
		}
		s.use(l.face)
		s.pdf.Text(x, y+l.lead*baseline, l.text)
		if l.url != "" {
			s.tags.link(s.pdf.PageNo(), l, x, y, s.pdf.GetStringWidth(strings.TrimSuffix(l.text, " ")))
		}
		y += l.lead
		if i == len(lines)-1 || lines[i+1].of != l.of {
			s.pdf.RawWriteStr("EMC")
		}
	}
}

// open begins content that belongs to e. The caller ends it with EMC.
func (s *sheet) open(e *element) {
	id := s.tags.mark(s.pdf.PageNo(), e)
	s.pdf.RawWriteStr("/" + e.role + " <</MCID " + strconv.Itoa(id) + ">> BDC")
}

// use takes a face.
func (s *sheet) use(f face) {
	s.pdf.SetFont(fontFamily, f.style, f.size)
	if f.blue {
		s.pdf.SetTextColor(0x0b, 0x3d, 0x91)
	} else {
		s.pdf.SetTextColor(0, 0, 0)
	}
}
