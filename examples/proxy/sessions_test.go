package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/mitid/mitidhttp"
)

func stored(id string, expires time.Time) mitidhttp.StoredSession {
	return mitidhttp.StoredSession{ID: id, Person: "person " + id, BrokerSession: "broker " + id, Expires: expires, Data: []byte("æ")}
}

// has tells which sessions are there.
func has(t *testing.T, m *memorySessions, ids ...string) (all []bool) {
	t.Helper()
	for _, id := range ids {
		data, err := m.Load(t.Context(), id)
		require.NoError(t, err)
		all = append(all, data != nil)
	}
	return all
}

func TestMemoryOfSessionsIsBounded(t *testing.T) {
	h := newHouse(t)
	m := newMemorySessions(h.fake.Now)
	m.max = 2
	require.NoError(t, m.Save(t.Context(), stored("a", h.fake.Now().Add(time.Hour))))
	require.NoError(t, m.Save(t.Context(), stored("b", h.fake.Now().Add(time.Minute))))
	require.NoError(t, m.Save(t.Context(), stored("c", h.fake.Now().Add(time.Hour))))
	require.Equal(t, []bool{true, false, true}, has(t, m, "a", "b", "c"), "the one that ends first is gone")
	h.fake.Advance(2 * time.Hour)
	require.NoError(t, m.Save(t.Context(), stored("d", h.fake.Now().Add(time.Hour))))
	require.Equal(t, []bool{false, false, true}, has(t, m, "a", "c", "d"))
	require.NoError(t, m.Delete(t.Context(), "person d"))
	require.Equal(t, []bool{false}, has(t, m, "d"))
}
