package eboks

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"
)

// DefaultLetters is how many letters a ledger in memory remembers.
const DefaultLetters = 1 << 18

// MemoryLedger is a Ledger that lives as long as the process. It remembers a
// bounded number of letters, about 400 bytes each. When it is full it forgets half of
// those that have ended, the oldest, and never one that is on its way or may have
// arrived. It is right for tests, and for programs whose own store decides what is sent.
type MemoryLedger struct {
	guarded
	mu      sync.Mutex
	limit   int
	entries map[ID]Entry
}

// NewMemoryLedger returns an empty ledger for that many letters. If letters is zero
// or less, it is DefaultLetters.
func NewMemoryLedger(letters int) *MemoryLedger {
	if letters <= 0 {
		letters = DefaultLetters
	}
	return &MemoryLedger{limit: letters, entries: map[ID]Entry{}}
}

// ErrLedgerFull is what a MemoryLedger says that has only letters on their way. A
// Client returns it inside ErrStoreFailed.
var ErrLedgerFull = errors.New("eboks: the ledger in memory is full of letters on their way; give Config.Ledger a durable one")

// Claim takes letters in hand.
func (m *MemoryLedger) Claim(_ context.Context, fresh []Entry, owner string, lease time.Duration) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := make([]Entry, len(fresh))
	for i, f := range fresh {
		e, known := m.entries[f.ID]
		switch {
		case !known:
			if len(m.entries) >= m.limit && !m.forget() {
				return nil, ErrLedgerFull
			}
			e = f
		case e.State != LetterWaiting && e.State != LetterUnknown, e.held() && e.Owner != owner && e.Lease.After(f.At):
			now[i] = e
			continue
		case e.held() && e.Owner != owner:
			e.State, e.Missing = LetterUnknown, time.Time{}
		}
		e.Owner, e.Lease, e.Version = owner, f.At.Add(lease), e.Version+1
		m.entries[f.ID], now[i] = e, e
	}
	return now, nil
}

// Settle writes what became of letters.
func (m *MemoryLedger) Settle(_ context.Context, entries []Entry) (stale []Entry, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, e := range entries {
		if known := m.entries[e.ID]; known.Version != e.Version {
			stale = append(stale, known)
			continue
		}
		e.Version++
		m.entries[e.ID] = e
	}
	return stale, nil
}

// Load returns entries.
func (m *MemoryLedger) Load(_ context.Context, ids []ID) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := make([]Entry, len(ids))
	for i, id := range ids {
		found[i] = m.entries[id]
	}
	return found, nil
}

// open reports whether forgetting the letter could make two of it.
func (e Entry) open() bool { return e.held() || e.State == LetterUnknown || e.State == LetterParked }

// forget drops the older half of the letters that have ended, and reports whether there
// was one.
func (m *MemoryLedger) forget() bool {
	ended := slices.Collect(maps.Values(m.entries))
	ended = slices.DeleteFunc(ended, Entry.open)
	slices.SortFunc(ended, func(a, b Entry) int { return a.At.Compare(b.At) })
	for _, e := range ended[:(len(ended)+1)/2] {
		delete(m.entries, e.ID)
	}
	return len(ended) > 0
}
