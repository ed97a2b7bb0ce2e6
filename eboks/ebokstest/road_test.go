package ebokstest_test

import (
	"crypto/sha256"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

func TestLetterArrives(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *sender) {
		for _, to := range []eboks.Recipient{someone(9000), company()} {
			l := letterTo(to)
			status, body := s.send(l)
			require.True(t, isTaken(status), body)
			require.Empty(t, s.fake.Letters(to), "accepted is not delivered")
			s.fake.Advance(4 * time.Minute)
			require.Empty(t, s.fake.Letters(to))
			s.fake.Advance(2 * time.Minute)
			got := s.fake.Letters(to)
			require.Len(t, got, 1)
			assert.Equal(t, l.title, got[0].Title)
			assert.Equal(t, to, got[0].To)
			assert.Equal(t, eboks.Material("1001"), got[0].Material)
			assert.Equal(t, eboks.DeliveredDigital, got[0].Status)
			require.Len(t, got[0].Documents, 1)
			assert.Equal(t, pdf, string(got[0].Documents[0].Content()))
			assert.Equal(t, sha256.Sum256([]byte(pdf)), got[0].Documents[0].SHA256)
			assert.EqualValues(t, len(pdf), got[0].Documents[0].Size)
			assert.Equal(t, 1, s.fake.Offered(l.id))
			assert.Equal(t, 1, s.fake.Count(l.id))
			assert.Equal(t, 1, s.fake.Delivered(l.id))
		}
		assert.Equal(t, 2, s.fake.Total())
	})
}

func TestRepeatedID(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *sender) {
		l := letterTo(someone(9000))
		s.send(l)
		for range 2 {
			status, _ := s.send(l)
			require.Equal(t, http.StatusConflict, status)
		}
		assert.Empty(t, s.fake.Conflicts(), "the same letter")
		l.pdf = "%PDF-1.7 en anden"
		status, _ := s.send(l)
		require.Equal(t, http.StatusConflict, status)
		assert.Equal(t, []eboks.ID{l.id}, s.fake.Conflicts())
		s.fake.Advance(time.Hour)
		assert.Equal(t, 4, s.fake.Offered(l.id))
		assert.Equal(t, 1, s.fake.Delivered(l.id))
		require.Len(t, s.fake.Letters(l.to), 1)
		assert.Equal(t, pdf, string(s.fake.Letters(l.to)[0].Documents[0].Content()), "the first one")
	})
}
