package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unused() (bool, error) { return false, nil }

// Whoever starts at once has the same key, and reads no half of one.
func TestKeyFileOfManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ærø.db.key")
	keys := make([][]byte, 50)
	var used atomic.Bool
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range keys {
		all.Go(func() {
			<-start
			k, err := keyOf(path, func() (bool, error) { return used.Load(), nil })
			used.Store(true) // as after the tables were made
			assert.NoError(t, err)
			keys[i] = k
		})
	}
	close(start)
	all.Wait()
	for _, k := range keys {
		assert.Equal(t, keys[0], k)
	}
	assert.Len(t, keys[0], 32)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, files, 1, "nothing else is left")

	again, err := keyOf(path, unused)
	require.NoError(t, err)
	assert.Equal(t, keys[0], again)

	require.NoError(t, os.Remove(path))
	_, err = keyOf(path, func() (bool, error) { return true, nil })
	require.ErrorContains(t, err, "put ærø.db.key back, or set OUTBOX_KEY")
	require.NoFileExists(t, path)
}

func TestKeysThatAreNone(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty": "", "short": "AAAA", "no base64": "æøå", "long": base64.StdEncoding.EncodeToString(make([]byte, 33))} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := keyOf(path, unused)
		require.ErrorContains(t, err, "put the right one back", name)
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, text, string(after), "it is left as it is")
		if text != "" {
			t.Setenv("OUTBOX_KEY", text)
			_, err = keyFromEnvironment()
			require.ErrorContains(t, err, "OUTBOX_KEY", name)
		}
	}
	open := filepath.Join(dir, "åben")
	require.NoError(t, os.WriteFile(open, []byte(base64.StdEncoding.EncodeToString(make([]byte, 32))), 0o600))
	for mode, want := range map[os.FileMode]string{0o644: "chmod 600 åben", 0o640: "chmod 600 åben", 0o600: "", 0o400: ""} {
		require.NoError(t, os.Chmod(open, mode))
		_, err := keyOf(open, unused)
		if want == "" {
			require.NoError(t, err, mode)
		} else {
			require.ErrorContains(t, err, want, mode)
		}
	}
	_, err := keyOf(filepath.Join(dir, "findes-ikke", "k"), unused)
	require.ErrorContains(t, err, "no such file")
	t.Setenv("OUTBOX_KEY", " "+base64.StdEncoding.EncodeToString(make([]byte, 32))+"\n")
	k, err := keyFromEnvironment()
	require.NoError(t, err)
	assert.Equal(t, make([]byte, 32), k)
	t.Setenv("OUTBOX_KEY", "")
	k, err = keyFromEnvironment()
	require.NoError(t, err)
	assert.Nil(t, k)
}
