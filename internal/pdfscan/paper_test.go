package pdfscan_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/internal/pdfscan"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// sheets is a document with pages that say those things, below a node that says more.
func sheets(above string, pages ...string) *writer {
	w := new(writer)
	w.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	w.begin()
	w.object(1, "<</Type/Catalog/Pages 2 0 R>>")
	kids := ""
	for i, p := range pages {
		kids += fmt.Sprintf("%d 0 R ", 10+i)
		w.object(10+i, "<</Type/Page/Parent 2 0 R/Resources<<>>"+p+">>")
	}
	w.object(2, fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d%s>>", kids, len(pages), above))
	return w
}

func TestSheetsOfPaper(t *testing.T) {
	const a4 = "/MediaBox[0 0 595.28 841.89]"
	for name, c := range map[string]struct{ above, page, says string }{
		"A4":                     {"", a4, ""},
		"A4, whole points":       {"", "/MediaBox[0 0 595 842]", ""},
		"A4, as it is scanned":   {"", "/MediaBox[0 0 593.3 841]", ""},
		"A4, landscape":          {"", "/MediaBox[0 0 842 595]", ""},
		"A4, turned":             {"", a4 + "/Rotate 90", ""},
		"A4, moved":              {"", "/MediaBox[-100 -50 495.28 791.89]", ""},
		"A4, corners exchanged":  {"", "/MediaBox[595.28 841.89 0 0]", ""},
		"A4, inherited":          {a4, "", ""},
		"A4, of references":      {"", "/MediaBox[0 0 90 0 R 91 0 R]", ""},
		"A4, elsewhere":          {"", "/MediaBox 92 0 R", ""},
		"A4, in units":           {"", "/MediaBox[0 0 297.64 420.945]/UserUnit 2", ""},
		"A4, cut out of A3":      {"", "/MediaBox[0 0 842 1191]/CropBox[100 100 695.28 941.89]", ""},
		"A4, cut larger":         {"", a4 + "/CropBox[-10 -10 900 900]", ""},
		"A3":                     {"", "/MediaBox[0 0 842 1191]", " is not A4: page 2 is 297 × 420 mm"},
		"A5":                     {"", "/MediaBox[0 0 420 595]", " is not A4: page 2 is 148 × 210 mm"},
		"US letter":              {"", "/MediaBox[0 0 612 792]", " is not A4: page 2 is 216 × 279 mm"},
		"US letter, above":       {"/MediaBox[0 0 612 792]", "", " is not A4: page 2 is 216 × 279 mm"},
		"four millimetres short": {"", "/MediaBox[0 0 595.28 830.5]", " is not A4: page 2 is 210 × 293 mm"},
		"units":                  {"", a4 + "/UserUnit 2.0", " is not A4: page 2 is 420 × 594 mm"},
		"cut to a strip":         {"", a4 + "/CropBox[0 0 595 100]", " is not A4: page 2 is 210 × 35 mm"},
		"cut beside it":          {"", a4 + "/CropBox[900 0 1000 842]", " is not A4: page 2 is "},
		"no size":                {"", "", " does not say how large page 2 is"},
		"no numbers":             {"", "/MediaBox[/A 0 1 2]", " does not say how large page 2 is"},
		"three numbers":          {"", "/MediaBox[0 1 2]", " does not say how large page 2 is"},
	} {
		w := sheets(c.above, a4, c.page, a4)
		w.object(90, "595.28")
		w.object(91, "841.89")
		w.object(92, "[0 0 595 842]")
		fault := pdfscan.PaperFault(w.table())
		if c.says == "" {
			assert.Empty(t, fault, name)
		} else {
			assert.Contains(t, fault, c.says, name)
		}
	}
}

func TestWhatPaperRefuses(t *testing.T) {
	good := fakepdf.New(fakepdf.Page{Lines: []string{"Kære Åse Ærø"}}, fakepdf.Page{})
	streamed := fakepdf.Document{Streamed: true, Pages: make([]fakepdf.Page, 3)}.Bytes()
	plant := func(p fakepdf.Plant) []byte { return fakepdf.Document{Plants: []fakepdf.Plant{p}}.Bytes() }
	catalog := func(more string, objects ...string) []byte {
		w := plain(objects...)
		w.object(1, "<</Type/Catalog/Pages 2 0 R"+more+">>")
		return w.table()
	}
	const script = "<</S/JavaScript/JS(app.alert(1))>>"
	for name, c := range map[string]struct {
		pdf  []byte
		says string
	}{
		"good":                      {good, ""},
		"streamed":                  {streamed, ""},
		"empty":                     {nil, "cut off"},
		"head alone":                {[]byte("%PDF-"), "cut off"},
		"HTML behind a head":        {[]byte("%PDF-1.7\n<html><body>Serveren er nede</body></html>"), "cut off"},
		"head and end":              {[]byte("%PDF-1.7\n%%EOF\n"), "damaged"},
		"head, startxref and end":   {[]byte("%PDF-1.7\nstartxref\n9\n%%EOF\n"), "damaged"},
		"cut in the middle":         {good[:len(good)/2], "cut off"},
		"cut before its end":        {bytes.TrimSpace(good)[:len(good)-6], "cut off"},
		"streamed, cut":             {streamed[:len(streamed)/2], "cut off"},
		"no startxref":              {bytes.Replace(good, []byte("startxref"), []byte("xtartsref"), 1), "damaged"},
		"no table":                  {bytes.Replace(good, []byte("xref\n0"), []byte("xrxf\n0"), 1), "damaged"},
		"bytes lost":                {bytes.Replace(good, []byte("Resources"), []byte("R"), 1), "damaged"},
		"bytes more":                {bytes.ReplaceAll(good, []byte("\n"), []byte("\r\n")), "damaged"},
		"encrypted":                 {plant(fakepdf.EncryptionMarker), "encrypted"},
		"script at opening":         {plant(fakepdf.JavaScriptAtOpening), "JavaScript"},
		"script, escaped":           {plant(fakepdf.JavaScriptEscaped), "JavaScript"},
		"script, named":             {plant(fakepdf.JavaScriptNamed), "JavaScript"},
		"script of a page":          {plant(fakepdf.JavaScriptOnPage), "JavaScript"},
		"script before printing":    {catalog("/AA<</WP " + script + ">>"), "JavaScript"},
		"script behind a jump":      {catalog("/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[<</S/Named/N/NextPage/Next " + script + ">>]>>"), "JavaScript"},
		"scripts in branches":       {catalog("/Names<</JavaScript<</Kids[4 0 R]>>>>", "<</Names[(a)"+script+"]>>"), "JavaScript"},
		"no scripts in the list":    {catalog("/Names<</JavaScript<</Names[]>>>>"), ""},
		"a link":                    {plant(fakepdf.JavaScriptInLink), ""},
		"a jump":                    {catalog("/OpenAction[3 0 R/Fit]"), ""},
		"a jump, action":            {catalog("/OpenAction<</S/GoTo/D[3 0 R/Fit]>>"), ""},
		"jumps in a circle":         {catalog("/OpenAction 4 0 R", "<</S/GoTo/Next[4 0 R 4 0 R]>>"), ""},
		"a form":                    {plant(fakepdf.FormOverlay), ""},
		"layers":                    {plant(fakepdf.HiddenLayer), ""},
		"an update":                 {plant(fakepdf.EarlierUpdate), ""},
		"an attachment":             {plant(fakepdf.EmbeddedFile), ""},
		"a form that is drawn late": {catalog("/NeedsRendering true/AcroForm<</XFA[]>>"), "XFA"},
		"a portfolio":               {catalog("/Collection<</View/D>>"), "portfolio"},
		"no pages":                  {sheets("").table(), "no pages"},
		"no page tree":              {catalog("/Pages 77 0 R"), "damaged"},
		"a page that is not there":  {strict(t, sheets("", "/MediaBox[0 0 595 842]", "/MediaBox[0 0 595 842]"), 11), "what follows page 1"},
		"blanks behind the end":     {append(bytes.Clone(good), " \r\n\x00\n"...), ""},
		"something behind the end":  {append(bytes.Clone(good), "<!-- 0.02 s -->"...), ""},
	} {
		fault := pdfscan.PaperFault(c.pdf)
		if c.says == "" {
			assert.Empty(t, fault, name)
		} else {
			assert.Contains(t, fault, c.says, name)
		}
	}
}

// strict writes w without object n.
func strict(t *testing.T, w *writer, n int) []byte {
	t.Helper()
	require.Contains(t, w.entries, n)
	delete(w.entries, n)
	return w.table()
}

// TestSignedLettersGoToPaper: updates, and a signature's JavaScript-free form.
func TestSignedLettersGoToPaper(t *testing.T) {
	a, err := fakepdf.NewAuthority(fakepdf.Config{})
	require.NoError(t, err)
	pdf := fakepdf.New()
	for range 2 {
		pdf, err = a.Sign(pdf, fakepdf.Signature{At: time.Unix(2e9, 0), Name: "Åse Ærø"})
		require.NoError(t, err)
		assert.Empty(t, pdfscan.PaperFault(pdf))
	}
}

// TestFilesThatReadersForgive: what the strict reader refuses and printers take.
func TestFilesThatReadersForgive(t *testing.T) {
	good := plain().table()
	counted := bytes.Replace(good, []byte("xref\n0 1\n"), []byte("xref\n1 1\n"), 1) // a section that begins with object 0 and says 1
	spaced := bytes.Replace(good, []byte("startxref\n"), []byte("startxref \r\n"), 1)
	for name, pdf := range map[string][]byte{
		"a key twice":     twice(),
		"table says 1":    counted,
		"blanks":          spaced,
		"early startxref": early(good),
		"hybrid":          plain().hybrid("1", false),
		"packed":          plain().packed(20, map[int]string{10: "<</Title(\xe6)>>"}),
		"packed pages":    packedPages(),
		"Prev is zero":    bytes.Replace(good, []byte("/Size 100"), []byte("/Prev 0 "), 1),
	} {
		assert.Empty(t, pdfscan.PaperFault(pdf), name)
	}
}

func twice() []byte {
	w := plain()
	w.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 1 1]/MediaBox[0 0 595 842]>>")
	return w.table()
}

