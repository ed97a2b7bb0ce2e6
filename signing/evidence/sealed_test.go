package evidence_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
)

const sealedChunk = 64<<10 + 16

func newKey() []byte {
	k := make([]byte, evidence.KeySize)
	_, _ = rand.Read(k)
	return k
}

func sealed(tb testing.TB, key, plain []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	w, err := evidence.Seal(&b, key)
	require.NoError(tb, err)
	for n := 0; n < len(plain); n += 1000 { // in pieces that fit no chunk
		_, err = w.Write(plain[n:min(n+1000, len(plain))])
		require.NoError(tb, err)
	}
	require.NoError(tb, w.Close())
	require.NoError(tb, w.Close())
	_, err = w.Write([]byte("x"))
	require.Error(tb, err)
	return b.Bytes()
}

func opened(file []byte, keys ...[]byte) ([]byte, error) {
	s, err := evidence.Open(bytes.NewReader(file), int64(len(file)), keys)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(s.Content())
}

// What was sealed comes out byte for byte, whatever its length.
func TestSealed(t *testing.T) {
	key := newKey()
	for _, n := range []int{0, 1, 1000, 64<<10 - 1, 64 << 10, 64<<10 + 1, 2 * 64 << 10, 200_000} {
		plain := make([]byte, n)
		_, _ = rand.Read(plain)
		file := sealed(t, key, plain)
		got, err := opened(file, newKey(), key)
		require.NoError(t, err, "%d bytes", n)
		require.Equal(t, len(plain), len(got))
		require.True(t, bytes.Equal(plain, got), "%d bytes", n)

		s, err := evidence.Open(bytes.NewReader(file), int64(len(file)), [][]byte{key})
		require.NoError(t, err)
		require.EqualValues(t, n, s.Size())
		if n > 1000 { // anywhere, in any order
			for _, at := range []int{n - 5, 0, n / 2, n - 900} {
				b := make([]byte, 3)
				_, err := s.ReadAt(b, int64(at))
				require.NoError(t, err)
				require.Equal(t, plain[at:at+3], b)
			}
		}
		_, err = s.ReadAt(make([]byte, 1), int64(n))
		require.Equal(t, io.EOF, err)
		_, err = s.ReadAt(make([]byte, 1), -1)
		require.Error(t, err)
	}
	assert.False(t, bytes.Equal(sealed(t, key, nil), sealed(t, key, nil)), "each bundle has a key of its own")
}

// Chunks that were cut off, swapped, repeated, taken from another bundle or changed are
// found, and so is every bit of the head.
func TestSealedTampered(t *testing.T) {
	key := newKey()
	plain := make([]byte, 3*64<<10+100)
	file, other := sealed(t, key, plain), sealed(t, key, plain)
	const head = 80
	part := func(f []byte, n int) []byte { return f[head+n*sealedChunk : min(head+(n+1)*sealedChunk, len(f))] }
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for name, bad := range map[string][]byte{
		"empty":              {},
		"head-alone":         file[:head],
		"cut-in-the-head":    file[:40],
		"cut-at-a-chunk":     file[:head+2*sealedChunk],
		"cut-in-a-chunk":     file[:head+sealedChunk+500],
		"cut-by-one":         file[:len(file)-1],
		"last-alone":         join(file[:head], part(file, 3)),
		"one-byte-more":      join(file, []byte{0}),
		"chunk-more":         join(file, part(file, 3)),
		"first-twice":        join(file[:head], part(file, 0), part(file, 0), part(file, 2), part(file, 3)),
		"swapped":            join(file[:head], part(file, 1), part(file, 0), part(file, 2), part(file, 3)),
		"left-out":           join(file[:head], part(file, 0), part(file, 2), part(file, 3)),
		"chunk-of-another":   join(file[:head], part(file, 0), part(other, 1), part(file, 2), part(file, 3)),
		"head-of-another":    join(other[:head], file[head:]),
		"last-of-another":    join(file[:head], part(file, 0), part(file, 1), part(file, 2), part(other, 3)),
		"two-bundles-joined": join(file, other),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := opened(bad, key)
			requireKind(t, signing.EvidenceDamaged, err)
		})
	}
	short := sealed(t, key, []byte("Æ"))
	for i := range short {
		for bit := range 8 {
			short[i] ^= 1 << bit
			_, err := opened(short, key)
			short[i] ^= 1 << bit
			requireKind(t, signing.EvidenceDamaged, err)
		}
	}
	_, err := opened(file, newKey())
	requireKind(t, signing.EvidenceDamaged, err)
	_, err = opened(file)
	requireKind(t, signing.ConfigInvalid, err)
	_, err = opened(file, key[:31])
	requireKind(t, signing.ConfigInvalid, err)
	_, err = evidence.Seal(io.Discard, key[:16])
	requireKind(t, signing.ConfigInvalid, err)
	_, err = evidence.Seal(broken{}, key)
	requireKind(t, signing.StoreFailed, err)
}

