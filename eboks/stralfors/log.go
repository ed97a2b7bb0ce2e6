package stralfors

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/httpx"
	"github.com/dkeid/dkeid/internal/strictxml"
)

// ReadStatus returns the log of one letter (TransaktionslogForsendelseHent). A
// letter that Strålfors does not know (404) has none. An entry that cannot be read
// is an Event that is Unread.
func (s *Sender) ReadStatus(ctx context.Context, id eboks.ID) ([]eboks.Event, error) {
	op := &s.ops.log
	resp, err := s.do(ctx, op, variables{"shipment": id.String()}, nil)
	if err != nil {
		return nil, asked(err)
	}
	if resp.Status == http.StatusNotFound && s.unknownHere(resp) {
		return nil, nil
	}
	events, err := s.transactions(op, resp)
	if err != nil {
		return nil, asked(err)
	}
	for i, e := range events {
		switch {
		case e.ID == id:
		case e.Unread && e.ID.IsZero():
			events[i].ID = id // it stands in this letter's log
		default:
			return nil, another(resp)
		}
	}
	return events, nil
}

// unknownHere reports whether a 404 is Strålfors' own: a Fejl, or nothing. A page says
// that a server on the way knows no such address.
func (s *Sender) unknownHere(resp *httpx.Response) bool {
	root, err := strictxml.Parse(resp.Body)
	return len(resp.Body) == 0 || err == nil && faultIn(root, everywhere) != nil && !isPage(resp, root)
}

// another is an answer about a letter that was not asked about.
func another(resp *httpx.Response) *eboks.Error {
	e := unknown(resp, "the answer is about another letter")
	e.Alarm = true
	return e
}

// ReadEvents returns the page of the log that follows a cursor
// (TransaktionslogForsendelserHent).
func (s *Sender) ReadEvents(ctx context.Context, after eboks.Cursor) ([]eboks.Event, error) {
	if after != "" && !markerForm.MatchString(string(after)) {
		return nil, refuse("this Cursor is not Strålfors'")
	}
	op := &s.ops.events
	resp, err := s.do(ctx, op, variables{"after": string(after), "count": strconv.Itoa(s.cfg.Wire.PageSize)}, nil)
	if err != nil {
		return nil, asked(err)
	}
	events, err := s.transactions(op, resp)
	if err != nil {
		return nil, asked(err)
	}
	events, why := marked(events, after)
	if why != "" {
		e := broken(resp, why)
		e.Alarm = true // nothing behind it is read until somebody has looked
		return nil, e
	}
	return events, nil
}

// marked gives each event of a page the cursor to continue after it. One whose
// marker cannot be read has the cursor of the event before it. At the end of a page
// it is left out: it comes again before the next one that has a marker.
func marked(events []eboks.Event, after eboks.Cursor) (page []eboks.Event, why string) {
	// Whether the page begins after the marker or with it is not public.
	for len(events) > 0 && after != "" && events[0].Cursor == after {
		events = events[1:]
	}
	last, end := after, 0
	for i := range events {
		e := &events[i]
		switch {
		case e.Cursor == "":
			*e = unread(*e)
			e.Cursor = last
		case e.Cursor == after:
			return nil, "the page does not follow the marker; look at {after} in Wire.Operations"
		default:
			last, end = e.Cursor, i+1
		}
	}
	if end == 0 && len(events) > 0 {
		return nil, "no transaction has a marker to continue after (Wire.LogMarker)"
	}
	return events[:end], ""
}

// broken is a page that cannot be used; no event of it is.
func broken(resp *httpx.Response, why string) *eboks.Error {
	return &eboks.Error{Kind: eboks.ReceiptInvalid, Status: resp.Status, Why: why, Raw: raw(resp.Body)}
}

var markerForm = regexp.MustCompile(`^[A-Za-z0-9._:+=/-]{1,64}$`)

// transactions reads a page of the log.
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
	parts := partsOf(resp.Body, transaction)
	found := root.All(transaction)
	events := make([]eboks.Event, len(found))
	for i, t := range found {
		events[i] = s.event(t)
		events[i].Raw = raw(resp.Body)
		if len(parts) == len(found) {
			events[i].Raw = raw(parts[i])
		}
	}
	return events, nil
}
