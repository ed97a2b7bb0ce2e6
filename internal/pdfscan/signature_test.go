package pdfscan_test

import (
	"bytes"
	"crypto"
	"crypto/sha512"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/internal/pdfscan"
)

// A mark is a signature dictionary to write by hand. Its Contents are a DER value of
// nobody: these tests are about what a signature covers.
type mark struct {
	more      string                // of the dictionary
	field     string                // if empty, a field of its own in the form
	contents  string                // if empty, a DER value and padding
	byteRange func(n [4]int) string // if nil, the right one
	form      string                // if empty, the form has the field
	subFilter string                // if empty, that of a signature
	page      string                // if not empty, the page in this update
}

// sign writes an update with a signature: object 10 is the form, 11 the field, 12 the
// signature dictionary.
func (w *writer) sign(m mark) []byte {
	w.begin()
	return w.signMore(m)
}

// withDefaults fills in what is empty.
func (m mark) withDefaults() mark {
	if m.contents == "" {
		m.contents = "<3003020101" + strings.Repeat("0", 20) + ">"
	}
	if m.form == "" {
		m.form = "<</Fields[11 0 R]/SigFlags 3>>"
	}
	if m.field == "" {
		m.field = "<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/V 12 0 R/Rect[0 0 0 0]>>"
	}
	if m.subFilter == "" {
		m.subFilter = "ETSI.CAdES.detached"
	}
	return m
}

// signMore is sign for an update that has begun.
func (w *writer) signMore(m mark) []byte {
	m = m.withDefaults()
	if m.page != "" {
		w.object(3, m.page)
	}
	w.object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R>>")
	w.object(10, m.form)
	w.object(11, m.field)
	const room = "[0000000000 0000000000 0000000000 0000000000]"
	w.object(12, "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/"+m.subFilter+"/ByteRange "+room+"/Contents "+m.contents+m.more+">>")
	pdf := w.table()
	from := bytes.LastIndex(pdf, []byte("/Contents "+m.contents)) + len("/Contents ")
	n := [4]int{0, from, from + len(m.contents), len(pdf) - from - len(m.contents)}
	text := fmt.Sprintf("[%d %d %d %d]", n[0], n[1], n[2], n[3])
	if m.byteRange != nil {
		text = m.byteRange(n)
	}
	at := bytes.LastIndex(pdf, []byte(room))
	copy(pdf[at:], text+strings.Repeat(" ", len(room)-len(text)))
	w.Reset()
	w.Write(pdf)
	return bytes.Clone(pdf)
}

// sealed is a plain document with one signature.
func sealed(m mark) []byte {
	w := plain()
	w.table()
	return w.sign(m)
}

func signatures(t *testing.T, pdf []byte) ([]pdfscan.Signature, error) {
	t.Helper()
	f, err := pdfscan.Open(pdf)
	require.NoError(t, err)
	return f.Signatures()
}

func TestSignaturesAreWhatTheFormNames(t *testing.T) {
	a, err := fakepdf.NewAuthority(fakepdf.Config{})
	require.NoError(t, err)
	for _, streamed := range []bool{false, true} {
		pdf := fakepdf.Document{Streamed: streamed, Pages: []fakepdf.Page{{Lines: []string{"Lejekontrakt æøå"}}}}.Bytes()
		var ends []int
		for _, contact := range []string{"Åse", "{}"} {
			pdf, err = a.Sign(pdf, fakepdf.Signature{At: time.Unix(2e9, 0), ContactInfo: contact})
			require.NoError(t, err)
			ends = append(ends, len(pdf))
		}
		pdf, err = a.Close(pdf, time.Unix(2e9, 0))
		require.NoError(t, err)
		f, err := pdfscan.Open(pdf)
		require.NoError(t, err)
		got, err := f.Signatures()
		require.NoError(t, err)
		require.Len(t, got, 3)
		assert.Equal(t, "Åse", got[0].ContactInfo, "in UTF-16")
		assert.Equal(t, "{}", got[1].ContactInfo)
		assert.False(t, got[0].Timestamp)
		assert.True(t, got[2].Timestamp)
		assert.Less(t, got[0].End, ends[0], "the proofs behind it are not covered")
		assert.Equal(t, len(pdf), got[2].End)
		for _, order := range [][]int{{0, 1, 2}, {2, 0, 1}} {
			for _, i := range order {
				assert.Len(t, got[i].Digest(crypto.SHA384), 48)
				assert.Equal(t, digestOf(pdf, &got[i]), got[i].Digest(crypto.SHA512), "in any order")
			}
		}
		_, err = f.Unchanged(0, true)
		require.NoError(t, err)
	}
	none, err := signatures(t, fakepdf.New())
	require.NoError(t, err)
	assert.Empty(t, none)
}