// A sealed bundle is checked where it is, and damage in it is named.
func TestVerifySealed(t *testing.T) {
	key := newKey()
	plain := write(t, message(t, newIssuer(t)), evidence.Options{})
	file := sealed(t, key, plain)
	s, err := evidence.Open(bytes.NewReader(file), int64(len(file)), [][]byte{newKey(), key})
	require.NoError(t, err)
	_, err = evidence.Verify(context.Background(), s, s.Size(), began, untimed())
	require.NoError(t, err)
}

func newDir(tb testing.TB, keys ...[]byte) (*evidence.Dir, string, string) {
	tb.Helper()
	folder, keyFolder := tb.TempDir(), tb.TempDir()
	d, err := evidence.NewDir(evidence.DirConfig{Folder: folder, KeyFolder: keyFolder, Keys: keys})
	require.NoError(tb, err)
	return d, folder, keyFolder
}

func keep(d *evidence.Dir, reference, content string) error {
	return d.Put(context.Background(), reference, func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	})
}

func read(d *evidence.Dir, reference string) (string, error) {
	s, err := d.Open(context.Background(), reference)
	if err != nil {
		return "", err
	}
	defer func() { _ = s.Close() }()
	b, err := io.ReadAll(s.Content())
	return string(b), err
}

func names(tb testing.TB, folder string) []string {
	tb.Helper()
	all, err := os.ReadDir(folder)
	require.NoError(tb, err)
	var list []string
	for _, f := range all {
		list = append(list, f.Name())
	}
	return list
}

const case9 = "sag-9 om Åse Ærø"

func TestDir(t *testing.T) {
	d, folder, keyFolder := newDir(t, newKey())
	require.NoError(t, keep(d, case9, "Blåbær"))
	got, err := read(d, case9)
	require.NoError(t, err)
	assert.Equal(t, "Blåbær", got)
	requireKind(t, signing.Conflict, keep(d, case9, "Jordbær"))

	for _, where := range []string{folder, keyFolder} {
		all := names(t, where)
		require.Len(t, all, 1)
		content, err := os.ReadFile(filepath.Join(where, all[0]))
		require.NoError(t, err)
		for _, secret := range []string{"sag-9", "Åse", "Blåbær"} { // no shorter: names and content are random
			assert.NotContains(t, all[0], secret)
			assert.NotContains(t, string(content), secret)
		}
		info, err := os.Stat(filepath.Join(where, all[0]))
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&0o077)
	}
	_, err = read(d, "sag-10")
	requireKind(t, signing.NotFound, err)
	assert.ErrorIs(t, err, os.ErrNotExist)
	requireKind(t, signing.InputInvalid, keep(d, "", "x"))
}

