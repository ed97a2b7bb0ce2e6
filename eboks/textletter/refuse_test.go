package textletter_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/textletter"
)

// refusal returns the text of the error that a letter is refused with.
func refusal(t *testing.T, l textletter.Letter) string {
	t.Helper()
	pdf, err := l.PDF()
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
	assert.Empty(t, pdf)
	var e *eboks.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, eboks.Stop, e.Then)
	return err.Error()
}

func TestRefusals(t *testing.T) {
	assert.Contains(t, refusal(t, textletter.Letter{}), "Date is missing", "the zero Letter")
	number := cprtest.Number(7).Reveal()
	many := func(n int) []textletter.Paragraph {
		p := make([]textletter.Paragraph, n)
		for i := range p {
			p[i].Text = "æ"
		}
		return p
	}
	for name, c := range map[string]struct {
		spoil func(*textletter.Letter)
		want  string
	}{
		"no title":          {func(l *textletter.Letter) { l.Title = " " }, "Title is empty"},
		"long title":        {func(l *textletter.Letter) { l.Title = strings.Repeat("å", textletter.MaxTitle+1) }, "Title is longer than 255 characters"},
		"two lines":         {func(l *textletter.Letter) { l.Title = "Åse\nØst" }, "Title has control characters"},
		"bytes":             {func(l *textletter.Letter) { l.Title = "\xe6" }, "Title is not UTF-8"},
		"number in title":   {func(l *textletter.Letter) { l.Title = "Om " + number }, "Title has ten digits"},
		"number in window":  {func(l *textletter.Letter) { l.To = []string{"Åse", number[:6] + "-" + number[6:]} }, "To has ten digits"},
		"no date":           {func(l *textletter.Letter) { l.Date = time.Time{} }, "Date is missing"},
		"late":              {func(l *textletter.Letter) { l.Date = l.Date.AddDate(9000, 0, 0) }, "Date is missing"},
		"language":          {func(l *textletter.Letter) { l.Language = "sv" }, "Language"},
		"no paragraphs":     {func(l *textletter.Letter) { l.Paragraphs = nil }, "Paragraphs is empty"},
		"empty paragraph":   {func(l *textletter.Letter) { l.Paragraphs[0].Text = " \n" }, "paragraph 1 is empty"},
		"paragraphs":        {func(l *textletter.Letter) { l.Paragraphs = many(textletter.MaxParagraphs + 1) }, "more than 1000 Paragraphs"},
		"characters":        {func(l *textletter.Letter) { l.Paragraphs[0].Text = strings.Repeat("æ", textletter.MaxText) }, "more than 100000 characters"},
		"pages":             {func(l *textletter.Letter) { l.Paragraphs[0].Text = strings.Repeat("æ\n", 50*textletter.MaxPages) }, "at most 50 are allowed"},
		"bytes in text":     {func(l *textletter.Letter) { l.Paragraphs[0].Text = "r\xf8d" }, "paragraph 1 is not UTF-8"},
		"heading":           {func(l *textletter.Letter) { l.Paragraphs[0].Heading = "a\nb" }, "the heading of paragraph 1 has control characters"},
		"no sender":         {func(l *textletter.Letter) { l.From.Name = "" }, "From.Name is empty"},
		"long sender":       {func(l *textletter.Letter) { l.From.Name = strings.Repeat("ø", 101) }, "From.Name is longer than 100 characters"},
		"sender's lines":    {func(l *textletter.Letter) { l.From.Lines = make([]string, textletter.MaxFrom+1) }, "From.Lines has more than 8 lines"},
		"empty line":        {func(l *textletter.Letter) { l.From.Lines = []string{"Ærø", ""} }, "line 2 of From.Lines is empty"},
		"crowded sender":    {func(l *textletter.Letter) { l.From.Lines = slicesOf(strings.Repeat("W", 100), 8) }, "From and Reference need more room"},
		"address lines":     {func(l *textletter.Letter) { l.To = slicesOf("Ærø", textletter.MaxTo+1) }, "To has more than 6 lines"},
		"empty address":     {func(l *textletter.Letter) { l.To = []string{""} }, "line 1 of To is empty"},
		"wide address":      {func(l *textletter.Letter) { l.To = []string{"Åse", strings.Repeat("Rødgrød ", 7)} }, "line 2 of To is wider than the window, which is 80 mm wide"},
		"long reference":    {func(l *textletter.Letter) { l.Reference = strings.Repeat("1", textletter.MaxReference+1) }, "Reference is longer than 60 characters"},
		"wide reference":    {func(l *textletter.Letter) { l.Reference = strings.Repeat("W", textletter.MaxReference) }, "Reference is too wide"},
		"http":              {func(l *textletter.Letter) { l.Paragraphs[0].URL = "http://svar.example/" }, "the URL of paragraph 1 is not an address with https"},
		"script":            {func(l *textletter.Letter) { l.Paragraphs[0].URL = "javascript:alert(1)" }, "the URL of paragraph 1"},
		"relative":          {func(l *textletter.Letter) { l.Paragraphs[0].URL = "/brev" }, "the URL of paragraph 1"},
		"without host":      {func(l *textletter.Letter) { l.Paragraphs[0].URL = "https://:443/x" }, "the URL of paragraph 1"},
		"password":          {func(l *textletter.Letter) { l.Paragraphs[0].URL = "https://a:b@svar.example/" }, "the URL of paragraph 1"},
		"address with æ":    {func(l *textletter.Letter) { l.Paragraphs[0].URL = "https://ærø.example/" }, "of ASCII"},
		"address with more": {func(l *textletter.Letter) { l.Paragraphs[0].URL = "https://svar.example/ x" }, "the URL of paragraph 1"},
		"long address":      {func(l *textletter.Letter) { l.Paragraphs[0].URL = "https://svar.example/" + strings.Repeat("a", 2000) }, "at most 2000 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			l := short()
			c.spoil(&l)
			err := refusal(t, l)
			assert.Contains(t, err, c.want)
			assert.NotContains(t, err, number)
		})
	}
}