// early says that the section begins at the line break before it.
func early(pdf []byte) []byte {
	at := bytes.LastIndex(pdf, []byte("\nxref"))
	i := bytes.LastIndex(pdf, []byte("startxref\n"))
	return append(bytes.Clone(pdf[:i]), fmt.Sprintf("startxref\n%d\n%%%%EOF", at)...)
}

func packedPages() []byte {
	w := new(writer)
	w.WriteString("%PDF-1.7\n")
	w.begin()
	return w.packed(20, map[int]string{
		1: "<</Type/Catalog/Pages 2 0 R>>", 2: "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 595 842]>>",
		3: "<</Type/Page/Parent 2 0 R>>", 4: "<</Type/Page/Parent 2 0 R>>",
	})
}

// TestWhatWritersMakeGoesToPaper: no letter of a sensible program is refused.
func TestWhatWritersMakeGoesToPaper(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name+".pdf") }
	const fpdf = "../../testdata/pdf/fpdf-a4.pdf"
	assert.Empty(t, pdfscan.PaperFault(file(t, fpdf)))
	assert.Contains(t, pdfscan.PaperFault(file(t, "../../testdata/pdf/fpdf-letter.pdf")), "is not A4: page 1 is 216 × 279 mm")

	tool(t, "pdftocairo", "poppler-utils", "-pdf", fpdf, path("cairo"))
	assert.Empty(t, pdfscan.PaperFault(file(t, path("cairo"))))
	for name, args := range map[string][]string{
		"linearized":       {"--linearize"},
		"object streams":   {"--object-streams=generate"},
		"linear, streams":  {"--linearize", "--object-streams=generate"},
		"plain":            {"--qdf"},
		"unpacked":         {"--stream-data=uncompress"},
		"turned":           {"--rotate=90:1"},
		"recompressed":     {"--recompress-flate", "--compression-level=9"},
		"encrypted":        {"--encrypt", "", "ejer", "256", "--"},
		"encrypted, old":   {"--allow-weak-crypto", "--encrypt", "bruger", "ejer", "40", "--"},
		"encrypted, packs": {"--object-streams=generate", "--encrypt", "", "ejer", "256", "--"},
	} {
		for from, original := range map[string]string{"fpdf": fpdf, "cairo": path("cairo")} {
			out := path(from + " " + name)
			tool(t, "qpdf", "qpdf", append(args, original, out)...)
			fault := pdfscan.PaperFault(file(t, out))
			if strings.HasPrefix(name, "encrypted") {
				assert.Contains(t, fault, "is encrypted", name)
			} else {
				assert.Empty(t, fault, "%s %s", from, name)
			}
			for _, cut := range []int{len(file(t, out)) / 3, len(file(t, out)) - 12} {
				assert.NotEmpty(t, pdfscan.PaperFault(file(t, out)[:cut]), "%s %s, cut", from, name)
			}
		}
	}
}

