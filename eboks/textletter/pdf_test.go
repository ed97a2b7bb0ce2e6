package textletter_test

import (
	"encoding/xml"
	"fmt"
	"image/color"
	"image/png"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/textletter"
	"github.com/dkeid/dkeid/internal/pdfscan"
)

func TestTextComesBack(t *testing.T) {
	l := whole(t)
	for _, language := range []textletter.Language{"", textletter.Danish, textletter.English} {
		l.Language = language
		text := words(t, put(t, l))
		for _, want := range []string{
			l.Title, l.From.Name, l.From.Lines[0], l.From.Lines[2], l.To[0], l.To[3], "Tak for dine svar.", "Hvad skal du gøre nu?", "Svar på spørgsmålene " + address,
			l.Paragraphs[3].Text, "Reference: 2026-Æ-117",
		} {
			assert.Contains(t, text, want)
		}
		if language == textletter.English {
			assert.Contains(t, text, "12 March 2026")
			assert.Contains(t, text, "Page 1 of 1")
		} else {
			assert.Contains(t, text, "12. marts 2026")
			assert.Contains(t, text, "Side 1 af 1")
		}
	}
}

// What other programs say about the file.
func TestFileIsInOrder(t *testing.T) {
	l := whole(t)
	path := put(t, l)
	assert.Contains(t, run(t, "qpdf", "qpdf", "--check", path), "No syntax or stream encoding errors found")

	info := poppler(t, "pdfinfo", path)
	for _, want := range []string{`Title: +` + l.Title, `Author: +Ærøpanelet`, `Tagged: +yes`, `JavaScript: +no`, `Form: +none`, `Encrypted: +no`, `Pages: +1`, `Page size: +595.28 x 841.89 pts \(A4\)`, `PDF version: +1.7`, `CreationDate: .*Mar 12 00:00:00 2026`} {
		assert.Regexp(t, want, info)
	}
	catalogue := run(t, "qpdf", "qpdf", "--show-object=trailer", path)
	root := regexp.MustCompile(`/Root (\d+ 0) R`).FindStringSubmatch(catalogue)[1]
	catalogue = run(t, "qpdf", "qpdf", "--show-object="+strings.ReplaceAll(root, " ", ","), path)
	for _, want := range []string{"/Lang (da)", "/DisplayDocTitle true", "/Marked true"} {
		assert.Contains(t, catalogue, want)
	}
	assert.NotContains(t, catalogue, "/Names")

	fonts := strings.Split(strings.TrimSpace(poppler(t, "pdffonts", path)), "\n")[2:]
	assert.Len(t, fonts, 2)
	for _, f := range fonts {
		assert.Regexp(t, `^[A-Z]{6}\+DejaVuSansCondensed(-Bold)? +CID TrueType +Identity-H +yes yes yes `, f)
	}
	pictures := strings.Split(strings.TrimSpace(poppler(t, "pdfimages", "-list", path)), "\n")[2:]
	require.Len(t, pictures, 1)
	assert.Regexp(t, `1 +0 image +40 +20 +rgb`, pictures[0], "one picture, without a mask")

	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	found, err := pdfscan.Inspect(raw)
	require.NoError(t, err)
	assert.False(t, found.Any(), "a letter can be signed: %+v", found)
}

// The tags, as a screen reader meets them.
func TestTags(t *testing.T) {
	l := whole(t)
	l.Paragraphs[0].Text += "\n" + strings.Repeat("Åbent hver dag fra otte til fire. ", 200)
	got := poppler(t, "pdfinfo", "-struct-text", put(t, l))
	got = regexp.MustCompile(`(?:Åbent hver dag fra otte til fire\. ?)+`).ReplaceAllString(got, "… ")
	got = regexp.MustCompile(`Object \d+ 0`).ReplaceAllString(got, "Object")
	assert.Equal(t, `Document
  Sect
    Figure
      ""
    P (block)
      "Ærøpanelet Rådhusstræde 7 5970 Ærøskøbing post@aeroe.example "
    P (block)
      "12. marts 2026 Reference: 2026-Æ-117 "
    P (block)
      "Åse Łukasiewicz-Čapková Øst c/o Sørensen Lejlighed 4 Rødgrødsvænget 112, 3. th. 5970 Ærøskøbing DANMARK "
  H1 (block)
    "Spørgsmål om søvn og vågenhed "
  P (block)
    "Kære Åse Tak for dine svar. … "
    "… "
  H2 (block)
    "Hvad skal du gøre nu? "
  P (block)
    "Læs brevet, og log ind med MitID. "
  P (block)
    Link (inline)
      "Svar på spørgsmålene `+address+` "
      Object
      Object
  P (block)
    "`+l.Paragraphs[3].Text+` "
  P (block)
    "Med venlig hilsen Ærøpanelet "
`, got)
	assert.Contains(t, run(t, "qpdf", "qpdf", "--qdf", "--object-streams=disable", put(t, short()), "-"), "/StructParents 0")
}

