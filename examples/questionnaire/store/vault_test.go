package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestVault(t *testing.T) {
	v, err := NewVault(NewKeyring())
	require.NoError(t, err)
	n := cprtest.Number(1)
	sealed := v.seal(n, "åse")
	assert.NotContains(t, string(sealed), n.Reveal())
	assert.NotEqual(t, sealed, v.seal(n, "åse"), "the same number is sealed differently each time")
	got, err := v.open(sealed, "åse")
	require.NoError(t, err)
	assert.Equal(t, n, got)
	_, err = v.open(sealed, "øjvind")
	assert.ErrorIs(t, err, errVault)
	for i := range sealed {
		changed := append([]byte(nil), sealed...)
		changed[i] ^= 1
		_, err := v.open(changed, "åse")
		assert.ErrorIs(t, err, errVault, "byte %d", i)
		_, err = v.open(sealed[:i], "åse")
		assert.ErrorIs(t, err, errVault, "%d bytes", i)
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nøgle")
	made, err := LoadKeyring(path)
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Zero(t, info.Mode().Perm()&0o077, "nobody else reads it")
	read, err := LoadKeyring(path)
	require.NoError(t, err)
	assert.True(t, len(made) == 1 && len(read) == 1 && string(made[0]) == string(read[0]))
	assert.Equal(t, "keyring{…} keyring{…}", fmt.Sprintf("%v %#v", made, made))

	for name, content := range map[string]string{"empty": "", "short": "00ff\n", "no hexadecimal": "zz", "one bad line": fmt.Sprintf("%x\nnot a key\n", made[0])} {
		bad := filepath.Join(t.TempDir(), "bad")
		require.NoError(t, os.WriteFile(bad, []byte(content), 0o600))
		_, err := LoadKeyring(bad)
		require.Error(t, err, name)
		assert.NotContains(t, err.Error(), fmt.Sprintf("%x", made[0]), name)
	}
	_, err = LoadKeyring(filepath.Join(path, "below a file"))
	assert.Error(t, err)
}

func TestManyWhoMakeTheKeyFileHaveTheSameKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nøgle")
	all := make([]Keyring, 16)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			var err error
			all[i], err = LoadKeyring(path)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	for _, k := range all {
		assert.True(t, len(k) == 1 && bytes.Equal(k[0], all[0][0]))
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestKeysOfTwoPurposesDiffer(t *testing.T) {
	k := NewKeyring()
	a, err := k.Derive("cpr sealing")
	require.NoError(t, err)
	b, err := k.Derive("cpr pseudonym")
	require.NoError(t, err)
	assert.NotEqual(t, a[0], b[0])
	assert.NotEqual(t, []byte(k[0]), a[0])
}

func FuzzVaultOpen(f *testing.F) {
	v, err := NewVault(NewKeyring())
	require.NoError(f, err)
	f.Add(v.seal(cprtest.Number(1), "somebody"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if n, err := v.open(sealed, "somebody else"); err == nil {
			t.Fatalf("opened: %v", n)
		}
	})
}
