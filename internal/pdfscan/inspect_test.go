package pdfscan_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/internal/pdfscan"
	"github.com/dkeid/dkeid/internal/toolstest"
)

type found = pdfscan.Found

func TestInspectFindsWhatIsPlanted(t *testing.T) {
	script := found{Scripts: true}
	for plant, want := range map[fakepdf.Plant]found{
		fakepdf.JavaScriptAtOpening: script, fakepdf.JavaScriptNamed: script, fakepdf.JavaScriptOnPage: script, fakepdf.JavaScriptInLink: script,
		fakepdf.JavaScriptEscaped: script, fakepdf.LaunchAtOpening: script,
		fakepdf.HiddenLayer: {Layers: true}, fakepdf.FormOverlay: {Forms: true}, fakepdf.DynamicForm: {Forms: true}, fakepdf.UnsignedField: {Forms: true},
		fakepdf.EarlierUpdate: {EarlierUpdate: true}, fakepdf.EmbeddedFile: {Attachments: true},
	} {
		for _, streamed := range []bool{false, true} {
			t.Run(fmt.Sprint(plant, streamed), func(t *testing.T) {
				got, err := pdfscan.Inspect(fakepdf.Document{Streamed: streamed, Plants: []fakepdf.Plant{plant}}.Bytes())
				require.NoError(t, err)
				assert.Equal(t, want, got)
			})
		}
	}
	assert.Len(t, fakepdf.Plants(), 13, "a new plant needs a row here")
	_, err := pdfscan.Inspect(fakepdf.Document{Plants: []fakepdf.Plant{fakepdf.EncryptionMarker}}.Bytes())
	wantReason(t, pdfscan.Encrypted, err)
}

func TestInspectTakesPlainDocuments(t *testing.T) {
	for _, streamed := range []bool{false, true} {
		got, err := pdfscan.Inspect(fakepdf.Document{Title: "Lejekontrakt æøå", Streamed: streamed, Pages: make([]fakepdf.Page, 3)}.Bytes())
		require.NoError(t, err)
		assert.False(t, got.Any())
	}
	for title, object := range map[string]string{
		"link":                      "<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://example.dk/\xe6)>>>>",
		"jump":                      "<</OpenAction[3 0 R/FitH null]>>",
		"jump as an action":         "<</OpenAction<</S/GoTo/D[3 0 R/Fit]>>>>",
		"the words in a string":     "(/JavaScript /OpenAction << /S /Launch >> \\) %%EOF)",
		"the words in a comment":    "% /JavaScript /AA\n<</A(1)>>",
		"the words in a content":    stream("", "/JavaScript BT (x) Tj ET %%EOF startxref"),
		"no attachments":            "<</Names<</EmbeddedFiles<</Names[]>>>>>>",
		"no fields":                 "<</AcroForm<</Fields[]>>>>",
		"no fields, by a reference": "<</AcroForm 5 0 R>>",
		"structure":                 "<</Type/StructElem/S/P/A<</O/Layout>>>>",
		"numbers":                   "[1 -2 +3 4. .5 -.6 1000000000000 (a) <61> true false null /N]",
		"string with all escapes": `(\n\r\t\b\f\(\)\\\101\7\12x\
y (nested) æ)`,
	} {
		t.Run(title, func(t *testing.T) {
			got, err := pdfscan.Inspect(plain(object, "<</Fields[]>>").table())
			require.NoError(t, err)
			assert.Equal(t, found{}, got)
		})
	}
}

