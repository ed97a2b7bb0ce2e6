package pdfscan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/pdfscan"
)

func TestSignatureThatALaterUpdateTouches(t *testing.T) {
	for title, c := range map[string]struct {
		later  map[int]string
		reason pdfscan.Reason
	}{
		"dictionary replaced": {map[int]string{12: "<</Type/Sig/Filter/A/SubFilter/B/ByteRange[0 1 2 3]/Contents<3000>>>"}, pdfscan.Modified},
		"dictionary under another number": {map[int]string{
			11: "<</FT/Sig/V 30 0 R>>", 30: "<</Type/Sig/Filter/A/SubFilter/B/ByteRange[0 1 2 3]/Contents<3000>>>",
		}, pdfscan.Forged},
		"another field": {map[int]string{10: "<</Fields[30 0 R]>>", 30: "<</FT/Sig/V 12 0 R>>"}, pdfscan.Modified},
	} {
		t.Run(title, func(t *testing.T) {
			w := plain()
			w.table()
			w.sign(mark{})
			w.begin()
			for n, o := range c.later {
				w.object(n, o)
			}
			_, err := signatures(t, w.table())
			wantReason(t, c.reason, err)
		})
	}
}

func TestUnchangedTakesWhatSignaturesNeed(t *testing.T) {
	for title, later := range map[string]map[int]string{
		"nothing":                      {},
		"an object like before":        {3: "<</Type/Page /Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>"},
		"proofs":                       {1: "<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R/DSS 30 0 R>>", 30: "<</Certs[31 0 R]>>", 31: stream("", "x")},
		"a date":                       {40: "<</ModDate(x)>>"},
		"an object that nothing shows": {41: "(æ)"},
	} {
		t.Run(title, func(t *testing.T) {
			w := plain()
			w.object(41, "(x)")
			w.table()
			w.sign(mark{})
			w.begin()
			for n, o := range later {
				w.object(n, o)
			}
			f, err := pdfscan.Open(w.table())
			require.NoError(t, err)
			all, err := f.Signatures()
			require.NoError(t, err)
			_, err = f.Unchanged(all[0].Revision(), false)
			assert.NoError(t, err)
		})
	}
}

