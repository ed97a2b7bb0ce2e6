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

// The list of states in every way, and always in valid JSON but for the one that is cut.
func TestStatusList(t *testing.T) {
	for how, want := range map[ebokstest.Receipts]struct {
		records int
		text    string
	}{
		ebokstest.InOrder: {1, ""}, ebokstest.Reordered: {1, ""}, ebokstest.Late: {0, ""}, ebokstest.Silent: {0, ""}, ebokstest.Twice: {2, ""}, ebokstest.FromStrangers: {2, ""},
		ebokstest.WithoutUUID: {2, "PARTI-2024-Ø/0001"}, ebokstest.UnknownState: {1, "på vej i flaskepost"},
		ebokstest.BadTime: {2, "T24:00:00+0100"}, ebokstest.DoubledElement: {2, `"proxy_response_code":500`}, ebokstest.TwoErrors: {2, `"status":"dead"`},
	} {
		fake := postnordtest.New(t)
		fake.SetReceipts(how)
		s := rawpost.Dial(t, fake)
		l := rawpost.To(rawpost.Someone(9000))
		s.Send(l)
		fake.Advance(time.Hour)
		name := s.Path(l.ID)[strings.LastIndexByte(s.Path(l.ID), '/')+1:]
		_, list := s.Must(http.MethodGet, "/rest/messages/DKEID/?message_id="+name, "")
		var records []json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(list), &records), how.String())
		assert.Len(t, records, want.records, how.String())
		assert.Contains(t, list, want.text, how.String())
	}
}
