package main

import (
	"context"
	"sync"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

// maxSessions bounds the memory. Each of them took a login with MitID.
const maxSessions = 100_000

// memorySessions keeps sessions in this process.
type memorySessions struct {
	now func() time.Time
	max int

	mu   sync.Mutex
	byID map[string]mitidhttp.StoredSession
}

func newMemorySessions(now func() time.Time) *memorySessions {
	return &memorySessions{now: now, max: maxSessions, byID: map[string]mitidhttp.StoredSession{}}
}

// Save stores s. If there are too many, it forgets those that have expired, and then the
// one that expires first.
func (m *memorySessions) Save(_ context.Context, s mitidhttp.StoredSession) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.byID) >= m.max {
		first := ""
		for id, other := range m.byID {
			if !m.now().Before(other.Expires) {
				delete(m.byID, id)
			} else if first == "" || other.Expires.Before(m.byID[first].Expires) {
				first = id
			}
		}
		if len(m.byID) >= m.max {
			delete(m.byID, first)
		}
	}
	m.byID[s.ID] = s
	return nil
}

// Load returns the data of a session.
func (m *memorySessions) Load(_ context.Context, id string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.byID[id].Data, nil
}

// Delete removes the sessions with a key.
func (m *memorySessions) Delete(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.byID[key]; ok {
		delete(m.byID, key)
		return nil
	}
	for id, s := range m.byID {
		if s.Person == key || s.BrokerSession == key {
			delete(m.byID, id)
		}
	}
	return nil
}