func TestInspectSeesThroughDisguises(t *testing.T) {
	script := found{Scripts: true}
	for title, c := range map[string]struct {
		objects []string
		want    found
	}{
		"name in escapes":               {[]string{"<</S/#4aava#53cript>>"}, script},
		"key in escapes":                {[]string{"<</#4a#53(x)>>"}, script},
		"name in another letter case":   {[]string{"<</S/JAVASCRIPT>>"}, script},
		"name in another object":        {[]string{"<</S 5 0 R>>", "/JavaScript"}, script},
		"type in another object":        {[]string{"<</Type 5 0 R>>", "/OCG"}, found{Layers: true}},
		"action in another object":      {[]string{"<</OpenAction 5 0 R>>", "<</S/Unheard>>"}, script},
		"in an array in an array":       {[]string{"[[[<</S/Launch/F(x)>>]]]"}, script},
		"in the dictionary of a stream": {[]string{stream("/AA<</O 1>>", "x")}, script},
		"comment between key and value": {[]string{"<</S%\n/JavaScript>>"}, script},
		"no blanks":                     {[]string{"<</A<</S/SubmitForm/F(x)>>>>"}, script},
		"address that is a script":      {[]string{"<</S/URI/URI(java\tscript:alert\\(1\\))>>"}, script},
		"address in UTF-16":             {[]string{"<</S/URI/URI<FEFF004A006100760061005300630072006900700074003A>>>"}, script},
		"address in another object":     {[]string{"<</S/URI/URI 5 0 R>>", "(JavaScript:x)"}, script},
		"unknown action":                {[]string{"<</Type/Action/S/Nyt>>"}, script},
		"rich media":                    {[]string{"<</Subtype/RichMedia>>"}, script},
		"import of data":                {[]string{"<</S/ImportData>>"}, script},
		"layer of an annotation":        {[]string{"<</OC 5 0 R>>", "null"}, found{Layers: true}},
		"membership of layers":          {[]string{"<</Type/OCMD>>"}, found{Layers: true}},
		"another image for printing":    {[]string{"<</Subtype/Image/Alternates[5 0 R]>>"}, found{Layers: true}},
		"portfolio":                     {[]string{"<</Collection<<>>>>"}, found{Attachments: true}},
		"field":                         {[]string{"<</FT/Tx>>"}, found{Forms: true}},
		"form in another object":        {[]string{"<</AcroForm 5 0 R>>", "<</Fields[6 0 R]>>"}, found{Forms: true}},
		"fields in another object":      {[]string{"<</AcroForm<</Fields 5 0 R>>>>", "[6 0 R]"}, found{Forms: true}},
		"signature":                     {[]string{"<</Type/Sig/ByteRange[0 1 2 3]>>"}, found{Signed: true}},
		"certification":                 {[]string{"<</Perms<</DocMDP 5 0 R>>>>"}, found{Signed: true}},
		"attachment":                    {[]string{"<</Type/Filespec/EF<</F 5 0 R>>>>"}, found{Attachments: true}},
		"attachments in a tree":         {[]string{"<</EmbeddedFiles<</Kids[5 0 R]>>>>"}, found{Attachments: true}},
		"stream in another file":        {[]string{stream("/F(other.pdf)", "x")}, found{Elsewhere: true}},
		"form of another file":          {[]string{"<</Ref 5 0 R>>", "<</F(other.pdf)>>"}, found{Elsewhere: true}},
	} {
		t.Run(title, func(t *testing.T) {
			got, err := pdfscan.Inspect(plain(c.objects...).table())
			require.NoError(t, err)
			assert.Equal(t, c.want, got)

			packed := map[int]string{}
			for i, o := range c.objects {
				if strings.Contains(o, "stream\n") {
					return // a stream is not in an object stream
				}
				packed[10+i] = strings.ReplaceAll(strings.ReplaceAll(o, "5 0 R", "11 0 R"), "6 0 R", "12 0 R")
			}
			got, err = pdfscan.Inspect(plain().packed(20, packed))
			require.NoError(t, err)
			assert.Equal(t, c.want, got, "in an object stream")
		})
	}
}

func TestInspectFindsWhatAnUpdateHasReplaced(t *testing.T) {
	w := plain("<</S/JavaScript>>")
	w.table()
	w.begin()
	w.object(4, "null")
	got, err := pdfscan.Inspect(w.table())
	require.NoError(t, err)
	assert.Equal(t, found{Scripts: true, EarlierUpdate: true}, got)
}

func wantReason(t *testing.T, want pdfscan.Reason, err error) {
	t.Helper()
	var e *pdfscan.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, want.String(), e.Reason.String(), "%v", err)
}

