package signing_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
)

func sum(b []byte) [sha256.Size]byte { return sha256.Sum256(b) }

// pdf is a small document. Its objects beyond the first three are more.
func pdf(text string, more ...string) []byte { return pdfOf("", text, more...) }

// pdfOf puts entries into the catalog.
func pdfOf(catalog, text string, more ...string) []byte {
	content := "BT (" + text + ") Tj ET"
	objects := append([]string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
	}, more...)
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe6\xf8\xe5\xc6\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}