func slicesOf(s string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = s
	}
	return all
}

// A letter's own values stay as they were.
func TestPDFChangesNothing(t *testing.T) {
	l := short()
	l.To, l.From.Lines = []string{"A\u030ase"}, []string{"O\u0308st"}
	l.Paragraphs[0] = textletter.Paragraph{Heading: "A\u030a", Text: "a\u030a\tb"}
	_, err := l.PDF()
	require.NoError(t, err)
	assert.Equal(t, []string{"A\u030ase"}, l.To)
	assert.Equal(t, []string{"O\u0308st"}, l.From.Lines)
	assert.Equal(t, textletter.Paragraph{Heading: "A\u030a", Text: "a\u030a\tb"}, l.Paragraphs[0])
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

func TestLogos(t *testing.T) {
	at := image.Rect(0, 0, 30, 30)
	palette := image.NewPaletted(at, color.Palette{color.Transparent, green})
	for i := range palette.Pix {
		palette.Pix[i] = 1
	}
	deep := image.NewNRGBA64(at)
	clear := image.NewNRGBA(at)
	grey := image.NewGray(at)
	for i := range 900 {
		x, y := i%30, i/30
		deep.Set(x, y, green)
		clear.Set(x, y, color.NRGBA{0, 0, 0, 0})
		grey.Set(x, y, color.Gray{0x20})
	}
	for name, c := range map[string]struct {
		logo []byte
		want color.NRGBA
	}{
		"palette":     {encoded(t, palette), green},
		"16 bits":     {encoded(t, deep), green},
		"transparent": {encoded(t, clear), color.NRGBA{0xff, 0xff, 0xff, 0xff}},
		"grey":        {encoded(t, grey), color.NRGBA{0x20, 0x20, 0x20, 0xff}},
		"half":        {plate(t, 30, 30, color.NRGBA{0, 0, 0, 0x80}), color.NRGBA{0x7f, 0x7f, 0x7f, 0xff}},
		"wide":        {plate(t, 4000, 2, green), color.NRGBA{0xff, 0xff, 0xff, 0xff}},
	} {
		t.Run(name, func(t *testing.T) {
			l := short()
			l.From.Logo = c.logo
			got := paper(t, put(t, l))(30, 30)
			assert.InDelta(t, c.want.R, got.R, 2)
			assert.InDelta(t, c.want.G, got.G, 2)
			assert.InDelta(t, c.want.B, got.B, 2)
		})
	}
}

func TestLogosThatAreRefused(t *testing.T) {
	good := plate(t, 30, 30, green)
	bomb := bytes.Clone(good) // says that it is 50,000 pixels wide
	copy(bomb[16:24], []byte{0, 0, 0xc3, 0x50, 0, 0, 0xc3, 0x50})
	for name, c := range map[string]struct {
		logo []byte
		want string
	}{
		"no PNG":     {[]byte("GIF89a"), "From.Logo is not a PNG"},
		"cut":        {good[:len(good)-30], "From.Logo is a PNG that is damaged"},
		"checksum":   {bomb, "From.Logo is not a PNG"},
		"large file": {append(bytes.Clone(good), make([]byte, textletter.MaxLogo)...), "larger than 1048576 bytes"},
		"long side":  {plate(t, 4001, 1, green), "a side of more than 4000"},
		"large area": {plate(t, 2000, 1100, green), "more than 2097152 pixels"},
	} {
		t.Run(name, func(t *testing.T) {
			l := short()
			l.From.Logo = c.logo
			assert.Contains(t, refusal(t, l), c.want)
		})
	}
}

// A link leads over https, or stays on this machine, where programs are tried.
func TestLinksOverHTTPStayOnThisMachine(t *testing.T) {
	for url, ok := range map[string]bool{
		"https://example.dk/sager": true, "http://localhost:8080/brev": true, "http://127.0.0.1:1/brev": true, "http://[::1]/brev": true,
		"http://example.dk/sager": false, "http://localhost.example.dk/": false, "http://10.0.0.1/": false, "http://0x7f.1/": false, "ftp://localhost/": false,
	} {
		l := short()
		l.Paragraphs = []textletter.Paragraph{{Text: "Læs mere", URL: url}}
		_, err := l.PDF()
		assert.Equal(t, ok, err == nil, url)
	}
}
