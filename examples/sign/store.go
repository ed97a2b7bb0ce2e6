package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dkeid/dkeid/signing"
	"github.com/dkeid/dkeid/signing/evidence"
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
	before bool   // an earlier start or call wrote it, so the service may have the order
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

// bundle is where the evidence goes.
func (s *signer) bundle() string { return s.out + ".evidence.zip" }

// store keeps how the order ended. After nil the signed copy, the evidence and the state
// stand, and the service may forget them. Another end is an error: the service forgets
// nothing of which nothing stands here.
func (s *signer) store(ctx context.Context, r *signing.Result) error {
	s.state.Ended = r.End.String()
	if r.End != signing.EndSigned {
		for _, p := range r.Signatories {
			if reason := legible(string(p.Reason.Reveal())); reason != "" {
				fmt.Fprintln(os.Stderr, "the person's reason:", reason)
			}
		}
		return cmp.Or(s.state.save(), unsigned(s.state.Ended))
	}
	// The evidence holds the document before and after, the tokens, and the keys that the
	// issuer publishes today.
	keys, err := evidence.FetchKeys(ctx, evidence.FetchConfig{Issuer: s.issuer, HTTPClient: s.caller})
	if err != nil {
		return err
	}
	proof, err := evidence.FromSignature(r, evidence.SignatureInput{Order: s.order, Published: keys})
	if err != nil {
		return err
	}
	var zip bytes.Buffer
	if _, err := evidence.Write(ctx, &zip, proof, evidence.Options{}); err != nil {
		return err
	}
	if err := keep(s.out, r.Documents[0].Content); err != nil {
		return err
	}
	if err := writeWhole(s.bundle(), zip.Bytes()); err != nil {
		return err
	}
	s.state.Signed = &r.Documents[0].SHA256
	return s.state.save()
}

// again is a start after the order has ended. The service is asked for nothing but to
// forget it, for which an earlier start may have had no time.
func (s *signer) again(ctx context.Context) error {
	if s.state.Signed == nil {
		return unsigned(s.state.Ended)
	}
	content, err := os.ReadFile(s.out)
	if err != nil || sha256.Sum256(content) != *s.state.Signed {
		return errors.New("an earlier start stored the signed copy, and it is not at -out as it was")
	}
	fmt.Printf("stored by an earlier start: %s and %s\n", s.out, s.bundle())
	warn(s.client.Cleanup(ctx, *s.state.Ticket))
	return nil
}

// warn says that the service still keeps the order. What is stored here is as good.
func warn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "warning: the service keeps the order a while longer:", err)
	}
}

// unsigned is the error for an order that ended without a signed copy.
func unsigned(end string) error {
	if end == signing.EndError.String() {
		return exit{errors.New("nobody signed: the service failed for the person, or closed the order without the signature"), 2}
	}
	return exit{errors.New("nobody signed: " + end), 1}
}

// writeWhole puts content at path, whole or not at all: whoever looks sees the file of
// before or the new one, also after a power cut. Its owner alone can read it.
func writeWhole(path string, content []byte) error {
	part := path + ".part"
	_ = os.Remove(part)   // a killed start may have left it
	defer os.Remove(part) // after the rename nothing is there
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// keep is writeWhole for a file that replaces none but an empty one. The same bytes may
// stand there already.
func keep(path string, content []byte) error {
	if before, err := os.ReadFile(path); err == nil && bytes.Equal(before, content) {
		return nil
	}
	if err := free(path); err != nil {
		return err
	}
	return writeWhole(path, content)
}

// free reports that nothing is at path, or an empty file, and that a file can be made there.
func free(path string) error {
	if info, err := os.Lstat(path); err == nil && (info.Size() > 0 || !info.Mode().IsRegular()) {
		return errOccupied
	}
	probe, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}
