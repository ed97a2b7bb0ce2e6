package stralfors

import (
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/strictxml"
)

// event reads one transaction. What of it cannot be read makes it Unread; the id
// and the marker are kept where they can.
func (s *Sender) event(t *strictxml.Element) eboks.Event {
	e := eboks.Event{Received: s.now()}
	marker, bad := t.TextOf(s.cfg.Wire.LogMarker)
	if bad == nil && markerForm.MatchString(marker) {
		e.Cursor = eboks.Cursor(marker)
	}
	id, agree := s.letterOf(t)
	e.ID = id
	if !agree || bad != nil || marker != "" && e.Cursor == "" || !s.news(t, &e) {
		return unread(e)
	}
	return e
}

// unread is an entry that cannot be read.
func unread(e eboks.Event) eboks.Event {
	return eboks.Event{ID: e.ID, Received: e.Received, Raw: e.Raw, Cursor: e.Cursor, Unread: true}
}

// news reads what happened, and when. ok is false if it cannot be read.
func (s *Sender) news(t *strictxml.Element, e *eboks.Event) (ok bool) {
	word, bad := t.TextOf("TransaktionsStatusKode")
	written, bad2 := t.TextOf("TransaktionsDatoTid")
	if bad != nil || bad2 != nil {
		return false
	}
	if written != "" {
		if e.At, ok = s.time(written); !ok {
			return false
		}
	}
	e.Code, e.Status = stateOf(word)
	switch e.Status {
	case eboks.Failed:
		return s.failure(t, e)
	case eboks.CarrierUpdate:
		return s.carrier(t, e)
	}
	return true
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
	e.Failure, e.Reachability = s.word(code), s.cfg.Wire.Codes[code].Reachability
	return true
}

const maxCarrierCode = 5 // digits of a 16-bit number

// carrier reads what news the carrier has. Of several, the one that is furthest
// counts: a letter that came back is Returned whatever else is told with it.
func (s *Sender) carrier(t *strictxml.Element, e *eboks.Event) bool {
	list, err := t.One("ForsendelseHaendelseSamling")
	if list == nil || err != nil {
		return err == nil
	}
	known := eboks.Unknown
	for _, h := range list.All("ForsendelseHaendelse") {
		code, err := h.TextOf("ForsendelseHaendelseTypeKode")
		if err != nil {
			return false
		}
		known = max(known, s.cfg.Wire.CarrierCodes[code])
	}
	if known != eboks.Unknown {
		e.Status = known
	}
	return true
}

// letterOf returns the letter that a transaction is about, zero for one that is not
// ours to name. ok is false if it names two letters.
func (s *Sender) letterOf(t *strictxml.Element) (id eboks.ID, ok bool) {
	named := false
	for _, element := range s.cfg.Wire.LetterNames {
		text, err := t.TextOf(element)
		if err != nil {
			return eboks.ID{}, false
		}
		other, isID := idOf(text)
		switch {
		case text == "":
		case !named:
			id, named = other, true
		case isID && !id.IsZero() && other != id:
			return eboks.ID{}, false
		}
	}
	return id, true
}

// time reads xs:dateTime; without a zone it is a clock reading in Wire.Zone.
func (s *Sender) time(text string) (time.Time, bool) {
	const clock = "2006-01-02T15:04:05"
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC(), true
	}
	if t, err := time.ParseInLocation(clock, text, s.cfg.Wire.Zone); err == nil {
		return t.UTC(), true
	}
	return time.Time{}, false
}
