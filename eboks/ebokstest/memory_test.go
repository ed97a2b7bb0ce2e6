package ebokstest_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
)

// endless is a document that has no end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, manyAs), nil }

var manyAs = strings.Repeat("A", 64<<10)

// TestMemoryOfOneLetter: a letter of 40 MB takes no more than a small one.
func TestMemoryOfOneLetter(t *testing.T) {
	for name, start := range starts() {
		fake := ebokstest.New(t, start, ebokstest.Config{DigestsOnly: true})
		s := rawpost.Dial(t, fake)
		l := rawpost.To(rawpost.Someone(9000))
		head, tail, ok := strings.Cut(l.Write(name), base64.StdEncoding.EncodeToString([]byte(rawpost.PDF)))
		require.True(t, ok)
		put := func(document io.Reader) int {
			req := httptest.NewRequest(http.MethodPut, s.Path(l.ID), io.MultiReader(strings.NewReader(head), document, strings.NewReader(tail)))
			req.Header.Set("Content-Type", "application/xml")
			w := httptest.NewRecorder()
			fake.ServeHTTP(w, req)
			return w.Code
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		status := put(io.LimitReader(endless{}, 40<<20))
		runtime.ReadMemStats(&after)
		require.True(t, rawpost.IsTaken(status), "%d", status)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2<<20), "bytes allocated in all")
		got, _ := fake.Letter(l.ID)
		assert.EqualValues(t, 30<<20, got.Documents[0].Size)

		l = rawpost.To(rawpost.Someone(9001))
		head, tail, _ = strings.Cut(l.Write(name), base64.StdEncoding.EncodeToString([]byte(rawpost.PDF)))
		assert.Equal(t, http.StatusRequestEntityTooLarge, put(endless{}), "more than 100 MB")
		assert.Zero(t, fake.Count(l.ID))
	}
}
