package pades_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/internal/fakepdf"
	"github.com/dkeid/dkeid/signing/pades"
)

// large is a file of ten megabytes with three signatures.
func large(tb testing.TB, a *fakepdf.Authority) []byte {
	tb.Helper()
	var d fakepdf.Document
	line := strings.Repeat("Lejekontrakt på Ærø, og så videre. ", 30)
	for range 100 {
		var p fakepdf.Page
		for range 100 {
			p.Lines = append(p.Lines, line)
		}
		d.Pages = append(d.Pages, p)
	}
	pdf := d.Bytes()
	for range 3 {
		var err error
		pdf, err = a.Sign(pdf, fakepdf.Signature{At: signedAt, Name: "Åse Sørensen"})
		require.NoError(tb, err)
	}
	require.Greater(tb, len(pdf), 10<<20)
	return pdf
}

// BenchmarkVerify compares the verdict on ten megabytes and three signatures with what no verifier can
// leave out: the bytes are hashed once, and each signature, timestamp and certificate is checked.
func BenchmarkVerify(b *testing.B) {
	a := newAuthority(b)
	pdf := large(b, a)
	p := generic(a)
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(pdf)))
		b.ReportAllocs()
		for b.Loop() {
			r, err := pades.Verify(b.Context(), pdf, p)
			if err != nil || r.Verdict != pades.Passed {
				b.Fatal(err)
			}
		}
	})
	sealKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(b, err)
	stampKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(b, err)
	long, short := sha512.Sum512([]byte("æ")), sha256.Sum256([]byte("ø"))
	seal, err := rsa.SignPKCS1v15(rand.Reader, sealKey, crypto.SHA512, long[:])
	require.NoError(b, err)
	stamp, err := ecdsa.SignASN1(rand.Reader, stampKey, short[:])
	require.NoError(b, err)
	b.Run("yardstick", func(b *testing.B) {
		b.SetBytes(int64(len(pdf)))
		for b.Loop() {
			sha512.Sum512(pdf)
			for range 3 {
				if rsa.VerifyPKCS1v15(&sealKey.PublicKey, crypto.SHA512, long[:], seal) != nil {
					b.Fatal("a wrong seal")
				}
				for range 3 { // the timestamp, and the certificates of the seal and of the authority
					if !ecdsa.VerifyASN1(&stampKey.PublicKey, short[:], stamp) {
						b.Fatal("a wrong timestamp")
					}
				}
			}
		}
	})
}

// used is how much memory f takes in all, what it gives back included.
func used(t *testing.T, f func()) int {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, total := m.HeapAlloc, m.TotalAlloc
	f()
	runtime.ReadMemStats(&m)
	t.Logf("%d kB live at the end, %d kB taken in all", (int64(m.HeapAlloc)-int64(before))>>10, (m.TotalAlloc-total)>>10)
	return int(m.TotalAlloc - total)
}

// What Verify takes in all is below the promise, so that what it holds at one time is too.
func TestMemory(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	const room = 16 << 20
	a := newAuthority(t)
	p := generic(a)
	files := map[string][]byte{"ten megabytes": large(t, a)}
	one := kinds(t, a)["one"]
	for _, f := range fakepdf.Forgeries() {
		if strings.HasPrefix(f.Name, "bomb-") || f.Name == "updates-too-many" || strings.HasSuffix(f.Name, "too-deep") {
			forged, err := a.Forge(f.Name, one)
			require.NoError(t, err)
			files[f.Name] = forged
		}
	}
	for title, pdf := range files {
		t.Run(title, func(t *testing.T) {
			taken := used(t, func() { _, _ = pades.Verify(t.Context(), pdf, p) })
			assert.Less(t, taken, len(pdf)+room)
		})
	}
}

// Each state of a file is compared with the one before it, and what took long once is not done for each.
func TestManySignatures(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a, err := fakepdf.NewAuthority(fakepdf.Config{Now: func() time.Time { return signedAt }, SealKey: key})
	require.NoError(t, err)
	pdf := contract()
	for range 51 {
		pdf, err = a.Sign(pdf, fakepdf.Signature{At: signedAt, Name: "Åse Sørensen"})
		require.NoError(t, err)
	}
	r := verify(t, pdf, generic(a))
	assert.Equal(t, pades.Passed, r.Verdict, "%v", r.Reasons)
	assert.Len(t, r.Signatures, 51)
	for i, s := range r.Signatures {
		assert.Equal(t, 2*i+2, s.Revision)
	}
}

// What takes time in proportion to the file is not done for each update.
func TestManyUpdates(t *testing.T) {
	const objects, updates = 5000, 300
	p := &pen{offsets: map[int]int{}}
	p.WriteString("%PDF-1.7\n")
	p.object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R 6 0 R]>>/Names<</X 8 0 R>>>>")
	p.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
	p.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Annots[4 0 R 6 0 R]>>")
	p.object(4, "<</Type/Annot/Subtype/Widget/FT/Sig/F 132/Rect[0 0 0 0]/P 3 0 R/T(A)/V 5 0 R>>")
	p.object(5, slotFor("ETSI.CAdES.detached"))
	p.object(6, "<</Type/Annot/Subtype/Widget/FT/Tx/F 4/Rect[0 0 9 9]/P 3 0 R/T(B)/AP<</N 7 0 R>>>>")
	p.object(7, "<</Length 1>>stream\n \nendstream")
	var shown strings.Builder
	for i := range objects {
		fmt.Fprintf(&shown, "%d 0 R ", 10+i)
	}
	p.object(8, "["+shown.String()+"]")
	for i := range objects {
		p.object(10+i, "[1]")
	}
	p.end(10 + objects)
	p.fill(t, func([]byte) []byte { return []byte{0x30, 0} })
	for i := range updates {
		p.object(7, fmt.Sprintf("<</Length 1/U %d>>stream\n \nendstream", i))
		p.end(10 + objects)
	}
	pdf := bytes.Clone(p.Bytes())
	var r *pades.Report
	taken := used(t, func() { r = verify(t, pdf, pades.Policy{}) })
	assert.Equal(t, updates+1, r.Revisions)
	assert.Contains(t, r.Reasons, pades.Modified)
	assert.Less(t, taken, len(pdf)+16<<20)
}
