package pdfscan_test

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/pdfscan"
)

// branched is a document of three pages, two in one node of the page tree and one in
// another, with an update that later tells.
func branched(t *testing.T, later map[int]string) *pdfscan.File {
	t.Helper()
	w := plain()
	w.object(2, "<</Type/Pages/Kids[20 0 R 21 0 R]/Count 3>>")
	w.object(20, "<</Type/Pages/Parent 2 0 R/Kids[3 0 R 22 0 R]/Count 2>>")
	w.object(21, "<</Type/Pages/Parent 2 0 R/Kids[23 0 R]/Count 1>>")
	w.object(22, "<</Type/Page/Parent 20 0 R/MediaBox[0 0 595 842]>>")
	w.object(23, "<</Type/Page/Parent 21 0 R/MediaBox[0 0 595 842]>>")
	w.table()
	w.begin()
	for _, n := range slices.Sorted(maps.Keys(later)) {
		w.object(n, later[n])
	}
	f, err := pdfscan.Open(w.table())
	require.NoError(t, err)
	return f
}

func TestPagesAreAddedAtTheEndAlone(t *testing.T) {
	const page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
	for title, c := range map[string]struct {
		later map[int]string
		good  bool
	}{
		"to the root":      {map[int]string{2: "<</Type/Pages/Kids[20 0 R 21 0 R 30 0 R]/Count 4>>", 30: page}, true},
		"to the last node": {map[int]string{2: "<</Type/Pages/Kids[20 0 R 21 0 R]/Count 4>>", 21: "<</Type/Pages/Parent 2 0 R/Kids[23 0 R 30 0 R]/Count 2>>", 30: page}, true},
		"as a node":        {map[int]string{2: "<</Type/Pages/Kids[20 0 R 21 0 R 31 0 R]/Count 4>>", 31: "<</Type/Pages/Parent 2 0 R/Kids[30 0 R]/Count 1>>", 30: page}, true},

		"to the first node":      {map[int]string{2: "<</Type/Pages/Kids[20 0 R 21 0 R]/Count 4>>", 20: "<</Type/Pages/Parent 2 0 R/Kids[3 0 R 22 0 R 30 0 R]/Count 3>>", 30: page}, false},
		"and fewer are counted":  {map[int]string{2: "<</Type/Pages/Kids[20 0 R 21 0 R 30 0 R]/Count 1>>", 30: page}, false},
		"and more are counted":   {map[int]string{2: "<</Type/Pages/Kids[20 0 R 21 0 R 30 0 R]/Count 5>>", 30: page}, false},
		"none, and fewer count":  {map[int]string{2: "<</Type/Pages/Kids[20 0 R 21 0 R]/Count 2>>"}, false},
		"none, and a node does":  {map[int]string{20: "<</Type/Pages/Parent 2 0 R/Kids[3 0 R 22 0 R]/Count 1>>"}, false},
		"a node with old pages":  {map[int]string{2: "<</Type/Pages/Kids[20 0 R 21 0 R 31 0 R]/Count 4>>", 31: "<</Type/Pages/Parent 2 0 R/Kids[3 0 R]/Count 1>>"}, false},
		"a node that is a loop":  {map[int]string{2: "<</Type/Pages/Kids[20 0 R 21 0 R 31 0 R]/Count 4>>", 31: "<</Type/Pages/Parent 2 0 R/Kids[31 0 R]/Count 1>>"}, false},
		"something without type": {map[int]string{2: "<</Type/Pages/Kids[20 0 R 21 0 R 30 0 R]/Count 4>>", 30: "<</MediaBox[0 0 595 842]>>"}, false},
	} {
		t.Run(title, func(t *testing.T) {
			grown, err := branched(t, c.later).Unchanged(0, true)
			assert.Equal(t, c.good, err == nil, "%v", err)
			assert.Equal(t, c.good, grown && err == nil)
		})
	}
}

// The appearance of what was there stays as it is. The update acts, or shows something by
// other means.
func TestUpdatesNeitherActNorHide(t *testing.T) {
	const widget = "/Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/V 12 0 R/Rect[0 0 0 0]"
	page := "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Annots[11 0 R]>>"
	for title, field := range map[string]string{
		"script when the page is seen": "<<" + widget + "/AA<</PV<</S/JavaScript/JS(app.alert(1))>>>>>>",
		"action":                       "<<" + widget + "/A<</S/Launch/F(a.exe)>>>>",
		"layer":                        "<<" + widget + "/OC<</Type/OCG/Name(x)>>>>",
		"attachment":                   "<<" + widget + "/AF[<</Type/Filespec/EF<<>>>>]>>",
	} {
		t.Run(title, func(t *testing.T) {
			f, err := pdfscan.Open(sealed(mark{page: page, field: field}))
			require.NoError(t, err)
			_, err = f.Unchanged(0, false)
			wantReason(t, pdfscan.Modified, err)
		})
	}
	f, err := pdfscan.Open(sealed(mark{page: page, field: "<<" + widget + ">>"}))
	require.NoError(t, err)
	_, err = f.Unchanged(0, false)
	assert.NoError(t, err, "the widget alone")
}

// Readers that do not know cross-reference streams see the page deleted.
func TestUpdateWithTwoSections(t *testing.T) {
	for title, deleted := range map[string]bool{"the table calls the page free": true, "the table does not name the page": false} {
		t.Run(title, func(t *testing.T) {
			w := plain()
			w.table()
			w.sign(mark{})
			w.begin()
			at := w.Len()
			w.object(40, stream("/Type/XRef/W[1 4 2]/Index[3 1]/Size 100", row(1, bytesIndex(w, "3 0 obj"), 0)))
			w.trailer += "/XRefStm " + decimal(at)
			pdf := w.table()
			if deleted {
				from := bytes.LastIndex(pdf, []byte("xref\n40 1\n"))
				pdf = slices.Concat(pdf[:from], []byte("xref\n3 1\n0000000000 00001 f \n"), pdf[from+len("xref\n"):])
			}
			f, err := pdfscan.Open(pdf)
			require.NoError(t, err)
			_, err = f.Unchanged(1, false)
			if deleted {
				wantReason(t, pdfscan.Modified, err)
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func bytesIndex(w *writer, s string) int { return bytes.Index(w.Bytes(), []byte(s)) }

func decimal(n int) string { return strconv.Itoa(n) }

// A thousand updates each bring back one of two long objects. Comparing them whole each
// time takes twenty seconds where they have 500,000 values.
func TestUpdatesDoNotBringObjectsBack(t *testing.T) {
	long := "<</Type/Page/Parent 2 0 R/X[" + strings.Repeat("1 ", 50_000) + "]>>"
	w := plain()
	w.object(3, long)
	places := [2]int{w.entries[3]}
	w.table()
	w.begin()
	w.object(3, long)
	places[1] = w.entries[3]
	w.table()
	for i := range 1000 {
		w.begin()
		w.entries[3] = places[i%2]
		w.table()
	}
	w.begin()
	w.object(40, "1")
	f, err := pdfscan.Open(w.table())
	require.NoError(t, err)
	_, err = f.Unchanged(0, false)
	wantReason(t, pdfscan.Modified, err)

	w = plain()
	w.table()
	entry := w.entries[3]
	w.begin()
	w.entries[3] = entry
	f, err = pdfscan.Open(w.table())
	require.NoError(t, err)
	_, err = f.Unchanged(0, false)
	assert.NoError(t, err, "an entry that says the same again")
}
