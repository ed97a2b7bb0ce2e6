package postnord

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/strictjson"
)

// state is one record of the list behind Config.StatusURL.
type state struct {
	record
	Proxied  json.RawMessage `json:"proxy_response_code"` // a number, or a text of digits
	Modified *string         `json:"modified_at"`
}

// ReadStatus returns what the other side says of the letter: one event for each
// record it has, none when it does not know the letter. It needs
// Config.StatusURL.
//
// AcceptedDigital is as far as a digital letter comes on this wire. The Code of an
// event is the other side's words, such as "exempt pending"; "valid" stands for
// the empty one. Words that are not known make the status Unknown. A record that cannot
// be read is an event that is Unread. If one is about another letter, all may be, and
// none is believed.
func (s *Sender) ReadStatus(ctx context.Context, id eboks.ID) ([]eboks.Event, error) {
	if s.cfg.StatusURL == "" {
		return nil, &eboks.Error{Kind: eboks.Unsupported, Why: "Config.StatusURL says where states can be read, and it is empty"}
	}
	if id.IsZero() {
		return nil, &eboks.Error{Kind: eboks.InputInvalid, Why: "the zero ID is no letter's"}
	}
	message := s.message(id)
	r, e := s.get(ctx, s.cfg.stateAddress(message))
	if e != nil {
		return nil, aboutLetter(e)
	}
	switch {
	case r.Status == http.StatusNotFound && !foreign(r):
		return nil, nil
	case r.Status != http.StatusOK:
		return nil, aboutLetter(asRead(s.byStatus(r)))
	}
	events, why := s.events(r.Body, id, message)
	if why != "" {
		return nil, &eboks.Error{Kind: eboks.ReceiptInvalid, Status: r.Status, Why: why, Alarm: why == swapped, Raw: raw(r.Body)}
	}
	return events, nil
}

// aboutLetter keeps the failure of a question from saying anything about the
// letter that it asks for: neither that it was rejected nor that it was not
// delivered.
func aboutLetter(e *eboks.Error) error {
	e.Then = eboks.Ask
	if e.Kind == eboks.Rejected {
		e.Kind, e.Why = eboks.ConfigInvalid, "the question was refused; look at Config.StatusURL"
	}
	return e
}

// swapped is wrong with a record that a person must look at.
const swapped = "a record is about another letter"

// events reads a list of records, all about one message. why says what is wrong
// with it.
func (s *Sender) events(body []byte, id eboks.ID, message string) (events []eboks.Event, why string) {
	// Only the list is read here. Each record is read strictly, by itself.
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil || list == nil {
		return nil, "the answer is no list of records"
	}
	received := s.now().UTC()
	for _, text := range list {
		var st state
		err := strictjson.Unmarshal(text, &st)
		e := eboks.Event{ID: id, Received: received, Raw: raw(text)}
		switch {
		case err == nil && st.Message != nil && !sameMessage(*st.Message, message):
			return nil, swapped
		case err != nil || st.Message == nil || !st.tell(&e):
			e = eboks.Event{ID: id, Received: received, Raw: e.Raw, Unread: true}
		}
		events = append(events, e)
	}
	return events, ""
}

// tell fills e with what the record says. It returns false if it says nothing.
func (st *state) tell(e *eboks.Event) (ok bool) {
	if e.At, ok = timeOf(st.Modified); !ok {
		return false
	}
	if code, ok := st.proxied(); !ok {
		// The proxy did not get it through, which does not tell where it is.
		e.Code = code
		return true
	}
	if len(st.Recipients) != 1 {
		return false
	}
	v, ok := st.Recipients[0].judge()
	if !ok {
		return true
	}
	e.Status, e.Code = v.status, v.code
	if v.status == eboks.Failed {
		e.Failure = v.code
		if v.reach != eboks.Reachable {
			e.Reachability = v.reach
		}
	}
	return true
}

// proxied reports whether the proxy got a success from behind it, as far as it
// tells, and the code if not.
func (st *state) proxied() (code string, ok bool) {
	text := strings.Trim(string(st.Proxied), `"`)
	if text == "" || text == "null" {
		return "", true
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 100 || n > 999:
		return "", false
	case n >= 200 && n <= 299:
		return "", true
	}
	return strconv.Itoa(n), false
}

// timeOf reads a time as Python writes it. Without a zone it is UTC.
func timeOf(text *string) (time.Time, bool) {
	if text == nil {
		return time.Time{}, true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, *text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}
