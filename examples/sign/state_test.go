package main

import (
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
)

func written(t *testing.T) (*state, string, signing.Digest) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tilstand.json")
	document := signing.Digest(sha256.Sum256([]byte("æøå")))
	s, err := loadState(path, document)
	require.NoError(t, err)
	require.False(t, s.before)
	s.Ticket = &signing.Ticket{
		Service: "criipto", ID: "SignatureOrder:æ", Reference: s.Reference, PlacedAt: time.Date(2026, 11, 30, 4, 0, 0, 1, time.UTC),
		Documents:   []signing.TicketDocument{{ID: "d", SHA256: document}},
		Signatories: []signing.TicketSignatory{{ID: "s\x1b[31m", Reference: "signatory"}},
	}
	require.NoError(t, s.save())
	return s, path, document
}

func TestStateComesBack(t *testing.T) {
	t.Parallel()
	s, path, document := written(t)
	got, err := loadState(path, document)
	require.NoError(t, err)
	require.True(t, got.before)
	require.Equal(t, s.Reference, got.Reference)
	require.Equal(t, s.Ticket, got.Ticket)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, json.Valid(file))
	require.NotContains(t, string(file), "\x1b")

	_, err = loadState(path, sha256.Sum256([]byte("æøå.")))
	require.ErrorContains(t, err, "-document is not the one")
}

// TestEveryDamageOfTheStateIsFound changes each byte, cuts at each, and adds one.
func TestEveryDamageOfTheStateIsFound(t *testing.T) {
	t.Parallel()
	_, path, document := written(t)
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	refused := func(file []byte, what string, at int) {
		require.NoError(t, os.WriteFile(path, file, 0o600))
		_, err := loadState(path, document)
		require.ErrorIs(t, err, errDamaged, "%s at %d", what, at)
	}
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 1
		refused(bad, "one bit", i)
		refused(good[:i], "a cut", i)
	}
	refused(append([]byte(" "), good...), "a blank", 0)
	refused(append(good, '\n'), "a line", len(good))
	refused([]byte(`{"version":2}`), "another version", 0)
	require.NoError(t, os.WriteFile(path, good, 0o600))
	_, err = loadState(path, document)
	require.NoError(t, err)
}

func TestStateThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, err := loadState(t.TempDir(), signing.Digest{})
	require.Error(t, err, "a folder")
	s, err := loadState("", signing.Digest{})
	require.NoError(t, err)
	require.NoError(t, s.save(), "without -state nothing is kept")
}

func FuzzState(f *testing.F) {
	dir := f.TempDir()
	document := signing.Digest(sha256.Sum256(nil))
	s := &state{Version: 1, Reference: "sign-æ", Document: document, path: filepath.Join(dir, "a")}
	f.Add(s.encode())
	f.Add([]byte(`{"version":1,"ticket":null}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		path := filepath.Join(dir, "state")
		require.NoError(t, os.WriteFile(path, file, 0o600))
		got, err := loadState(path, document)
		if err == nil {
			require.Equal(t, file, got.encode())
		}
	})
}