func file(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return b
}

// tool runs a program that makes PDFs.
func tool(t *testing.T, program, debian string, args ...string) {
	t.Helper()
	path := toolstest.Program(t, program, "no "+program+" is installed; apt-get install "+debian+", to try its PDFs")
	out, err := exec.Command(path, args...).CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// TestPaperIsBounded: files made to cost take a second and 128 MB at most.
func TestPaperIsBounded(t *testing.T) {
	const size = 7 << 20
	kids := sheets("")
	kids.object(2, "<</Type/Pages/Kids["+strings.Repeat("3 0 R ", size/6)+"]>>")
	bomb := new(writer)
	bomb.WriteString("%PDF-1.7\n")
	bomb.begin()
	packed := bomb.packed(20, map[int]string{1: "<</Pages 2 0 R>>", 2: "<</Kids[3 0 R]>>", 3: "(" + strings.Repeat("a", 60<<20) + ")"})
	deep := plain()
	deep.object(3, strings.Repeat("[", size))
	circle := plain()
	circle.object(3, "<</Length 4 0 R>>stream\n\nendstream")
	circle.object(4, "<</Length 3 0 R>>stream\n\nendstream")
	table := new(writer)
	table.WriteString("%PDF-1.7\n")
	start := table.Len()
	table.WriteString("xref\n0 400000\n" + strings.Repeat("0000000000 00000 f \n", size/20))
	fmt.Fprintf(table, "trailer<</Root 1 0 R>>\nstartxref\n%d\n%%%%EOF", start)
	for name, pdf := range map[string][]byte{
		"kids": kids.table(), "bomb": packed, "deep": deep.table(), "circle": circle.table(), "table": table.Bytes(),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		assert.NotEmpty(t, pdfscan.PaperFault(pdf), name)
		runtime.ReadMemStats(&after)
		assert.Less(t, (after.TotalAlloc-before.TotalAlloc)>>20, uint64(160), name)
		t.Logf("%s: %d MB in all", name, (after.TotalAlloc-before.TotalAlloc)>>20)
	}
}

// FuzzPaper looks for files that crash the reader.
func FuzzPaper(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Add(packedPages())
	f.Add(sheets("/MediaBox[0 0 595 842]", "/UserUnit 1", "/CropBox[0 0 1 1]").table())
	f.Fuzz(func(t *testing.T, pdf []byte) {
		if fault := pdfscan.PaperFault(pdf); fault == "" && !pdfscan.EndsWell(pdf) {
			t.Fatal("a file without an end goes to paper")
		}
	})
}