// Erasing deletes one small file, and no copy of the bundle opens any more.
func TestErase(t *testing.T) {
	d, folder, keyFolder := newDir(t, newKey())
	require.NoError(t, keep(d, case9, "Blåbær"))
	require.NoError(t, keep(d, "sag-10", "Jordbær"))
	backup := t.TempDir()
	require.NoError(t, os.CopyFS(backup, os.DirFS(folder)))

	require.NoError(t, d.Erase(context.Background(), case9))
	require.NoError(t, d.Erase(context.Background(), case9), "again")
	_, err := read(d, case9)
	requireKind(t, signing.NotFound, err)
	assert.Len(t, names(t, keyFolder), 1)
	assert.Len(t, names(t, folder), 1)
	got, err := read(d, "sag-10")
	require.NoError(t, err)
	assert.Equal(t, "Jordbær", got)

	require.NoError(t, os.RemoveAll(folder))
	require.NoError(t, os.CopyFS(folder, os.DirFS(backup)))
	_, err = read(d, case9)
	requireKind(t, signing.NotFound, err)
	require.NoError(t, keep(d, case9, "på ny"), "the reference is free")
	got, err = read(d, case9)
	require.NoError(t, err)
	assert.Equal(t, "på ny", got)
}

func TestDirKeysRotate(t *testing.T) {
	old, fresh := newKey(), newKey()
	folder, keyFolder := t.TempDir(), t.TempDir()
	open := func(keys ...[]byte) *evidence.Dir {
		d, err := evidence.NewDir(evidence.DirConfig{Folder: folder, KeyFolder: keyFolder, Keys: keys})
		require.NoError(t, err)
		return d
	}
	require.NoError(t, keep(open(old), case9, "Blåbær"))
	both := open(fresh, old)
	got, err := read(both, case9)
	require.NoError(t, err)
	assert.Equal(t, "Blåbær", got)
	requireKind(t, signing.Conflict, keep(both, case9, "x"))
	_, err = read(open(fresh), case9)
	requireKind(t, signing.NotFound, err)
	require.NoError(t, both.Erase(context.Background(), case9))
	_, err = read(both, case9)
	requireKind(t, signing.NotFound, err)
}

// Files that were exchanged, changed or lost are noticed.
func TestDirTampered(t *testing.T) {
	d, folder, keyFolder := newDir(t, newKey())
	require.NoError(t, keep(d, "a", "Æ"))
	require.NoError(t, keep(d, "b", "Ø"))
	exchange := func(where string) {
		all := names(t, where)
		require.NoError(t, os.Rename(filepath.Join(where, all[0]), filepath.Join(where, "x")))
		require.NoError(t, os.Rename(filepath.Join(where, all[1]), filepath.Join(where, all[0])))
		require.NoError(t, os.Rename(filepath.Join(where, "x"), filepath.Join(where, all[1])))
	}
	for _, where := range []string{folder, keyFolder} {
		exchange(where)
		_, err := read(d, "a")
		requireKind(t, signing.EvidenceDamaged, err)
		exchange(where)
	}
	got, err := read(d, "a")
	require.NoError(t, err)
	require.Equal(t, "Æ", got)
	for _, f := range names(t, folder) {
		require.NoError(t, os.Remove(filepath.Join(folder, f)))
	}
	_, err = read(d, "a")
	requireKind(t, signing.EvidenceDamaged, err)
	for _, f := range names(t, keyFolder) {
		require.NoError(t, os.WriteFile(filepath.Join(keyFolder, f), bytes.Repeat([]byte("A"), 200), 0o600))
	}
	_, err = read(d, "a")
	requireKind(t, signing.EvidenceDamaged, err)
}

