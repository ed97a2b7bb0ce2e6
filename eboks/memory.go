package eboks

import (
	"container/list"
	"context"
	"errors"
	"sync"
)

// DefaultLetters is how many letters a ledger in memory remembers.
const DefaultLetters = 1 << 18

// MemoryLedger is a Ledger that lives as long as the process. It remembers a
// bounded number of letters, about 400 octets each, and forgets those first that
// were accepted longest ago; what is on its way, unknown, refused or parked it
// keeps. It is right for tests, and for programs whose own store decides what is
// sent.
type MemoryLedger struct {
	guarded
	mu      sync.Mutex
	limit   int
	entries map[ID]*kept
	done    *list.List // of ID: accepted letters, the oldest first
}

type kept struct {
	Entry
	place *list.Element // in done, or nil
}

// NewMemoryLedger returns an empty ledger for that many letters; zero or less:
// DefaultLetters.
func NewMemoryLedger(letters int) *MemoryLedger {
	if letters <= 0 {
		letters = DefaultLetters
	}
	return &MemoryLedger{limit: letters, entries: map[ID]*kept{}, done: list.New()}
}

var errLedgerFull = errors.New("the ledger in memory is full of letters without an end; give Config.Ledger a durable one")

// Begin claims a letter.
func (m *MemoryLedger) Begin(_ context.Context, fresh Entry) (Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.entries[fresh.ID]; ok {
		before := k.Entry
		if before.State == LetterWaiting && before.Digest == fresh.Digest {
			k.Entry = fresh
			k.Attempts = before.Attempts
		}
		return before, nil
	}
	if len(m.entries) >= m.limit {
		oldest := m.done.Front()
		if oldest == nil {
			return Entry{}, errLedgerFull
		}
		delete(m.entries, m.done.Remove(oldest).(ID))
	}
	m.entries[fresh.ID] = &kept{Entry: fresh}
	return Entry{}, nil
}

// End replaces an entry.
func (m *MemoryLedger) End(_ context.Context, e Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.entries[e.ID]
	if !ok {
		return errors.New("the ledger in memory has no such letter")
	}
	k.Entry = e
	switch {
	case e.State == LetterAccepted && k.place == nil:
		k.place = m.done.PushBack(e.ID)
	case e.State != LetterAccepted && k.place != nil:
		m.done.Remove(k.place)
		k.place = nil
	}
	return nil
}

// Entry returns an entry.
func (m *MemoryLedger) Entry(_ context.Context, id ID) (Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.entries[id]; ok {
		return k.Entry, nil
	}
	return Entry{}, nil
}
