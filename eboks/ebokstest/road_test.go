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
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
)

func TestLetterArrives(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
		for _, to := range []eboks.Recipient{rawpost.Someone(9000), rawpost.Company()} {
			l := rawpost.To(to)
			status, body := s.Send(l)
			require.True(t, rawpost.IsTaken(status), body)
			require.Empty(t, s.Fake.Letters(to), "accepted is not delivered")
			s.Fake.Advance(4 * time.Minute)
			require.Empty(t, s.Fake.Letters(to))
			s.Fake.Advance(2 * time.Minute)
			got := s.Fake.Letters(to)
			require.Len(t, got, 1)
			assert.Equal(t, l.Title, got[0].Title)
			assert.Equal(t, to, got[0].To)
			assert.Equal(t, eboks.Material("1001"), got[0].Material)
			assert.Equal(t, eboks.DeliveredDigital, got[0].Status)
			require.Len(t, got[0].Documents, 1)
			assert.Equal(t, rawpost.PDF, string(got[0].Documents[0].Content()))
			assert.Equal(t, sha256.Sum256([]byte(rawpost.PDF)), got[0].Documents[0].SHA256)
			assert.EqualValues(t, len(rawpost.PDF), got[0].Documents[0].Size)
			assert.Equal(t, 1, s.Fake.Offered(l.ID))
			assert.Equal(t, 1, s.Fake.Count(l.ID))
			assert.Equal(t, 1, s.Fake.Delivered(l.ID))
		}
		assert.Equal(t, 2, s.Fake.Total())
	})
}

func TestRepeatedID(t *testing.T) {
	each(t, ebokstest.Config{}, func(t *testing.T, s *rawpost.Sender) {
		l := rawpost.To(rawpost.Someone(9000))
		s.Send(l)
		for range 2 {
			status, _ := s.Send(l)
			require.Equal(t, http.StatusConflict, status)
		}
		assert.Empty(t, s.Fake.Conflicts(), "the same letter")
		l.PDF = "%PDF-1.7 en anden"
		status, _ := s.Send(l)
		require.Equal(t, http.StatusConflict, status)
		assert.Equal(t, []eboks.ID{l.ID}, s.Fake.Conflicts())
		s.Fake.Advance(time.Hour)
		assert.Equal(t, 4, s.Fake.Offered(l.ID))
		assert.Equal(t, 1, s.Fake.Delivered(l.ID))
		require.Len(t, s.Fake.Letters(l.To), 1)
		assert.Equal(t, rawpost.PDF, string(s.Fake.Letters(l.To)[0].Documents[0].Content()), "the first one")
	})
}
