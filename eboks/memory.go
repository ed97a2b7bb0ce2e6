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
// bounded number of letters, about 400 octets each. When it is full it forgets
// letters that surely were not delivered, then those that were accepted longest
// ago; what may have been delivered, and has no end, it keeps. It is right for tests, and for programs whose own store decides what is
// sent.
type MemoryLedger struct {
	guarded
	mu      sync.Mutex
	limit   int
	entries map[ID]*kept
	done    *list.List // of ID: accepted letters, the oldest first
	idle    *list.List // of ID: letters that surely were not delivered
}

type kept struct {
	Entry
	in    *list.List // done, idle or nil
	place *list.Element
}

// NewMemoryLedger returns an empty ledger for that many letters; zero or less:
// DefaultLetters.
func NewMemoryLedger(letters int) *MemoryLedger {
	if letters <= 0 {
		letters = DefaultLetters
	}
	return &MemoryLedger{limit: letters, entries: map[ID]*kept{}, done: list.New(), idle: list.New()}
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
			m.file(k)
		}
		return before, nil
	}
	if len(m.entries) >= m.limit {
		from := m.idle
		if from.Len() == 0 {
			from = m.done
		}
		oldest := from.Front()
		if oldest == nil {
			return Entry{}, errLedgerFull
		}
		delete(m.entries, from.Remove(oldest).(ID))
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
	if k.State == LetterAccepted && e.State != LetterAccepted {
		return nil
	}
	k.Entry = e
	m.file(k)
	return nil
}

// file puts the letter where it can be forgotten, or nowhere.
func (m *MemoryLedger) file(k *kept) {
	var in *list.List
	switch {
	case k.State == LetterAccepted:
		in = m.done
	case k.State == LetterWaiting, k.State == LetterRefused && k.NotDelivered:
		in = m.idle
	}
	if in == k.in {
		return
	}
	if k.in != nil {
		k.in.Remove(k.place)
	}
	if k.in = in; in != nil {
		k.place = in.PushBack(k.ID)
	}
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
