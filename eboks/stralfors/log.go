package stralfors

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictxml"
)

// ReadStatus returns the log of one letter (TransaktionslogForsendelseHent). A
// letter that Strålfors does not know (404) has none.
func (s *Sender) ReadStatus(ctx context.Context, id eboks.ID) ([]eboks.Event, error) {
	op := &s.ops.log
	resp, err := s.do(ctx, op, variables{"shipment": id.String()}, nil)
	if err != nil {
		return nil, asked(err)
	}
	if resp.Status == http.StatusNotFound {
		return nil, nil
	}
	events, err := s.transactions(op, resp)
	if err != nil {
		return nil, asked(err)
	}
	for _, e := range events {
		if e.ID != id {
			e := unknown(resp, "the answer is about another letter")
			e.Alarm = true
			return nil, e
		}
	}
	return events, nil
}

// ReadEvents returns the page of the log that follows a cursor
// (TransaktionslogForsendelserHent).
func (s *Sender) ReadEvents(ctx context.Context, after eboks.Cursor) ([]eboks.Event, error) {
	if after != "" && !markerForm.MatchString(string(after)) {
		return nil, refuse("this Cursor is not Strålfors'")
	}
	op := &s.ops.events
	resp, err := s.do(ctx, op, variables{"after": string(after), "count": strconv.Itoa(s.cfg.PageSize)}, nil)
	if err != nil {
		return nil, asked(err)
	}
	events, err := s.transactions(op, resp)
	if err != nil {
		return nil, asked(err)
	}
	// Whether the page begins after the marker or with it is not public.
	for len(events) > 0 && after != "" && events[0].Cursor == after {
		events = events[1:]
	}
	for _, e := range events {
		switch {
		case e.Cursor == "":
			return nil, broken(resp, "a transaction has no marker to continue after (Config.LogMarker)")
		case e.Cursor == after:
			return nil, broken(resp, "the page does not follow the marker; look at {after} in Config.Operations")
		}
	}
	return events, nil
}

// broken is a page that cannot be used; no event of it is.
func broken(resp *httpx.Response, why string) *eboks.Error {
	return &eboks.Error{Kind: eboks.ReceiptInvalid, Status: resp.Status, Why: why, Raw: raw(resp.Body)}
}

// transactions reads a page of the log: whole, or not at all.
func (s *Sender) transactions(op *operation, resp *httpx.Response) ([]eboks.Event, *eboks.Error) {
	const transaction = "Transaktion"
	root, err := s.read(op, resp, onTop)
	switch {
	case err != nil && err.Kind == eboks.OutcomeUnknown && resp.Status < http.StatusMultipleChoices:
		return nil, broken(resp, err.Why)
	case err != nil:
		return nil, err
	case root == nil:
		return nil, nil // 204: nothing to tell
	case !strings.HasPrefix(root.Name.Local, "Transaktionslog"):
		return nil, broken(resp, "the answer is no transaction log")
	}
	octets := octetsOf(resp.Body, transaction)
	found := root.All(transaction)
	events := make([]eboks.Event, 0, len(found))
	for i, t := range found {
		e, why := s.event(t)
		if why != "" {
			return nil, broken(resp, why)
		}
		e.Raw = raw(octets[i])
		events = append(events, e)
	}
	return events, nil
}

var markerForm = regexp.MustCompile(`^[A-Za-z0-9._:+=/-]{1,64}$`)

// event reads one transaction.
func (s *Sender) event(t *strictxml.Element) (e eboks.Event, why string) {
	texts := map[string]string{}
	for _, element := range []string{s.cfg.LogMarker, "TransaktionsDatoTid", "TransaktionsStatusKode"} {
		text, err := t.TextOf(element)
		if err != nil {
			return e, "a transaction has an element twice, or elements where text belongs"
		}
		texts[element] = text
	}
	e.ID, e.Received = letterOf(t), s.now()
	e.Code, e.Status = stateOf(texts["TransaktionsStatusKode"])
	if written := texts["TransaktionsDatoTid"]; written != "" {
		at, ok := s.time(written)
		if !ok {
			return e, "a transaction has a time that is none"
		}
		e.At = at
	}
	if marker := texts[s.cfg.LogMarker]; marker != "" {
		if !markerForm.MatchString(marker) {
			return e, "a transaction has a marker that is none"
		}
		e.Cursor = eboks.Cursor(marker)
	}
	if e.Status == eboks.Failed {
		if !s.failure(t, &e) {
			return e, "a transaction has an error detail that cannot be read"
		}
	}
	return e, ""
}

// failure reads why a letter failed.
func (s *Sender) failure(t *strictxml.Element, e *eboks.Event) bool {
	detail, err := t.One("FejlDetaljer")
	if detail == nil || err != nil {
		return err == nil
	}
	code, err := detail.TextOf("FejlKode")
	if err != nil {
		return false
	}
	e.Failure, e.Reachability = s.word(code), s.cfg.Codes[code].Reachability
	return true
}

// letterOf returns the letter that an element is about, zero for one that is not
// ours to name.
func letterOf(e *strictxml.Element) eboks.ID {
	text, err := e.TextOf("AfsendelseIdentifikator")
	if err != nil {
		return eboks.ID{}
	}
	id, err := eboks.ParseID(text)
	if err != nil {
		return eboks.ID{}
	}
	return id
}

// time reads xs:dateTime; without a zone it is a clock reading in Config.Zone.
func (s *Sender) time(text string) (time.Time, bool) {
	const clock = "2006-01-02T15:04:05"
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC(), true
	}
	if t, err := time.ParseInLocation(clock, text, s.cfg.Zone); err == nil {
		return t.UTC(), true
	}
	return time.Time{}, false
}