// digestOf finds the gap by a search for the Contents, which only a genuine file allows.
func digestOf(pdf []byte, s *pdfscan.Signature) []byte {
	at := max(bytes.Index(pdf, fmt.Appendf(nil, "<%x", s.Contents)), bytes.Index(pdf, fmt.Appendf(nil, "<%X", s.Contents)))
	end := at + bytes.IndexByte(pdf[at:], '>') + 1
	d := sha512.Sum512(append(bytes.Clone(pdf[:at]), pdf[end:s.End]...))
	return d[:]
}

func TestSignatureReadsContactInfo(t *testing.T) {
	for title, c := range map[string]struct{ written, want string }{
		"literal":           {`(\173"meta":"\(x\)"})`, `{"meta":"(x)"}`},
		"PDFDocEncoding":    {"(\xc6\xd8\xc5 \x80)", "ÆØÅ •"},
		"hexadecimal":       {"<7b7D>", "{}"},
		"UTF-16":            {"<FEFF00C600D800C5>", "ÆØÅ"},
		"UTF-16, a pair":    {"<FEFFD83DDE00>", "😀"},
		"UTF-8":             {"(\xef\xbb\xbf\u00c6)", "Æ"},
		"in another object": {"14 0 R", "æ andet sted"},
		"in no object":      {"99 0 R", ""},
		"missing":           {"null", ""},
		"broken line":       {"(a\\\nb\r\nc)", "ab\nc"},
	} {
		t.Run(title, func(t *testing.T) {
			w := plain()
			w.object(14, "(\xe6 andet sted)")
			w.table()
			got, err := signatures(t, w.sign(mark{more: "/ContactInfo " + c.written}))
			require.NoError(t, err)
			require.Len(t, got, 1)
			assert.Equal(t, c.want, got[0].ContactInfo)
		})
	}
	for _, bad := range []string{"7", "/Name", "<FEFF00>", "<FEFFD83D>", "<EFBBBFFF>", "(\x7f)", "[(x)]"} {
		_, err := signatures(t, sealed(mark{more: "/ContactInfo " + bad}))
		wantReason(t, pdfscan.Forged, err)
	}
}

func TestSignatureFieldsAreFoundByTheForm(t *testing.T) {
	for title, c := range map[string]struct {
		m    mark
		more []string // objects 20 and on
		want int
	}{
		"field and widget in one":  {mark{}, nil, 1},
		"type inherited":           {mark{field: "<</FT/Sig/T(a)/Kids[20 0 R]>>"}, []string{"<</Parent 11 0 R/T(b)/V 12 0 R>>"}, 1},
		"fields in another object": {mark{form: "<</Fields 20 0 R>>"}, []string{"[11 0 R]"}, 1},
		"no field names it":        {mark{form: "<</Fields[]>>"}, nil, 0},
		"field without a value":    {mark{field: "<</FT/Sig/T(a)>>"}, nil, 0},
		"text field with a value":  {mark{field: "<</FT/Tx/V 12 0 R>>"}, nil, 0},
	} {
		t.Run(title, func(t *testing.T) {
			w := plain()
			for i, o := range c.more {
				w.object(20+i, o)
			}
			w.table()
			got, err := signatures(t, w.sign(c.m))
			require.NoError(t, err)
			assert.Len(t, got, c.want)
		})
	}
}