func TestInspectRefusesWhatCanBeReadInTwoWays(t *testing.T) {
	good := plain("<</A(1)>>").table()
	in := func(old, now string) []byte { return bytes.Replace(bytes.Clone(good), []byte(old), []byte(now), 1) }
	circle := plain()
	circle.prev = circle.Len()
	ahead := plain()
	ahead.trailer += "/Prev 9999999"
	stranger := plain()
	stranger.WriteString("7 0 obj\n<</S/JavaScript>>\nendobj\n") // which no section knows
	overlap := plain("(7 0 obj <</A 1>> endobj)")
	overlap.entries[7] = overlap.entries[4] + len("4 0 obj\n(")
	hybrid := plain()
	for title, c := range map[string]struct {
		pdf    []byte
		reason pdfscan.Reason
	}{
		"nothing":                         {nil, pdfscan.NotPDF},
		"a page for people":               {[]byte("<html>%PDF-1.7</html>"), pdfscan.NotPDF},
		"a byte before":                   {append([]byte("\n"), good...), pdfscan.NotPDF},
		"version 3":                       {in("%PDF-1.7", "%PDF-3.7"), pdfscan.NotPDF},
		"cut":                             {good[:len(good)-20], pdfscan.Cut},
		"text behind":                     {append(bytes.Clone(good), "æ"...), pdfscan.Cut},
		"comment behind":                  {append(bytes.Clone(good), "% x"...), pdfscan.Cut},
		"encrypted":                       {in("/Size 100", "/Encrypt 4 0 R"), pdfscan.Encrypted},
		"startxref elsewhere":             {in("startxref\n", "startxref\n1"), pdfscan.Malformed},
		"startxref on a blank":            {in("startxref\n", "startxref\n0 "), pdfscan.Malformed},
		"sections in a circle":            {circle.table(), pdfscan.Malformed},
		"section behind the end":          {ahead.table(), pdfscan.Malformed},
		"object that no section knows":    {stranger.table(), pdfscan.Malformed},
		"objects that overlap":            {overlap.table(), pdfscan.Malformed},
		"entry of another object":         {in("4 0 obj", "5 0 obj"), pdfscan.Malformed},
		"entry of another generation":     {in("4 0 obj", "4 1 obj"), pdfscan.Malformed},
		"key twice":                       {in("<</A(1)>>", "<</A 1/A 2>>"), pdfscan.Malformed},
		"key twice, once in escapes":      {in("<</A(1)>>", "<</A 1/#41 2>>"), pdfscan.Malformed},
		"key that is no name":             {in("<</A(1)>>", "<<(A) 1>>"), pdfscan.Malformed},
		"half an escape":                  {in("<</A(1)>>", "<</A#4(1)>>"), pdfscan.Malformed},
		"zero byte in a name":             {in("<</A(1)>>", "<</A#00(1)>>"), pdfscan.Malformed},
		"string without an end":           {in("(1)", "(((1)"), pdfscan.Malformed},
		"hexadecimal string with letters": {in("(1)", "<6g>"), pdfscan.Malformed},
		"unknown word":                    {in("(1)", " nul"), pdfscan.Malformed},
		"number with two points":          {in("(1)", " 1.2.3"), pdfscan.Malformed},
		"object without an end":           {in("(1)>>\nendobj", "(1)>>\nendob "), pdfscan.Malformed},
		"no catalog":                      {in("/Root 1 0 R", "/Root 3 0 R"), pdfscan.Malformed},
		"no pages":                        {in("/Kids[3 0 R]", "/Kid [3 0 R]"), pdfscan.Malformed},
		"stream of another length":        {plain("<</Length 3>>stream\nabcd\nendstream").table(), pdfscan.Malformed},
		"stream of negative length":       {plain("<</Length -3>>stream\nabcd\nendstream").table(), pdfscan.Malformed},
		"stream of endless length":        {plain("<</Length 99999999999999999999>>stream\nabcd\nendstream").table(), pdfscan.Malformed},
		"stream whose length is itself":   {plain("<</Length 4 0 R>>stream\nabcd\nendstream").table(), pdfscan.Malformed},
		"length of a length of a length":  {plain("<</Length 5 0 R>>stream\na\nendstream", "<</Length 4 0 R>>stream\na\nendstream").table(), pdfscan.Malformed},
		"stream without a new line":       {plain("<</Length 3>>stream abc\nendstream").table(), pdfscan.Malformed},
		"depth":                           {plain(strings.Repeat("[", 100) + strings.Repeat("]", 100)).table(), pdfscan.TooLarge},
		"unknown packing":                 {plain().packedBy("/ASCIIHexDecode", "00"), pdfscan.Malformed},
		"hybrid that does not agree":      {hybrid.hybrid("<</S/JavaScript>>", true), pdfscan.Malformed},
	} {
		t.Run(title, func(t *testing.T) {
			got, err := pdfscan.Inspect(c.pdf)
			wantReason(t, c.reason, err)
			assert.Equal(t, found{}, got)
		})
	}
}

// packedBy writes a cross-reference stream packed in some way.
func (w *writer) packedBy(filter, data string) []byte {
	start := w.Len()
	fmt.Fprintf(w, "9 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", stream("/Type/XRef/W[1 4 2]/Filter"+filter+w.trailer, data), start)
	return w.Bytes()
}