func TestLinksCanBePressed(t *testing.T) {
	l := whole(t)
	l.Paragraphs = append(l.Paragraphs, textletter.Paragraph{URL: "https://langt.example/" + strings.Repeat("abcdefgh/", 200)})
	out := poppler(t, "pdfinfo", "-url", put(t, l))
	assert.Equal(t, 2, strings.Count(out, address), "the text and the address")
	assert.Greater(t, strings.Count(out, "https://langt.example/"), 10, "each line of an address that is broken leads to the whole of it")
}

// box is a word and where it stands, in points from the upper left corner.
type box struct {
	XMin float64 `xml:"xMin,attr"`
	YMin float64 `xml:"yMin,attr"`
	XMax float64 `xml:"xMax,attr"`
	YMax float64 `xml:"yMax,attr"`
	Word string  `xml:",chardata"`
}

// boxes returns the words of each page, in millimetres.
func boxes(t *testing.T, path string) [][]box {
	t.Helper()
	out := path + ".html"
	poppler(t, "pdftotext", "-bbox", path, out)
	raw, err := os.ReadFile(out)
	require.NoError(t, err)
	var doc struct {
		Pages []struct {
			Words []box `xml:"word"`
		} `xml:"body>doc>page"`
	}
	require.NoError(t, xml.Unmarshal(raw, &doc))
	var pages [][]box
	for _, p := range doc.Pages {
		for i := range p.Words {
			w := &p.Words[i]
			for _, v := range []*float64{&w.XMin, &w.YMin, &w.XMax, &w.YMax} {
				*v *= 25.4 / 72
			}
		}
		pages = append(pages, p.Words)
	}
	return pages
}

func TestAddressStandsInTheWindow(t *testing.T) {
	l := whole(t)
	l.From.Lines = []string{"Rådhusstræde 7", "5970 Ærøskøbing", "Telefon 12 34 56 78", strings.Repeat("Å", 60), "5", "6", "7", "8"}
	l.Paragraphs = append(l.Paragraphs, textletter.Paragraph{Text: strings.Repeat(strings.Repeat("ærlig talt ", 30)+"\n", 18)})
	pages := boxes(t, put(t, l))
	require.Equal(t, 3, len(pages))
	address := strings.Fields(strings.Join(l.To, " "))
	inside := 0
	for i, words := range pages {
		for _, w := range words {
			assert.GreaterOrEqual(t, w.XMin, 24.9, w.Word)
			assert.LessOrEqual(t, w.XMax, 185.1, w.Word)
			assert.GreaterOrEqual(t, w.YMin, 19.0, w.Word)
			assert.LessOrEqual(t, w.YMax, 290.0, w.Word)
			// The largest window: from the left 120 mm, from 39 to 90 mm.
			if i > 0 || w.XMin > 120 || w.YMax < 39 || w.YMin > 90 {
				continue
			}
			inside++
			assert.Contains(t, address, w.Word, "nothing but the address")
			// What all windows show.
			assert.GreaterOrEqual(t, w.YMin, 45.0, w.Word)
			assert.LessOrEqual(t, w.YMax, 70.0, w.Word)
			assert.LessOrEqual(t, w.XMax, 105.0, w.Word)
		}
	}
	assert.Len(t, address, inside)
	last := pages[2][len(pages[2])-3:]
	assert.Equal(t, "Side 3 af", fmt.Sprint(pages[2][len(pages[2])-4].Word, " ", last[0].Word, " ", last[1].Word))
}

// paper is how the first page looks, a pixel for a millimetre.
func paper(t *testing.T, path string) func(x, y int) color.NRGBA {
	t.Helper()
	poppler(t, "pdftoppm", "-singlefile", "-png", "-r", "25.4", path, path)
	f, err := os.Open(path + ".png")
	require.NoError(t, err)
	defer f.Close()
	img, err := png.Decode(f)
	require.NoError(t, err)
	assert.Equal(t, 211, img.Bounds().Dx())
	assert.Equal(t, 298, img.Bounds().Dy())
	return func(x, y int) color.NRGBA { return color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA) }
}

func TestLookOfThePage(t *testing.T) {
	l := whole(t)
	l.To = nil
	at := paper(t, put(t, l))
	white := color.NRGBA{0xff, 0xff, 0xff, 0xff}
	for y := 39; y < 91; y++ {
		for x := range 121 {
			assert.Equal(t, white, at(x, y), "the window is free at %d,%d", x, y)
		}
	}
	assert.Equal(t, green, at(27, 22), "the logo")
	assert.Equal(t, green, at(57, 35), "34 mm wide and 17 mm high")
	assert.Equal(t, white, at(61, 30))
	dark := 0
	for y := 99; y < 105; y++ {
		for x := 25; x < 110; x++ {
			if at(x, y).R < 0x80 {
				dark++
			}
		}
	}
	assert.Greater(t, dark, 50, "the title")
}