// A Put that fails, at any point, leaves nothing that is there, and does not block the next.
func TestPutFails(t *testing.T) {
	d, folder, keyFolder := newDir(t, newKey())
	mine := errors.New("mine")
	err := d.Put(context.Background(), case9, func(w io.Writer) error { _, _ = io.WriteString(w, "halvt"); return mine })
	require.ErrorIs(t, err, mine)
	ctx, cancel := context.WithCancel(context.Background())
	err = d.Put(ctx, case9, func(io.Writer) error { cancel(); return nil })
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, names(t, folder))
	assert.Empty(t, names(t, keyFolder))
	require.NoError(t, keep(d, case9, "helt"))

	gone, err := evidence.NewDir(evidence.DirConfig{Folder: filepath.Join(folder, "nej"), KeyFolder: keyFolder, Keys: [][]byte{newKey()}})
	require.NoError(t, err)
	requireKind(t, signing.StoreFailed, keep(gone, "x", "x"))
	for name, cfg := range map[string]evidence.DirConfig{
		"Folder": {}, "KeyFolder": {Folder: "a"}, "must not be": {Folder: "a", KeyFolder: "a/"}, "Keys is": {Folder: "a", KeyFolder: "b"},
		"32 bytes": {Folder: "a", KeyFolder: "b", Keys: [][]byte{{1}}},
	} {
		_, err := evidence.NewDir(cfg)
		requireKind(t, signing.ConfigInvalid, err)
		assert.True(t, strings.Contains(err.Error(), name), "%v", err)
	}
}

// Of many that keep one reference at once, one does, and what it kept is read.
func TestPutAtOnce(t *testing.T) {
	d, folder, keyFolder := newDir(t, newKey())
	var wg sync.WaitGroup
	kept := make([]error, 8)
	for i := range kept {
		wg.Go(func() { kept[i] = keep(d, case9, strings.Repeat(string(rune('a'+i)), 1000)) })
	}
	wg.Wait()
	winner := -1
	for i, err := range kept {
		if err == nil {
			require.Equal(t, -1, winner, "two were told that they were kept")
			winner = i
		} else {
			requireKind(t, signing.Conflict, err)
		}
	}
	require.GreaterOrEqual(t, winner, 0)
	got, err := read(d, case9)
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat(string(rune('a'+winner)), 1000), got)
	assert.Len(t, names(t, folder), 1)
	assert.Len(t, names(t, keyFolder), 1)
}

// The program may end at any step of Put: before the key file stands, nothing is there,
// and the reference is free. Erase clears away what was left.
func TestInterruptedPut(t *testing.T) {
	d, folder, keyFolder := newDir(t, newKey())
	require.NoError(t, keep(d, case9, "første forsøg"))
	for _, f := range names(t, keyFolder) { // as if the program had ended before this step
		require.NoError(t, os.Rename(filepath.Join(keyFolder, f), filepath.Join(keyFolder, ".part-1")))
	}
	_, err := read(d, case9)
	requireKind(t, signing.NotFound, err)
	require.NoError(t, keep(d, case9, "andet forsøg"))
	got, err := read(d, case9)
	require.NoError(t, err)
	assert.Equal(t, "andet forsøg", got)
	assert.Len(t, names(t, folder), 2)
	require.NoError(t, d.Erase(context.Background(), case9))
	assert.Empty(t, names(t, folder))
}

// meanwhile is a context that does something when it is asked, which Put does between its
// two files.
type meanwhile struct {
	context.Context
	do func()
}

func (m meanwhile) Err() error {
	m.do()
	return nil
}

// A bundle that was erased while it was stored is not kept, and nobody is told that it is.
func TestEraseDuringPut(t *testing.T) {
	d, folder, keyFolder := newDir(t, newKey())
	ctx := meanwhile{t.Context(), func() { assert.NoError(t, d.Erase(context.Background(), case9)) }}
	err := d.Put(ctx, case9, func(w io.Writer) error { _, err := io.WriteString(w, "Blåbær"); return err })
	requireKind(t, signing.Conflict, err)
	assert.Empty(t, names(t, folder))
	assert.Empty(t, names(t, keyFolder))
	require.NoError(t, keep(d, case9, "på ny"), "the reference is free")
}

// A sealed bundle may be read from several places at once.
func TestSealedAtOnce(t *testing.T) {
	key := newKey()
	plain := make([]byte, 3*64<<10+5)
	_, _ = rand.Read(plain)
	file := sealed(t, key, plain)
	s, err := evidence.Open(bytes.NewReader(file), int64(len(file)), [][]byte{key})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := io.ReadAll(s.Content())
			assert.NoError(t, err)
			assert.True(t, bytes.Equal(plain, got))
		})
	}
	wg.Wait()
}