// hybrid writes a table, and a cross-reference stream beside it that knows object 4 as
// well; if contradicts, elsewhere than the table.
func (w *writer) hybrid(object string, contradicts bool) []byte {
	at := w.Len()
	w.object(4, object)
	if contradicts {
		w.object(4, "<</A(1)>>")
	} else {
		delete(w.entries, 4)
	}
	start := w.Len()
	fmt.Fprintf(w, "9 0 obj\n%s\nendobj\n", stream("/Type/XRef/W[1 4 2]/Index[4 1]/Size 10", row(1, at, 0)))
	w.trailer += fmt.Sprintf("/XRefStm %d", start)
	return w.table()
}

func TestInspectReadsHybridFiles(t *testing.T) {
	got, err := pdfscan.Inspect(plain().hybrid("<</S/JavaScript>>", false))
	require.NoError(t, err)
	assert.Equal(t, found{Scripts: true}, got, "the object is in the stream alone")
}

func TestInspectUndoesPredictors(t *testing.T) {
	w := plain("<</S/Launch>>")
	rows, index := "", ""
	for n, at := range w.entries {
		index += fmt.Sprintf("%d 1 ", n)
		rows += row(1, at, 0)
	}
	got, err := pdfscan.Inspect(w.packedBy("/FlateDecode/DecodeParms<</Predictor 12/Columns 7>>/Index["+index+"]", deflated(predicted(rows, 7))))
	require.NoError(t, err)
	assert.Equal(t, found{Scripts: true}, got)
}

func TestInspectIsBounded(t *testing.T) {
	noise := make([]byte, 1_000_000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	noise = bytes.Repeat(noise, 20)
	copy(noise, "%PDF-1.7\n")
	end := "\nstartxref\n9\n%%EOF\n"
	copy(noise[len(noise)-len(end):], end)

	bomb := plain()
	bomb.object(20, stream("/Type/ObjStm/Filter/FlateDecode/N 1/First 5", inflating(65)))
	bombs := bomb.packed(30, map[int]string{10: "null"})

	many := plain()
	many.object(4, "["+strings.Repeat("0 ", 2_100_000)+"]")
	names := plain()
	names.object(4, strings.Repeat("<</A", 1_000_000))
	entries := plain()
	entries.trailer += "/Index[0 100000000]"
	updates := plain()
	for range 2100 {
		updates.table()
		updates.begin()
	}
	for title, pdf := range map[string][]byte{
		"20 MB of rubbish": noise, "inflating to 65 MB": bombs, "two million numbers": many.table(), "a million dictionaries in each other": names.table(),
		"a hundred million objects": entries.packedBy("/FlateDecode", deflated(row(1, 1, 0))), "2,100 updates": updates.table(),
		"20 MB of brackets": append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("<<"), 10_000_000)...),
	} {
		t.Run(title, func(t *testing.T) {
			began := time.Now()
			_, err := pdfscan.Inspect(pdf)
			var e *pdfscan.Error
			assert.ErrorAs(t, err, &e)
			t.Log(err, time.Since(began))
		})
	}
	large, err := pdfscan.Inspect(plain(stream("", string(noise))).table())
	require.NoError(t, err)
	assert.False(t, large.Any(), "20 MB in a stream are no problem")
}

// inflating is a packed stream that unpacks to so many megabytes of spaces. It has no
// checksum: nobody should come that far.
func inflating(megabytes int) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 1<<20))
	_ = z.Flush() // so that the next block begins with a byte
	return b.String() + strings.Repeat(b.String()[2:], megabytes)
}

// A test that finds no qpdf is skipped; with DKEID_NO_SKIP=1 it fails.
func TestInspectReadsWhatQPDFWrites(t *testing.T) {
	qpdf := toolstest.Program(t, "qpdf", "qpdf is not installed: apt-get install qpdf")
	dir := t.TempDir()
	in := filepath.Join(dir, "in.pdf")
	require.NoError(t, os.WriteFile(in, fakepdf.Document{Title: "æøå", Pages: make([]fakepdf.Page, 12)}.Bytes(), 0o600))
	for _, how := range [][]string{{"--linearize"}, {"--object-streams=generate"}, {"--linearize", "--object-streams=generate"}} {
		out := filepath.Join(dir, "out.pdf")
		require.NoError(t, exec.Command(qpdf, append(how, in, out)...).Run(), how)
		pdf, err := os.ReadFile(out)
		require.NoError(t, err)
		got, err := pdfscan.Inspect(pdf)
		require.NoError(t, err, how)
		assert.Equal(t, found{}, got, how)
	}
}
