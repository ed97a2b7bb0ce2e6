package fakepdf_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
)

// quick is an authority whose signatures take little time.
var quick = sync.OnceValues(func() (*fakepdf.Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return at }, SealKey: key})
})

func seeds(f *testing.F) {
	f.Helper()
	f.Add(letter())
	f.Add(fakepdf.Document{Streamed: true, Title: "Æ"}.Bytes())
	for _, p := range fakepdf.Plants() {
		f.Add(fakepdf.Document{Plants: []fakepdf.Plant{p}}.Bytes())
	}
}

// Whatever comes in, Sign and Seal return in bounded time, and what Sign returns
// begins with it and can be signed again.
func FuzzSign(f *testing.F) {
	seeds(f)
	a, err := quick()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, pdf []byte) {
		out, err := a.Sign(pdf, sofus())
		if err == nil {
			require.True(t, bytes.HasPrefix(out, pdf))
			_, err = a.Sign(out, sofus())
			require.NoError(t, err)
		}
		if out, err = a.Seal(pdf, fakepdf.Seal{Reason: "Æ"}); err == nil {
			require.True(t, bytes.HasPrefix(out, []byte("%PDF-1.7")))
		}
	})
}

// FuzzObjects does not damage the table that leads to the objects, so that it gets
// further into them.
func FuzzObjects(f *testing.F) {
	a, err := quick()
	require.NoError(f, err)
	f.Add("<</Type/Catalog/Pages 2 0 R>>", "<</Kids[3 0 R]/Count 1>>", "<</Parent 2 0 R>>", "null", "")
	f.Add("<</Pages 2 0 R/AcroForm 4 0 R>>", "<</Kids[3 0 R]>>", "<</Annots 4 0 R>>", "<</Fields[1 0 R]/DSS<</Certs[]>>>>", "/Info 4 0 R/ID[(a)(b)]")
	f.Add("<</Pages 2 0 R>>", "<</Kids[2 0 R]>>", "<</Length 3 0 R>>stream\n", "4 0 R", "/Prev 9/XRefStm 9")
	f.Add("<</Pages 2 0 R/DSS 4 0 R/Names<</A(\\101\\\n)>>>>", "<</Kids[3 0 R]>>", "<</Length 4 0 R>>stream\nabc\nendstream", "3", "/Encrypt null")
	f.Fuzz(func(t *testing.T, one, two, three, four, trailer string) {
		pdf := []byte("%PDF-1.7\n")
		table := "xref\n0 5\n0000000000 65535 f \n"
		for i, body := range []string{one, two, three, four} {
			table += fmt.Sprintf("%010d 00000 n \n", len(pdf))
			pdf = fmt.Appendf(pdf, "%d 0 obj\n%s\nendobj\n", i+1, body)
		}
		start := len(pdf)
		pdf = fmt.Appendf(pdf, "%strailer\n<</Size 5/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", table, trailer, start)
		out, err := a.Sign(pdf, sofus())
		if err == nil {
			require.True(t, bytes.HasPrefix(out, pdf))
			_, err = a.Sign(out, sofus())
			require.NoError(t, err)
			for _, forgery := range []string{"page-replaced", "evidence-swapped", "document-replaced", "signatures-removed"} {
				_, _ = a.Forge(forgery, out)
			}
		}
		_, _ = a.Seal(pdf, fakepdf.Seal{Reason: "Æ"})
	})
}

// Whatever is to be spoiled, Forge returns in bounded time.
func FuzzForge(f *testing.F) {
	a, err := quick()
	require.NoError(f, err)
	names := fakepdf.Forgeries()
	pdf, err := a.Sign(fakepdf.New(), sofus())
	require.NoError(f, err)
	for i := range names {
		f.Add(i, []byte{})
	}
	f.Add(0, pdf[len(pdf)-3000:])
	f.Fuzz(func(_ *testing.T, i int, tail []byte) {
		file := append(bytes.Clone(pdf), tail...)
		_, _ = a.Forge(names[uint(i)%uint(len(names))].Name, file)
	})
}

func FuzzQuery(f *testing.F) {
	a, err := quick()
	require.NoError(f, err)
	imprint := bytes.Repeat([]byte{0xe6}, 32)
	f.Add(append([]byte{0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}, append(imprint, 0x01, 0x01, 0xff)...))
	f.Add([]byte("ikke en forespørgsel"))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/timestamp-query")
		w := httptest.NewRecorder()
		a.TimestampHandler().ServeHTTP(w, r)
		require.Contains(t, []int{http.StatusOK, http.StatusRequestEntityTooLarge}, w.Code)
	})
}
