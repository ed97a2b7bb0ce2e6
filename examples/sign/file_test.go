package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestKeepTakesThePlaceOfAnEmptyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "æ")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, free(path))
	require.NoError(t, keep(path, []byte("ø")))
	require.NoError(t, keep(path, []byte("ø")), "again")
	require.ErrorIs(t, keep(path, []byte("å")), errOccupied)
	require.ErrorIs(t, free(path), errOccupied)
	require.ErrorIs(t, free(filepath.Dir(path)), errOccupied)
}

func TestFilesAreWholeOrNotThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "æøå.pdf")
	require.NoError(t, free(path))
	require.NoError(t, keep(path, []byte("æ")))
	require.NoError(t, keep(path, []byte("æ")), "the same bytes")
	require.ErrorIs(t, keep(path, []byte("ø")), errOccupied)
	require.ErrorIs(t, free(path), errOccupied)
	require.NoError(t, writeWhole(path, []byte("ø")))
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "ø", string(got))

	nowhere := filepath.Join(dir, "nowhere", "æøå.pdf")
	require.Error(t, free(nowhere))
	require.Error(t, keep(nowhere, nil))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "a folder"), 0o700))
	require.Error(t, writeWhole(filepath.Join(dir, "a folder"), nil), "no file can be put there")
	all, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, all, 2, "no part is left over")
}

func TestLegible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Åse Ærø Ødegård":              "Åse Ærø Ødegård",
		"rød\x1b[31m\x07 tekst":        "rød [31m tekst",
		"a\nlink http://b\r\n":         "a link http://b",
		"\u202egnp.exe\u2066 \u200fæ":  "gnp.exe æ",
		"\xff\xfe æ":                   "? æ",
		"\u009b31m C1, \u2028 a line ": "31m C1, a line",
		"":                             "",
	} {
		require.Equal(t, want, legible(text))
	}
	require.Len(t, []rune(legible(strings.Repeat("å", 1_000_000))), 200)
}
