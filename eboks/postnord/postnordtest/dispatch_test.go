package postnordtest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/internal/rawpost"
	"github.com/dkeid/dkeid/eboks/postnord/postnordtest"
)

// change replaces the first old with new, which must be there.
func change(t *testing.T, s, old, new string) string {
	t.Helper()
	assert.Contains(t, s, old)
	return strings.Replace(s, old, new, 1)
}

func TestStrictDispatch(t *testing.T) {
	s := rawpost.Dial(t, postnordtest.New(t))
	for _, c := range []struct{ name, old, new string }{
		{"order", "<ContentTypeId>1001</ContentTypeId><Title>Afgørelse om æblegrød på Ærø</Title>", "<Title>Afgørelse om æblegrød på Ærø</Title><ContentTypeId>1001</ContentTypeId>"},
		{"type before id", "<Type>P</Type><Nationality>DK</Nationality>", "<Nationality>DK</Nationality><Type>P</Type>"},
		{"nationality missing", "<Nationality>DK</Nationality>", ""},
		{"nationality", ">DK<", ">SE<"},
		{"namespace", "urn:eboks:en:3.0.0", "urn:eboks:en:2.0.0"},
		{"title missing", "<Title>Afgørelse om æblegrød på Ærø</Title>", ""},
		{"title too long", "Afgørelse", strings.Repeat("å", 300)},
		{"attachment", "</Content>", "</Content><Content/>"},
		{"extension", ">pdf<", ">html<"},
		{"person as company", "<Type>P", "<Type>V"},
	} {
		l := rawpost.To(rawpost.Someone(9000))
		body := l.Write("postnord")
		status, answer := s.Must(http.MethodPut, s.Path(l.ID), change(t, body, c.old, c.new))
		assert.Equal(t, http.StatusBadRequest, status, "%s: %s", c.name, answer)
		assert.Zero(t, s.Fake.Count(l.ID), c.name)
	}
	l := rawpost.To(rawpost.Someone(9000))
	for _, path := range []string{
		strings.Replace(s.Path(l.ID), "004711", "4711", 1), strings.ToUpper(s.Path(l.ID)), s.Path(l.ID) + "0", s.Path(l.ID) + "/x",
	} {
		status, _ := s.Must(http.MethodPut, path, l.Write("postnord"))
		assert.GreaterOrEqual(t, status, 400, path)
	}
	assert.Zero(t, s.Fake.Total())
}

func TestDispatchAnswers(t *testing.T) {
	s := rawpost.Dial(t, postnordtest.New(t))
	for i, want := range []string{"", "", "", "", "invalid", "invalid", "exempt", "minor", "dead"} {
		l := rawpost.To(ebokstest.People()[i].Owner)
		status, body := s.Send(l)
		require.Equal(t, 200, status)
		var got struct {
			ID         string              `json:"message_id"`
			Recipients []map[string]string `json:"recipients"`
		}
		require.NoError(t, json.Unmarshal([]byte(body), &got))
		assert.Contains(t, s.Path(l.ID), got.ID)
		require.Len(t, got.Recipients, 1)
		assert.Equal(t, want, got.Recipients[0]["status"])
		if i == 4 {
			assert.Equal(t, "pending", got.Recipients[0]["post_processing_status"])
			s.Fake.Advance(time.Hour)
			_, list := s.Must(http.MethodGet, "/rest/messages/DKEID/?message_id="+got.ID, "")
			assert.Contains(t, list, "remote printed")
		}
	}
}
