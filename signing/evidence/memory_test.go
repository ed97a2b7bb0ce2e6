//go:build !race

// The race detector allocates for itself.

package evidence_test

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing/evidence"
)

// What writing and checking hold does not grow with the document.
func TestMemoryIsFlat(t *testing.T) {
	held := func(n int) (uint64, uint64) {
		bundle, _ := large(t, n)
		var file bytes.Buffer
		_, err := evidence.Write(context.Background(), &file, bundle, evidence.Options{Now: at(began)})
		require.NoError(t, err)
		return allocated(func() {
				_, err := evidence.Write(context.Background(), io.Discard, bundle, evidence.Options{Now: at(began)})
				require.NoError(t, err)
			}), allocated(func() {
				_, err := verify(file.Bytes(), began.AddDate(1, 0, 0), untimed())
				require.NoError(t, err)
			})
	}
	w1, v1 := held(1 << 20)
	w8, v8 := held(8 << 20)
	assert.Less(t, w8, w1+64<<10, "writing")
	assert.Less(t, v8, v1+64<<10, "checking")
}

// allocated returns how many bytes f allocates in all.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
