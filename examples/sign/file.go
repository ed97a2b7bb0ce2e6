package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// writeWhole puts content at path, whole or not at all: whoever looks sees the file of
// before or the new one, also after a power cut. Its owner alone can read it.
func writeWhole(path string, content []byte) error {
	part, err := newPart(path)
	if err != nil {
		return err
	}
	_, err = part.Write(content)
	if err = errors.Join(err, part.Sync(), part.Close()); err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(part.Name()))
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// newPart makes the file that becomes the one at path. One that a killed start left goes.
func newPart(path string) (*os.File, error) {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// keep is writeWhole for a file that never replaces another but an empty one. The same
// bytes may stand there already.
func keep(path string, content []byte) error {
	before, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return writeWhole(path, content)
	case err != nil || bytes.Equal(before, content):
		return err
	case len(before) > 0:
		return errOccupied
	}
	return writeWhole(path, content)
}

var errOccupied = errors.New("another file stands where the signed copy or the evidence goes (-out)")

// free reports that nothing is at path, or an empty file, and that a file can be made there.
func free(path string) error {
	if info, err := os.Lstat(path); err == nil && (info.Size() > 0 || !info.Mode().IsRegular()) {
		return errOccupied
	}
	probe, err := newPart(path)
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}