func TestUnchangedTakesAWidgetOfItsOwn(t *testing.T) {
	const page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Annots["
	for title, c := range map[string]struct {
		field, kid, annots string
		genuine            bool
	}{
		"genuine":                           {"/V 12 0 R/Kids[13 0 R]", "/Subtype/Widget/Parent 11 0 R/Rect[0 0 9 9]", "13 0 R", true},
		"no kid of the field":               {"/V 12 0 R/Kids[14 0 R]", "/Subtype/Widget/Parent 11 0 R/Rect[0 0 9 9]", "13 0 R", false},
		"two widgets":                       {"/V 12 0 R/Kids[13 0 R 14 0 R]", "/Subtype/Widget/Parent 11 0 R/Rect[0 0 9 9]", "13 0 R", false},
		"not a widget":                      {"/V 12 0 R/Kids[13 0 R]", "/Subtype/FreeText/Parent 11 0 R/Rect[0 0 9 9]", "13 0 R", false},
		"of another field":                  {"/V 12 0 R/Kids[13 0 R]", "/Subtype/Widget/Parent 14 0 R/Rect[0 0 9 9]", "13 0 R", false},
		"without a parent":                  {"/V 12 0 R/Kids[13 0 R]", "/Subtype/Widget/Rect[0 0 9 9]", "13 0 R", true},
		"with a value that is no signature": {"/V 12 0 R/Kids[13 0 R]", "/Subtype/Widget/Parent 11 0 R/V 14 0 R/Rect[0 0 9 9]", "13 0 R", false},
	} {
		t.Run(title, func(t *testing.T) {
			w := plain()
			w.object(3, page+"]>>")
			w.table()
			w.begin()
			w.object(13, "<</Type/Annot"+c.kid+">>")
			w.object(14, "<</FT/Tx/Parent 11 0 R>>")
			f, err := pdfscan.Open(w.signMore(mark{field: "<</FT/Sig/T(a)" + c.field + ">>", page: page + c.annots + "]>>"}))
			require.NoError(t, err)
			_, err = f.Unchanged(0, false)
			if c.genuine {
				require.NoError(t, err)
			} else {
				wantReason(t, pdfscan.Modified, err)
			}
		})
	}
}

func TestUnchangedFindsWhatIsShownOtherwise(t *testing.T) {
	const catalog = "/Type/Catalog/Pages 2 0 R/AcroForm 10 0 R"
	for title, later := range map[string]map[int]string{
		"page":                        {3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 842]/Resources<<>>>>"},
		"content":                     {5: stream("", "other")},
		"content that was missing":    {6: stream("", "new")},
		"font far below":              {8: "<</Type/Font/BaseFont/Symbol>>"},
		"page deleted":                {3: "null"},
		"pages":                       {2: "<</Type/Pages/Kids[3 0 R 30 0 R]/Count 2>>", 30: "<</Type/Page/Parent 2 0 R>>"},
		"annotation":                  {3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Group 6 0 R/Resources 7 0 R/Annots[30 0 R]>>", 30: "<</Subtype/FreeText>>"},
		"annotation within the page":  {3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Group 6 0 R/Resources 7 0 R/Annots[<</Subtype/FreeText>>]>>"},
		"widget of the old signature": {3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Group 6 0 R/Resources 7 0 R/Annots[11 0 R]>>"},
		"widget of a field without signature": {
			3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Group 6 0 R/Resources 7 0 R/Annots[30 0 R]>>", 10: "<</Fields[11 0 R 30 0 R]/SigFlags 3>>",
			30: "<</Subtype/Widget/FT/Sig/Rect[0 0 9 9]>>",
		},
		"layers":                     {1: "<<" + catalog + "/OCProperties<<>>>>"},
		"action":                     {1: "<<" + catalog + "/OpenAction<</S/Launch>>>>"},
		"other pages":                {1: "<</Type/Catalog/Pages 30 0 R/AcroForm 10 0 R>>", 30: "<</Type/Pages/Kids[]/Count 0>>"},
		"form field":                 {10: "<</Fields[11 0 R 30 0 R]/SigFlags 3>>", 30: "<</FT/Tx/V(x)>>"},
		"form without the signature": {10: "<</Fields[]/SigFlags 3>>"},
		"form that is drawn anew":    {10: "<</Fields[11 0 R]/SigFlags 3/NeedAppearances true>>"},
		"form gone":                  {1: "<</Type/Catalog/Pages 2 0 R>>"},
	} {
		t.Run(title, func(t *testing.T) {
			w := plain()
			w.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Group 6 0 R/Resources 7 0 R>>")
			w.object(5, stream("", "shown"))
			w.object(7, "<</Font<</F1 8 0 R>>>>")
			w.object(8, "<</Type/Font/BaseFont/Helvetica>>")
			w.table()
			w.sign(mark{})
			w.begin()
			for n, o := range later {
				w.object(n, o)
			}
			f, err := pdfscan.Open(w.table())
			require.NoError(t, err)
			_, err = f.Unchanged(1, true)
			if title == "pages" {
				require.NoError(t, err, "the first update may add pages")
				_, err = f.Unchanged(1, false)
			}
			wantReason(t, pdfscan.Modified, err)
		})
	}
}

func TestBaseIsAnEarlierState(t *testing.T) {
	w := plain()
	first := w.table()
	second := w.sign(mark{})
	f, err := pdfscan.Open(second)
	require.NoError(t, err)
	for n, want := range map[int]int{len(first): 0, len(first) - 1: 0, len(second): 1} {
		got, ok := f.Base(n)
		assert.True(t, ok)
		assert.Equal(t, want, got)
	}
	for _, n := range []int{0, len(first) / 2, len(first) + 20} {
		_, ok := f.Base(n)
		assert.False(t, ok, n)
	}
}

// An update replaces the object stream in which the page is. No entry of the page
// changes, and readers that look the stream up by its number show another page.
func TestUnchangedFindsAReplacedObjectStream(t *testing.T) {
	w := new(writer)
	w.WriteString("%PDF-1.7\n")
	w.begin()
	w.packed(20, map[int]string{
		1: "<</Type/Catalog/Pages 2 0 R>>", 2: "<</Type/Pages/Kids[3 0 R]/Count 1>>", 3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
	})
	w.sign(mark{})
	w.begin()
	head := "1 0 2 2 3 4 "
	w.object(20, stream(fmt.Sprintf("/Type/ObjStm/N 3/First %d", len(head)), head+"1 2 <</Type/Page/Parent 2 0 R/MediaBox[0 0 1 1]>>"))
	f, err := pdfscan.Open(w.table())
	require.NoError(t, err)
	_, err = f.Unchanged(1, false)
	wantReason(t, pdfscan.Modified, err)
}

func TestUnchangedRefusesATimestampThatCoversAPart(t *testing.T) {
	const page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>/Annots[11 0 R]>>"
	for rect, kinds := range map[string]map[string]bool{
		"[0 0 0 0]":     {"ETSI.RFC3161": true, "ETSI.CAdES.detached": true},
		"[0 0 400 700]": {"ETSI.RFC3161": false, "ETSI.CAdES.detached": true},
	} {
		for subFilter, ok := range kinds {
			pdf := sealed(mark{subFilter: subFilter, page: page, field: "<</Subtype/Widget/FT/Sig/V 12 0 R/Rect" + rect + ">>"})
			f, err := pdfscan.Open(pdf)
			require.NoError(t, err)
			_, err = f.Unchanged(0, false)
			if ok {
				assert.NoError(t, err, "%s %s", rect, subFilter)
			} else {
				wantReason(t, pdfscan.Modified, err)
			}
		}
	}
}

func TestFieldsStayInTheirOrder(t *testing.T) {
	for fields, kept := range map[string]bool{
		"30 0 R 31 0 R 32 0 R": true, "32 0 R 30 0 R 31 0 R": true, "30 0 R 32 0 R 31 0 R": true,
		"31 0 R 30 0 R": false, "31 0 R": false, "32 0 R 31 0 R 30 0 R": false, "": false,
	} {
		w := plain()
		w.object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R>>")
		w.object(10, "<</Fields[30 0 R 31 0 R]>>")
		w.object(30, "<</FT/Tx/T(a)>>")
		w.object(31, "<</FT/Tx/T(b)>>")
		w.table()
		w.begin()
		w.object(10, "<</Fields["+fields+"]>>")
		w.object(32, "<</FT/Sig/T(c)>>")
		f, err := pdfscan.Open(w.table())
		require.NoError(t, err)
		all, err := f.Changes(0, false)
		require.NoError(t, err)
		changed := slices.ContainsFunc(all, func(c pdfscan.Change) bool { return c.Kind == pdfscan.FormChanged })
		assert.Equal(t, kept, !changed, "%s: %+v", fields, all)
	}
}
