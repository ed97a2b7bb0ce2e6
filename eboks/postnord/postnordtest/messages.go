package postnordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
)

// maxAsked is how many letters one request may ask about.
const maxAsked = 1000

// message is one record of the proxy's status list. The names of the last three members
// are made up.
type message struct {
	MessageID  string            `json:"message_id"`
	Recipients []recipientStatus `json:"recipients"`
	Code       int               `json:"proxy_response_code"`
	Error      string            `json:"proxy_error"`
	ModifiedAt string            `json:"modified_at"`
}

// messages is the proxy's status list.
func (d *dialect) messages(r *http.Request) *ebokstest.Reply {
	asked := r.URL.Query()["message_id"]
	if len(asked) > maxAsked {
		return d.refuse(http.StatusBadRequest, ebokstest.CodeValidation, "Too many ids.")
	}
	records := []json.RawMessage{}
	for _, name := range asked {
		if s, known := d.Stored(letterID(name)); known {
			records = append(records, d.records(name, s)...)
		}
	}
	answer := inJSON(records)
	if d.Receipts() == ebokstest.Malformed {
		answer.Body = answer.Body[:len(answer.Body)/2]
	}
	return answer
}

// records are those of one letter, in the way that is set.
func (d *dialect) records(name string, s ebokstest.Stored) []json.RawMessage {
	mine := message{name, []recipientStatus{statusOf(s)}, http.StatusOK, "", s.Changed.UTC().Format(time.RFC3339Nano)}
	other := mine
	other.Recipients = slices.Clone(mine.Recipients)
	switch d.Receipts() {
	case ebokstest.Silent:
		return nil
	case ebokstest.Late:
		if d.Now().Before(s.At.Add(ebokstest.LateBy)) {
			return nil
		}
	case ebokstest.Twice:
		return written(mine, mine)
	case ebokstest.FromStrangers:
		other.MessageID = messageID(eboks.NewID())
		return written(other, mine)
	case ebokstest.WithoutUUID:
		other.MessageID = "PARTI-2024-Ø/0001"
		return written(other, mine)
	case ebokstest.UnknownState:
		other.Recipients[0].Status = "på vej i flaskepost"
		return written(other)
	case ebokstest.BadTime:
		other.ModifiedAt = s.Changed.UTC().Format("2006-01-02") + "T24:00:00+0100"
		return written(other, mine)
	case ebokstest.DoubledElement:
		two := written(mine, mine)
		two[0] = json.RawMessage(strings.Replace(string(two[0]), `"proxy_error"`, `"proxy_response_code":500,"proxy_error"`, 1))
		return two
	case ebokstest.TwoErrors:
		other.Recipients = append(other.Recipients, other.Recipients[0])
		other.Recipients[0].Status, other.Recipients[1].Status = "dead", "exempt"
		return written(other, mine)
	}
	return written(mine)
}

func written(ms ...message) []json.RawMessage {
	out := make([]json.RawMessage, len(ms))
	for i, m := range ms {
		out[i], _ = json.Marshal(m) // texts and numbers always marshal
	}
	return out
}
