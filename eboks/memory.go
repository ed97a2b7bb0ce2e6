package eboks

import (
	"context"
	"errors"
	"sync"
	"time"
)

// DefaultLetters is how many letters a ledger in memory remembers.
const DefaultLetters = 1 << 18

// MemoryLedger is a Ledger that lives as long as the process. It remembers a
// bounded number of letters, about 250 bytes each. When it is full it forgets
// letters that surely were not delivered, then those that were accepted longest
// ago; what may have been delivered, and has no end, it keeps. It is right for tests, and for programs whose own store decides what is
// sent.
type MemoryLedger struct {
	guarded
	mu      sync.Mutex
	limit   int
	entries map[ID]compact
	texts   map[ID]texts // of entries that have any
	turn    uint64
	done    queue // letters that were accepted
	idle    queue // letters that surely were not delivered
}

// compact is an Entry without pointers: the garbage collector passes over a map of
// these, however large.
type compact struct {
	digest       Digest
	sha256       [32]byte
	at, taken    int64
	turn         uint64 // when it was put into a queue
	attempts     int32
	state        State
	status       Status
	kind         Kind
	reachability Reachability
	notDelivered bool
}

type texts struct{ reference, code string }

// queue is a list of letters, the oldest first. A letter that has left it, or was
// put in again, stays in its old place with an old turn.
type queue []place

type place struct {
	id   ID
	turn uint64
}

// NewMemoryLedger returns an empty ledger for that many letters; zero or less:
// DefaultLetters.
func NewMemoryLedger(letters int) *MemoryLedger {
	if letters <= 0 {
		letters = DefaultLetters
	}
	return &MemoryLedger{limit: letters, entries: map[ID]compact{}, texts: map[ID]texts{}}
}

// What goes wrong with a MemoryLedger. A Client returns it inside ErrStoreFailed.
var (
	ErrLedgerFull    = errors.New("eboks: the ledger in memory is full of letters without an end; give Config.Ledger a durable one")
	ErrLedgerUnknown = errors.New("eboks: the ledger in memory has no such letter")
)

// Begin claims a letter.
func (m *MemoryLedger) Begin(_ context.Context, fresh Entry) (Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.read(fresh.ID)
	switch {
	case before.State == LetterWaiting && before.Digest == fresh.Digest:
		fresh.Attempts = before.Attempts
	case before.State != 0:
		return before, nil
	case len(m.entries) >= m.limit && !m.forget(&m.idle) && !m.forget(&m.done):
		return Entry{}, ErrLedgerFull
	}
	m.write(fresh)
	return before, nil
}

// End replaces an entry.
func (m *MemoryLedger) End(_ context.Context, e Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch known, ok := m.entries[e.ID]; {
	case !ok:
		return ErrLedgerUnknown
	case known.state == LetterAccepted && e.State != LetterAccepted:
		return nil
	}
	m.write(e)
	return nil
}

// Entry returns an entry.
func (m *MemoryLedger) Entry(_ context.Context, id ID) (Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.read(id), nil
}

func (m *MemoryLedger) read(id ID) Entry {
	c, ok := m.entries[id]
	if !ok {
		return Entry{}
	}
	t := m.texts[id]
	return Entry{
		ID: id, Digest: c.digest, State: c.state, Attempts: int(c.attempts), At: fromNanos(c.at), Status: c.status, Reference: t.reference,
		TakenAt: fromNanos(c.taken), SHA256: c.sha256, Kind: c.kind, Code: t.code, Reachability: c.reachability, NotDelivered: c.notDelivered,
	}
}

// write keeps an entry, and puts the letter where it can be forgotten, or nowhere.
func (m *MemoryLedger) write(e Entry) {
	c := compact{
		digest: e.Digest, sha256: e.SHA256, at: nanos(e.At), taken: nanos(e.TakenAt), attempts: int32(min(e.Attempts, 1<<30)), state: e.State,
		status: e.Status, kind: e.Kind, reachability: e.Reachability, notDelivered: e.NotDelivered,
	}
	var in *queue
	switch {
	case e.State == LetterAccepted:
		in = &m.done
	case e.State == LetterWaiting, e.State == LetterRefused && e.NotDelivered:
		in = &m.idle
	}
	if in != nil {
		m.turn++
		c.turn = m.turn
		if len(*in) >= 2*m.limit { // half of it is stale
			m.tidy(in)
		}
		*in = append(*in, place{e.ID, c.turn})
	}
	m.entries[e.ID] = c
	delete(m.texts, e.ID)
	if t := (texts{e.Reference, e.Code}); t != (texts{}) {
		m.texts[e.ID] = t
	}
}

// forget drops the letter that is in q for longest, and reports whether there is
// one.
func (m *MemoryLedger) forget(q *queue) bool {
	for len(*q) > 0 {
		p := (*q)[0]
		*q = (*q)[1:]
		if m.entries[p.id].turn == p.turn {
			delete(m.entries, p.id)
			delete(m.texts, p.id)
			return true
		}
	}
	return false
}

// tidy drops stale places.
func (m *MemoryLedger) tidy(q *queue) {
	fresh := make(queue, 0, m.limit)
	for _, p := range *q {
		if m.entries[p.id].turn == p.turn {
			fresh = append(fresh, p)
		}
	}
	*q = fresh
}

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
