package main

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"os"

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

var errDamaged = errors.New("-state holds no state of this command, or a damaged one: nothing was asked of the service")

// loadState reads the state at path, or begins one. An empty path keeps nothing.
func loadState(path string, document signing.Digest) (*state, error) {
	s := &state{Version: 1, Reference: "sign-" + rand.Text(), Document: document, path: path}
	if path == "" {
		return s, nil
	}
	file, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	// A state is as this command writes it, byte by byte, or it is damaged.
	s = &state{path: path, before: true}
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
	s.Sum = sha256.Sum256(s.lines())
	return s.lines()
}

func (s state) lines() []byte {
	text, _ := json.MarshalIndent(s, "", "  ") // of plain texts, which cannot fail
	return append(text, '\n')
}

// save writes the state, whole.
func (s *state) save() error {
	if s.path == "" {
		return nil
	}
	return writeWhole(s.path, s.encode())
}

// remove takes the state away again.
func (s *state) remove() error {
	if s.path == "" {
		return nil
	}
	return os.Remove(s.path)
}
