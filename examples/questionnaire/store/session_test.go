package store

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/dkeid/dkeid/mitid/mitidhttp"
	"github.com/stretchr/testify/require"
)

func TestSessionTableKeepsFindsAndEnds(t *testing.T) {
	s := openTestStore(t, filepath.Join(t.TempDir(), "a.db"), NewKeyring())
	now := s.Now()
	s.Now = func() time.Time { return now }
	kept := s.Sessions()
	sessions := func() (n int) {
		t.Helper()
		require.NoError(t, s.DB.QueryRowContext(t.Context(), `SELECT count(*) FROM session`).Scan(&n))
		return n
	}
	save := func(id, person, at string, lasts time.Duration) {
		t.Helper()
		require.NoError(t, kept.Save(t.Context(), mitidhttp.StoredSession{ID: id, Person: person, BrokerSession: at, Expires: now.Add(lasts), Data: []byte("sealed " + id)}))
	}
	found := func(id string) string {
		t.Helper()
		data, err := kept.Load(t.Context(), id)
		require.NoError(t, err)
		return string(data)
	}
	save("a", "søren", "", time.Hour)
	save("b", "søren", "session 1", time.Hour)
	save("c", "åse", "", time.Hour)
	save("d", "åse", "session 2", time.Minute)
	require.Equal(t, "sealed a", found("a"))
	require.Empty(t, found("nobody"))
	require.NoError(t, kept.Delete(t.Context(), "nobody"))
	require.NoError(t, kept.Delete(t.Context(), ""))
	require.Equal(t, 4, sessions(), "an empty key is nobody's, though a and c have no session at the broker")

	require.NoError(t, kept.Delete(t.Context(), "session 2"))
	require.Empty(t, found("d"))
	require.NoError(t, kept.Delete(t.Context(), "søren"))
	require.Empty(t, found("a")+found("b"))
	require.NoError(t, kept.Delete(t.Context(), "c"))
	require.Zero(t, sessions())

	save("e", "bo", "", time.Minute)
	now = now.Add(time.Minute)
	save("f", "bo", "", time.Minute)
	require.Equal(t, 1, sessions(), "what has expired is cleared away")
	require.Error(t, kept.Save(t.Context(), mitidhttp.StoredSession{ID: "f"}), "an ID is new each time")
}