func TestSignatureThatDoesNotCoverItsUpdate(t *testing.T) {
	ranges := func(format string, pick ...int) func([4]int) string {
		return func(n [4]int) string {
			var v []any
			for _, i := range pick {
				v = append(v, n[i])
			}
			return fmt.Sprintf(format, v...)
		}
	}
	for title, m := range map[string]mark{
		"range not from 0":              {byteRange: ranges("[1 %d %d %d]", 1, 2, 3)},
		"range of three numbers":        {byteRange: ranges("[0 %d %d]", 1, 2)},
		"range of five numbers":         {byteRange: ranges("[0 %d %d %d 0]", 1, 2, 3)},
		"range with a negative number":  {byteRange: ranges("[0 %d %d -%d]", 1, 2, 3)},
		"range with a huge number":      {byteRange: ranges("[0 %d %d 9223372036854775807]", 1, 2)},
		"range with a fraction":         {byteRange: ranges("[0 %d %d %d.0]", 1, 2, 3)},
		"range in a text":               {byteRange: ranges("(0 %d %d %d)", 1, 2, 3)},
		"range in another object":       {byteRange: ranges("14 0 R")},
		"range with a reference":        {byteRange: ranges("[0 14 0 R %d %d]", 2, 3)},
		"gap a byte wider before":       {byteRange: func(n [4]int) string { return fmt.Sprintf("[0 %d %d %d]", n[1]-1, n[2], n[3]) }},
		"gap a byte wider behind":       {byteRange: func(n [4]int) string { return fmt.Sprintf("[0 %d %d %d]", n[1], n[2]+1, n[3]-1) }},
		"gap a byte narrower":           {byteRange: func(n [4]int) string { return fmt.Sprintf("[0 %d %d %d]", n[1]+1, n[2]-1, n[3]+1) }},
		"no gap":                        {byteRange: func(n [4]int) string { return fmt.Sprintf("[0 %d %d %d]", n[1], n[1], n[3]) }},
		"end a byte too early":          {byteRange: func(n [4]int) string { return fmt.Sprintf("[0 %d %d %d]", n[1], n[2], n[3]-2) }},
		"end a byte too late":           {byteRange: func(n [4]int) string { return fmt.Sprintf("[0 %d %d %d]", n[1], n[2], n[3]+1) }},
		"Contents in another object":    {contents: "14 0 R"},
		"Contents in parentheses":       {contents: "(0\x03\x02\x01\x01)"},
		"Contents with blanks":          {contents: "<3003 020101>"},
		"Contents with half a byte":     {contents: "<30030201010>"},
		"Contents empty":                {contents: "<>"},
		"Contents zero":                 {contents: "<0000000000>"},
		"Contents no sequence":          {contents: "<020101>"},
		"Contents cut":                  {contents: "<30050201>"},
		"Contents without an end":       {contents: "<3080020101>"},
		"Contents and something behind": {contents: "<300302010100000001>"},
		"no Filter":                     {more: "/Filter null"},
	} {
		t.Run(title, func(t *testing.T) {
			w := plain()
			w.object(14, "[0 1 2 3]")
			w.table()
			pdf := w.sign(m)
			if title == "no Filter" {
				pdf = bytes.Replace(sealed(mark{}), []byte("/Filter/Adobe.PPKLite"), []byte("/Filtes/Adobe.PPKLite"), 1)
			}
			_, err := signatures(t, pdf)
			wantReason(t, pdfscan.Forged, err)
		})
	}
}

func TestSignatureThatIsNotOneFieldsAlone(t *testing.T) {
	w := plain()
	w.object(20, "<</FT/Sig/T(b)/V 12 0 R>>")
	w.table()
	_, err := signatures(t, w.sign(mark{form: "<</Fields[11 0 R 20 0 R]>>"}))
	wantReason(t, pdfscan.Forged, err)

	_, err = signatures(t, sealed(mark{field: "<</FT/Sig/V<</Contents<00>>>>>"}))
	wantReason(t, pdfscan.Forged, err)

	for _, kids := range []string{"[11 0 R]", "[12 0 R 12 0 R]", "7", "[7]"} { // circles and the like
		_, err = signatures(t, sealed(mark{field: "<</FT/Sig/T(a)/Kids" + kids + ">>"}))
		wantReason(t, pdfscan.Malformed, err)
	}
}

func TestSignatureDictionaryInAnObjectStream(t *testing.T) {
	w := plain()
	w.table()
	w.begin()
	w.trailer = "/Root 1 0 R/Size 100"
	pdf := w.packed(30, map[int]string{
		1: "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[11 0 R]>>>>", 11: "<</FT/Sig/V 12 0 R>>",
		12: "<</Type/Sig/Filter/A/SubFilter/B/ByteRange[0 1 2 3]/Contents<3000>>>",
	})
	_, err := signatures(t, pdf)
	wantReason(t, pdfscan.Forged, err)
}

// The first state names an object that only the update behind it has: what is signed
// first would be decided later.
func TestObjectBehindTheUpdateThatNamesIt(t *testing.T) {
	at := 0
	for range 2 {
		w := plain()
		w.entries[5] = at
		if at == 0 {
			w.entries[5] = 9
		}
		at = len(w.table())
		w.begin()
		w.object(5, "(x)")
		delete(w.entries, 5)
		pdf := w.table()
		_, err := pdfscan.Open(pdf)
		if w.entries[5] == 0 && bytes.Contains(pdf, fmt.Appendf(nil, "5 1\n%010d", at)) {
			wantReason(t, pdfscan.Malformed, err)
			return
		}
	}
	t.Fatal("the file was not made")
}

func TestOlderStartxrefThatLeadsElsewhere(t *testing.T) {
	pdf := sealed(mark{})
	at := bytes.Index(pdf, []byte("startxref\n")) + len("startxref\n")
	pdf[at] ^= 1
	_, err := pdfscan.Open(pdf)
	wantReason(t, pdfscan.Malformed, err)
}
