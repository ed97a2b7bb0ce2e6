package textletter_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden file")

func TestTheSameByteForByte(t *testing.T) {
	l := whole(t)
	l.Paragraphs[3].Text += " AΑА OΟО cсϲ" // letters that look alike and share a drawing in the font
	first, err := l.PDF()
	require.NoError(t, err)
	for range 8 {
		again, err := l.PDF()
		require.NoError(t, err)
		require.True(t, bytes.Equal(first, again))
	}
	l.Date = l.Date.Add(3 * time.Hour)
	again, err := l.PDF()
	require.NoError(t, err)
	assert.True(t, bytes.Equal(first, again), "the time of day is not shown")
	l.Reference += "8"
	other, err := l.PDF()
	require.NoError(t, err)
	assert.False(t, bytes.Equal(first, other))
}

// volatile are the length of a stream and the tag of a font.
var volatile = regexp.MustCompile(`/Length \d+|/[A-Z]{6}\+`)

// contentOf returns what is in a file, without what depends on how well the program
// compresses.
func contentOf(t *testing.T, pdf []byte) []byte {
	t.Helper()
	pdf = pdf[:bytes.LastIndex(pdf, []byte("\nxref\n"))]
	var content []byte
	for _, object := range bytes.SplitAfter(pdf, []byte("\nendobj\n")) {
		before, stream, _ := bytes.Cut(object, []byte("stream\n"))
		content = append(content, volatile.ReplaceAll(before, nil)...)
		if r, err := zlib.NewReader(bytes.NewReader(stream)); err == nil {
			stream, err = io.ReadAll(r)
			require.NoError(t, err)
		}
		content = append(content, stream...)
	}
	return content
}

// A change here means that letters which are sent again by the next version have other
// bytes. The changelog must say so.
func TestTheSameAsEver(t *testing.T) {
	pdf, err := whole(t).PDF()
	require.NoError(t, err)
	sum := sha256.Sum256(contentOf(t, pdf))
	file := filepath.Join("testdata", "whole.sha256")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(hex.EncodeToString(sum[:])+"\n"), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, strings.TrimSpace(string(want)), hex.EncodeToString(sum[:]), "run with -update, and say so in the changelog")
}
