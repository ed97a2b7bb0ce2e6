package eboks

import (
	"cmp"
	"slices"
	"time"
)

// maxHistory bounds the events of one letter.
const maxHistory = 1000

// History is what happened to one letter, put together from events that may come
// in any order and more than once. The zero History is a letter of which nothing
// is known; its first event says which. It is a value to keep beside the letter.
type History struct {
	guarded
	events []Event // by time, then by state
}

// Add takes an event in. The same event again has no effect and is ErrDuplicate;
// an event of another letter, or of none, is ErrReceiptInvalid.
func (h *History) Add(e Event) error {
	switch {
	case e.ID.IsZero(), len(h.events) > 0 && h.events[0].ID != e.ID:
		return &Error{Kind: ReceiptInvalid, ID: e.ID, Why: "the event is another letter's"}
	case e.Status >= lastStatus:
		return &Error{Kind: ReceiptInvalid, ID: e.ID, Why: "there is no such state"}
	case len(h.events) >= maxHistory:
		return &Error{Kind: ReceiptInvalid, ID: e.ID, Why: "more events than any letter has"}
	}
	key := e.Key()
	if slices.ContainsFunc(h.events, func(known Event) bool { return known.Key() == key }) {
		return &Error{Kind: Duplicate, ID: e.ID, Why: "this event is known"}
	}
	at, _ := slices.BinarySearchFunc(h.events, e, inOrder)
	h.events = slices.Insert(h.events, at, e)
	return nil
}

// inOrder sorts by the distributor's own time, and at the same time by how far
// the letter had come.
func inOrder(a, b Event) int {
	return cmp.Or(when(a).Compare(when(b)), cmp.Compare(a.Status, b.Status))
}

func when(e Event) time.Time {
	if e.At.IsZero() {
		return e.Received
	}
	return e.At
}

// Events returns the events, the earliest first.
func (h *History) Events() []Event { return slices.Clone(h.events) }

// Status returns how far the letter has come.
func (h *History) Status() Status {
	if e := h.last(); e != nil {
		return e.Status
	}
	return Unknown
}

// Last returns the event that Status goes by, and false when there is none.
func (h *History) Last() (Event, bool) {
	if e := h.last(); e != nil {
		return *e, true
	}
	return Event{}, false
}

// Arrived reports whether any event says that the letter was in the recipient's
// digital mailbox, which is when it counts as delivered.
func (h *History) Arrived() bool {
	return slices.ContainsFunc(h.events, func(e Event) bool { return e.Status.Arrived() })
}

// last finds the event that says how far the letter has come. A state that is no
// end never lowers one that is further; of two ends the later holds, except that
// a letter that was opened stays opened.
func (h *History) last() *Event {
	var best *Event
	for i := range h.events {
		e := &h.events[i]
		switch {
		case e.Status == Unknown:
		case best != nil && (best.Status == Opened || best.Status == OpenedViaLink && e.Status != Opened):
			// An opened letter was delivered, and later events do not change that.
		case best == nil:
			best = e
		case !e.Status.Final():
			if !best.Status.Final() && e.Status >= best.Status {
				best = e
			}
		default:
			best = e
		}
	}
	return best
}

// historyOf puts together what a distributor told about one letter; what is not
// about it, or comes twice, is left out.
func historyOf(id ID, events []Event) *History {
	h := new(History)
	for _, e := range events {
		if e.ID == id {
			_ = h.Add(e)
		}
	}
	return h
}
