package signing

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"slices"
)

// A Cursor is "1." and the base64url of a view: the mark of the order, its state and end,
// a mark and the state of each signatory, and a checksum over all of it.
const (
	cursorVersion = "1."
	markSize      = 8
	checkSize     = 4
	viewHead      = markSize + 2
	viewEach      = markSize + 1
	maxCursor     = 1 << 16 // bytes
)

// mark stands for an ID in a cursor.
type mark [markSize]byte

func markOf(id ID) (m mark) {
	sum := sha256.Sum256([]byte(id))
	copy(m[:], sum[:])
	return m
}

// view is what Watch has told of an order.
type view struct {
	order       ID
	state       OrderState
	end         End
	signatories map[mark]SignatoryState
}

// parseCursor reads what view.cursor wrote for the same order.
func parseCursor(c Cursor, order ID) (*view, error) {
	v := &view{order: order, state: OrderOpen, signatories: map[mark]SignatoryState{}}
	if c == "" {
		return v, nil
	}
	damaged := inputInvalid("the cursor is damaged, or of another version")
	if len(c) > maxCursor || len(c) < len(cursorVersion) || c[:len(cursorVersion)] != cursorVersion {
		return nil, damaged
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(string(c[len(cursorVersion):]))
	if err != nil || len(b) < viewHead+checkSize || (len(b)-viewHead-checkSize)%viewEach != 0 {
		return nil, damaged
	}
	b, sum := b[:len(b)-checkSize], b[len(b)-checkSize:]
	if !slices.Equal(checksum(b), sum) {
		return nil, damaged
	}
	if mark(b[:markSize]) != markOf(order) {
		return nil, inputInvalid("the cursor is of another order")
	}
	v.state, v.end = OrderState(b[markSize]), End(b[markSize+1])
	if v.state > OrderExpired || v.end > EndError {
		return nil, damaged
	}
	for b = b[viewHead:]; len(b) > 0; b = b[viewEach:] {
		m, s := mark(b[:markSize]), SignatoryState(b[markSize])
		if _, twice := v.signatories[m]; twice || s > SignatoryDeleted {
			return nil, damaged
		}
		v.signatories[m] = s
	}
	if v.cursor() != c { // signatories in another order, or an end of line
		return nil, damaged
	}
	return v, nil
}

func checksum(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:checkSize]
}

// cursor writes v. The same view is always the same text.
func (v *view) cursor() Cursor {
	m := markOf(v.order)
	b := append(m[:], byte(v.state), byte(v.end))
	marks := make([]mark, 0, len(v.signatories))
	for m := range v.signatories {
		marks = append(marks, m)
	}
	slices.SortFunc(marks, func(a, b mark) int {
		x, y := binary.BigEndian.Uint64(a[:]), binary.BigEndian.Uint64(b[:])
		if x < y {
			return -1
		}
		return 1
	})
	for _, m := range marks {
		b = append(append(b, m[:]...), byte(v.signatories[m]))
	}
	return cursorVersion + Cursor(base64.RawURLEncoding.EncodeToString(append(b, checksum(b)...)))
}

// learn returns an event for each thing in which p differs from v, people first and in
// the service's order, and then knows it. The cursor of each event knows the events
// before it.
func (v *view) learn(p *Progress) []Event {
	var events []Event
	tell := func(signatory ID, what What) {
		events = append(events, Event{Order: v.order, Signatory: signatory, Kind: what, Progress: p, Cursor: v.cursor()})
	}
	for _, s := range p.Signatories {
		m := markOf(s.ID)
		before, known := v.signatories[m]
		if !known {
			before = SignatoryOpen
		}
		v.signatories[m] = s.State
		if s.State != before {
			tell(s.ID, whatOf(s.State))
		}
	}
	if end := p.Ended(); end != v.end {
		if v.end = end; end == EndSigned {
			tell("", AllSigned)
		}
	}
	if p.State != v.state {
		v.state = p.State
		tell("", orderChange(p.State))
	}
	return events
}

func whatOf(s SignatoryState) What {
	switch s {
	case SignatorySigned:
		return Signed
	case SignatoryApproved:
		return Approved
	case SignatoryRejected:
		return Rejected
	case SignatoryFailed:
		return SignFailed
	default:
		return Changed
	}
}

func orderChange(s OrderState) What {
	switch s {
	case OrderClosed:
		return Closed
	case OrderCancelled:
		return Cancelled
	case OrderExpired:
		return Expired
	default:
		return Changed
	}
}
