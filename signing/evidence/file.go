package evidence

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/dkeid/dkeid/signing"
)

func storeFailed(why string) *Error { return failed(signing.StoreFailed, "", why) }

// unreadable returns the error for a file that cannot be opened: missing with kind and
// why if it is not there. The cause names files, so it is not repeated.
func unreadable(err error, missing signing.Kind, why string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return failed(missing, "", why)
	}
	return storeFailed("a file could not be opened")
}

// writeFile makes a file, whole or not at all.
func writeFile(name string, write func(io.Writer) error) error {
	return finish(name, write, os.Rename)
}

// linkFile makes a file, whole or not at all, and refuses to replace one.
func linkFile(name string, write func(io.Writer) error) error {
	return finish(name, write, func(from, to string) error {
		err := os.Link(from, to)
		_ = os.Remove(from)
		if errors.Is(err, fs.ErrExist) {
			return failed(signing.Conflict, "", "there is a bundle of this reference")
		}
		return err
	})
}

// finish writes a temporary file beside name, syncs it, and gives it its name.
func finish(name string, write func(io.Writer) error, give func(from, to string) error) error {
	folder := filepath.Dir(name)
	f, err := os.CreateTemp(folder, ".part-*") // readable by this user alone
	if err != nil {
		return storeFailed("a file could not be made")
	}
	err = write(f)
	if err == nil && f.Sync() != nil {
		err = storeFailed("a file could not be written")
	}
	if closed := f.Close(); err == nil && closed != nil {
		err = storeFailed("a file could not be written")
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	if err := give(f.Name(), name); err != nil {
		_ = os.Remove(f.Name())
		if ours, ok := errors.AsType[*Error](err); ok {
			return ours
		}
		return storeFailed("a file could not be given its name")
	}
	return syncFolder(folder)
}

// syncFolder makes names in a folder survive a crash. Windows cannot, and needs not.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(folder)
	if err != nil {
		return storeFailed("a folder could not be opened")
	}
	defer func() { _ = f.Close() }()
	if f.Sync() != nil {
		return storeFailed("a folder could not be written")
	}
	return nil
}
