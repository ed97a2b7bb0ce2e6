package store

import (
	"bufio"
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// keySize is the length of a key in bytes.
const keySize = 32

// Keyring holds the app's secret keys, newest first. The first one seals, every
// one opens, so that a key can be replaced while old data still has to be read.
type Keyring [][]byte

// NewKeyring returns a random key that dies with the process.
func NewKeyring() Keyring {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return Keyring{key}
}

// LoadKeyring reads the key file: one key a line, 64 hexadecimal digits, newest
// first. A file that does not exist is made, readable by its owner alone.
func LoadKeyring(path string) (Keyring, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return createKeyring(path)
	}
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	var keys Keyring
	lines := bufio.NewScanner(bytes.NewReader(raw))
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		key, err := hex.DecodeString(string(line))
		if err != nil || len(key) != keySize {
			return nil, fmt.Errorf("key file: line %d is not 64 hexadecimal digits", n)
		}
		keys = append(keys, key)
	}
	if err := lines.Err(); err != nil || len(keys) == 0 {
		return nil, errors.New("key file: holds no key")
	}
	return keys, nil
}

// createKeyring makes the key file. Of several programs that do it at once, one does, and
// the others read its keys: the file is there whole, or not at all.
func createKeyring(path string) (Keyring, error) {
	keys := NewKeyring()
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // readable by its owner alone
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = fmt.Fprintln(f, hex.EncodeToString(keys[0]))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	switch err := os.Link(f.Name(), path); {
	case errors.Is(err, os.ErrExist):
		return LoadKeyring(path)
	case err != nil:
		return nil, fmt.Errorf("key file: %w", err)
	}
	return keys, nil
}

// Derive returns one key for each of k, good for purpose alone.
func (k Keyring) Derive(purpose string) ([][]byte, error) {
	derived := make([][]byte, len(k))
	for i, key := range k {
		d, err := hkdf.Expand(sha256.New, key, "questionnaire v1 "+purpose, keySize)
		if err != nil {
			return nil, fmt.Errorf("derive key: %w", err)
		}
		derived[i] = d
	}
	return derived, nil
}

// String keeps the keys out of every print.
func (Keyring) String() string { return "keyring{…}" }

// GoString keeps the keys out of every print.
func (Keyring) GoString() string { return "keyring{…}" }
