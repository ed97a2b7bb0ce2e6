package textletter_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/textletter"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// poppler starts a program of poppler-utils.
func poppler(t *testing.T, program string, args ...string) string {
	t.Helper()
	return run(t, program, "poppler-utils", args...)
}

// run starts a program, which must succeed. A test that finds none is skipped; with
// DKEID_NO_SKIP=1 it fails.
func run(t *testing.T, program, debian string, args ...string) string {
	t.Helper()
	path := toolstest.Program(t, program, "no "+program+" is installed; apt-get install "+debian+", to have others judge the PDFs")
	out, err := exec.Command(path, args...).CombinedOutput()
	require.NoError(t, err, "%s: %s", program, out)
	return string(out)
}

// put writes the letter to a file.
func put(t *testing.T, l textletter.Letter) string {
	t.Helper()
	pdf, err := l.PDF()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "letter.pdf")
	require.NoError(t, os.WriteFile(path, pdf, 0o600))
	return path
}

// words returns the text of a file without the places of line breaks.
func words(t *testing.T, path string) string {
	t.Helper()
	return strings.Join(strings.Fields(poppler(t, "pdftotext", "-enc", "UTF-8", path, "-")), " ")
}

var (
	green = color.NRGBA{0x0b, 0x5d, 0x57, 0xff}
	day   = time.Date(2026, 3, 12, 11, 0, 0, 0, time.UTC)
)

const address = "https://svar.example/brev/0a1b2c3d4e5f?sprog=da&vis=(alt)"

// plate is a picture in one colour.
func plate(t testing.TB, width, height int, c color.Color) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		img.Set(i%width, i/width, c)
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// short is a letter with the least that one must have.
func short() textletter.Letter {
	return textletter.Letter{
		Title: "Nyt fra Ærøpanelet", Date: day, From: textletter.Sender{Name: "Ærøpanelet"},
		Paragraphs: []textletter.Paragraph{{Text: "Kære Åse"}},
	}
}

// whole is a letter with everything.
func whole(t testing.TB) textletter.Letter {
	return textletter.Letter{
		Title: "Spørgsmål om søvn og vågenhed",
		From: textletter.Sender{
			Name: "Ærøpanelet", Lines: []string{"Rådhusstræde 7", "5970 Ærøskøbing", "post@aeroe.example"}, Logo: plate(t, 40, 20, green),
		},
		To:        []string{"Åse Łukasiewicz-Čapková Øst", "c/o Sørensen", "Lejlighed 4", "Rødgrødsvænget 112, 3. th.", "5970 Ærøskøbing", "DANMARK"},
		Date:      day,
		Reference: "2026-Æ-117",
		Paragraphs: []textletter.Paragraph{
			{Text: "Kære Åse\nTak for dine svar."},
			{Heading: "Hvad skal du gøre nu?", Text: "Læs brevet, og log ind med MitID."},
			{Text: "Svar på spørgsmålene", URL: address},
			{Text: "Ελληνικά: Αθήνα, ᾧ. Кирилиця: Україна, Ђорђе, Ұзақ. Latin: Đặng, Nguyễn, STRAẞE, Ǻ, Ŋ, Þ."},
			{Text: "Med venlig hilsen\nÆrøpanelet"},
		},
	}
}
