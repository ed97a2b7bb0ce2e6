package evidence

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dkeid/dkeid/internal/seal"
	"github.com/dkeid/dkeid/signing"
)

// DirConfig configures a Dir. All fields are required.
type DirConfig struct {
	guarded

	// Folder is where the sealed bundles are.
	Folder string
	// KeyFolder is where the keys of the bundles are: a small sealed file each. Keep it
	// where copies do not outlive it, and out of the backups of Folder. Erase deletes the
	// file; then nobody can read any copy of the bundle.
	KeyFolder string
	// Keys seal the key files, and name all files so that names say nothing: KeySize bytes
	// each, the newest first. Old ones stay as long as there are files of them.
	Keys [][]byte
}

// Dir keeps sealed bundles in two folders, which must exist. It is safe for concurrent
// use, also by several processes. File names are keyed digests of references. A program
// that keeps bundles elsewhere uses Seal and Open.
type Dir struct {
	folder, keyFolder string
	box               *seal.Box
}

// NewDir returns a Dir. It does not look at the folders.
func NewDir(cfg DirConfig) (*Dir, error) {
	switch {
	case cfg.Folder == "":
		return nil, failed(signing.ConfigInvalid, "", "DirConfig.Folder is missing")
	case cfg.KeyFolder == "":
		return nil, failed(signing.ConfigInvalid, "", "DirConfig.KeyFolder is missing")
	case filepath.Clean(cfg.Folder) == filepath.Clean(cfg.KeyFolder):
		return nil, failed(signing.ConfigInvalid, "", "DirConfig.KeyFolder must not be Folder: erasing one file must erase all copies")
	case len(cfg.Keys) == 0:
		return nil, failed(signing.ConfigInvalid, "", "DirConfig.Keys is missing")
	}
	box, err := seal.New("evidence", cfg.Keys)
	if err != nil {
		return nil, failed(signing.ConfigInvalid, "", "each of DirConfig.Keys must have 32 bytes")
	}
	return &Dir{cfg.Folder, cfg.KeyFolder, box}, nil
}

const (
	bundleSuffix = ".evidence"
	keySuffix    = ".key"
	randomSize   = 16 // bytes of a bundle's random name
	maxRecord    = 4 << 10
)

// Stored is a sealed bundle that a Dir keeps. It is read as Sealed is, and must be closed.
type Stored struct {
	*Sealed
	io.Closer
}

// Put keeps what write writes under a reference, sealed. Either all of it is kept, or
// nothing. A reference that is taken is refused with signing.ErrConflict: bundles never
// change. An error of write is returned as it is.
//
// The key file is made last, in one step: a bundle without it is not there.
func (d *Dir) Put(ctx context.Context, reference string, write func(io.Writer) error) error {
	if !isReference(reference) {
		return failed(signing.InputInvalid, "", "a reference must have 1 to 200 printable characters")
	}
	if _, _, err := d.find(reference); err == nil {
		return failed(signing.Conflict, "", "there is a bundle of this reference")
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	secret := make([]byte, KeySize+randomSize) // of the key file: key, and random name
	_, _ = rand.Read(secret)                   // never fails (crypto/rand)
	mark := d.box.Marks(reference)[0]
	name := filepath.Join(d.folder, mark+"-"+base64.RawURLEncoding.EncodeToString(secret[KeySize:])+bundleSuffix)
	if err := writeFile(name, func(w io.Writer) error { return sealTo(w, secret[:KeySize], write) }); err != nil {
		return err
	}
	err := stopped(ctx)
	if err == nil {
		record := d.box.Seal(reference, secret)
		err = linkFile(filepath.Join(d.keyFolder, mark+keySuffix), func(w io.Writer) error { return put(w, []byte(record)) })
	}
	if err != nil {
		_ = os.Remove(name)
		return err
	}
	if _, err := os.Lstat(name); err != nil { // Erase ran between the two files
		_ = os.Remove(filepath.Join(d.keyFolder, mark+keySuffix))
		return failed(signing.Conflict, "", "the reference was erased while its bundle was stored")
	}
	return nil
}

func sealTo(w io.Writer, key []byte, write func(io.Writer) error) error {
	s, err := Seal(w, key)
	if err != nil {
		return err
	}
	if err := write(s); err != nil {
		return err
	}
	return s.Close()
}

// Open opens the bundle of a reference. The caller closes it. A reference that was never
// kept, or was erased, is signing.ErrNotFound.
func (d *Dir) Open(_ context.Context, reference string) (*Stored, error) {
	mark, secret, err := d.find(reference)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(d.folder, mark+"-"+base64.RawURLEncoding.EncodeToString(secret[KeySize:])+bundleSuffix))
	if err != nil {
		return nil, unreadable(err, signing.EvidenceDamaged, "the bundle of this reference is gone, and its key is there")
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, storeFailed("the bundle could not be read")
	}
	s, err := Open(f, info.Size(), [][]byte{secret[:KeySize]})
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &Stored{Sealed: s, Closer: f}, nil
}

// find returns the name and the key file's content of a reference.
func (d *Dir) find(reference string) (mark string, secret []byte, err error) {
	for _, mark := range d.box.Marks(reference) {
		record, err := readRecord(filepath.Join(d.keyFolder, mark+keySuffix))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return "", nil, storeFailed("a key file could not be read")
		}
		secret, err := d.box.Open(reference, string(record))
		if err != nil || len(secret) != KeySize+randomSize {
			return "", nil, damaged("", "the key file of this reference has been changed, or no key opens it")
		}
		return mark, secret, nil
	}
	return "", nil, &Error{Kind: signing.NotFound, Why: "there is no bundle of this reference", Err: fs.ErrNotExist}
}

func readRecord(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, maxRecord))
}

// Erase makes the bundle of a reference unreadable, in every copy. It deletes the key file
// first, and then the bundle, with what was left behind by a Put that was interrupted.
// Erasing what is not there is no error.
func (d *Dir) Erase(_ context.Context, reference string) error {
	for _, mark := range d.box.Marks(reference) {
		if err := os.Remove(filepath.Join(d.keyFolder, mark+keySuffix)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return storeFailed("a key file could not be deleted")
		}
	}
	if err := syncFolder(d.keyFolder); err != nil {
		return err
	}
	files, err := os.ReadDir(d.folder)
	if err != nil {
		return storeFailed("the folder could not be read")
	}
	for _, mark := range d.box.Marks(reference) {
		for _, f := range files {
			if strings.HasPrefix(f.Name(), mark+"-") {
				if err := os.Remove(filepath.Join(d.folder, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return storeFailed("a sealed bundle could not be deleted")
				}
			}
		}
	}
	return nil
}
