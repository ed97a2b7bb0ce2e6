package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dkeid/dkeid/signing"
)

// state is what the next start must know of an order. It is written before the order
// leaves, and holds no link, no token and no secret.
type state struct {
	Version   int             `json:"version"`
	Reference string          `json:"reference"` // our own name for the order
	Document  signing.Digest  `json:"document"`  // SHA-256 of what is to be signed
	Ticket    *signing.Ticket `json:"ticket"`    // nil until the service has answered
	Ended     string          `json:"ended"`     // empty until the order has ended
	Signed    *signing.Digest `json:"signed"`    // SHA-256 of the stored copy, once it stands
	Sum       signing.Digest  `json:"sum"`       // SHA-256 of this file with sixty-four zeros here

	path   string // empty if nothing is kept
	before bool   // an earlier start wrote it
}

var (
	errDamaged  = errors.New("-state holds no state of this command, or a damaged one: nothing was asked of the service")
	errOccupied = exit{errors.New("another file stands where the signed copy or the evidence goes (-out)"), 2}
)

// loadState reads the state at path, or begins one. An empty path keeps nothing.
func loadState(path string, document signing.Digest) (*state, error) {
	file, err := os.ReadFile(path)
	if path == "" || errors.Is(err, fs.ErrNotExist) {
		return &state{Version: 1, Reference: "sign-" + rand.Text(), Document: document, path: path}, nil
	}
	if err != nil {
		return nil, err
	}
	// A state is as this command writes it, byte by byte, or it is damaged.
	s := &state{path: path, before: true}
	if json.Unmarshal(file, s) != nil || s.Version != 1 || !bytes.Equal(file, s.encode()) {
		return nil, errDamaged
	}
	if s.Document != document {
		return nil, errors.New("-document is not the one that -state is about: it changed, or is another")
	}
	return s, nil
}

// encode returns the file, with its sum.
func (s state) encode() []byte {
	s.Sum = signing.Digest{}
	file, _ := json.Marshal(s) // of plain texts, which cannot fail
	s.Sum = sha256.Sum256(file)
	file, _ = json.Marshal(s)
	return file
}

// save writes the state, whole.
func (s *state) save() error {
	if s.path == "" {
		return nil
	}
	return writeWhole(s.path, s.encode())
}

// writeWhole puts content at path, whole or not at all: whoever looks sees the file of
// before or the new one, also after a power cut. Its owner alone can read it.
func writeWhole(path string, content []byte) error {
	err := writePart(path, content)
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err != nil {
		_ = os.Remove(path + ".part")
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// writePart writes the file that becomes the one at path. One that a killed start left goes.
func writePart(path string, content []byte) error {
	_ = os.Remove(path + ".part")
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// free reports that nothing is at path, or an empty file, and that a file can be made there.
func free(path string) error {
	if info, err := os.Lstat(path); err == nil && (info.Size() > 0 || !info.Mode().IsRegular()) {
		return errOccupied
	}
	err := writePart(path, nil)
	_ = os.Remove(path + ".part")
	return err
}

// keep is writeWhole for a file that replaces none but an empty one. The same bytes may
// stand there already.
func keep(path string, content []byte) error {
	if before, err := os.ReadFile(path); err == nil && len(before) > 0 && bytes.Equal(before, content) {
		return nil
	}
	if err := free(path); err != nil {
		return err
	}
	return writeWhole(path, content)
}
