package ebokstest_test

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
)

func TestInspect(t *testing.T) {
	var seen atomic.Int64
	each(t, ebokstest.Config{Inspect: func(l ebokstest.Letter, document io.Reader) {
		head := make([]byte, 5)
		if _, err := io.ReadFull(document, head); err == nil && string(head) == "%PDF-" && l.To == rawpost.Someone(9000) && !l.ID.IsZero() {
			seen.Add(1)
		}
	}}, func(t *testing.T, s *rawpost.Sender) {
		l := rawpost.To(rawpost.Someone(9000))
		status, _ := s.Send(l)
		require.True(t, rawpost.IsTaken(status))
		got, _ := s.Fake.Letter(l.ID)
		assert.Equal(t, rawpost.PDF, string(got.Documents[0].Content()), "all of it, though only the beginning was looked at")
	})
	assert.EqualValues(t, 2, seen.Load())
}

func TestDifferencesAreServed(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
		_, list := s.Must(http.MethodGet, "/differences", "")
		for _, d := range s.Fake.Differences() {
			assert.Contains(t, list, d)
		}
		assert.Empty(t, s.Fake.Requests())
	})
}
