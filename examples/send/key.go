package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/dkeid/dkeid/eboks"
)

// keyFromEnvironment returns OUTBOX_KEY, nil if it is not set.
func keyFromEnvironment() ([]byte, error) {
	text := os.Getenv("OUTBOX_KEY")
	if text == "" {
		return nil, nil
	}
	key, err := readKey([]byte(text))
	if err != nil {
		return nil, errors.New("OUTBOX_KEY is not 32 bytes as base64; openssl rand -base64 32 makes one")
	}
	return key, nil
}

// keyOf reads the key file of a database, and makes it if it is not there. Of several
// processes that start at once all have the same key afterwards. A new key opens nothing
// that was sealed before, so there is none for a database in use.
func keyOf(path string, inUse func() (bool, error)) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		used, err := inUse()
		if err != nil {
			return nil, fmt.Errorf("the database cannot be read: %w", err)
		}
		if !used {
			if err := makeKey(path); err != nil {
				return nil, fmt.Errorf("the key file cannot be made: %w", cause(err))
			}
		}
	}
	if err != nil { // another process may have made the key and then used the database
		text, err = os.ReadFile(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the database is in use and its key is missing: put %s back, or set OUTBOX_KEY", filepath.Base(path))
	}
	if err != nil {
		return nil, fmt.Errorf("the key file cannot be read: %w", cause(err))
	}
	if info, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("other users of the machine can read the key file; chmod 600 %s, and start again", filepath.Base(path))
	}
	key, err := readKey(text)
	if err != nil {
		return nil, errors.New("the key file does not hold 32 bytes as base64; put the right one back")
	}
	return key, nil
}

// makeKey writes a whole file under another name, and gives it its name if nobody else was
// faster. Only its owner can read it.
func makeKey(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	secret := make([]byte, eboks.KeySize)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	_, err = fmt.Fprintln(f, base64.StdEncoding.EncodeToString(secret))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a new name in a folder durable, before anything is sealed with the key.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func readKey(text []byte) ([]byte, error) {
	text = bytes.TrimSpace(text)
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding} {
		if b, err := e.DecodeString(string(text)); err == nil && len(b) == eboks.KeySize {
			return b, nil
		}
	}
	return nil, errors.New("not 32 bytes as base64")
}
