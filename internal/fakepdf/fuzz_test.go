package fakepdf_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
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

// Whatever is to be spoiled, Forge returns in bounded time.
func FuzzForge(f *testing.F) {
	a, err := quick()
	require.NoError(f, err)
	names := fakepdf.Forgeries()
	pdf, err := a.Sign(fakepdf.New(), sofus())
	require.NoError(f, err)
	for i := range names {
		f.Add(i, pdf[len(pdf)-3000:])
		f.Add(i, []byte{})
	}
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
