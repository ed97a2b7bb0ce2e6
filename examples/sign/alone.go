package main

import (
	"errors"
	"os"
)

var errBusy = errors.New("another start is at work with the same -state; wait for it, and start the same command again later")

// alone makes sure that no other start works with the same state: two could place two
// orders. The lock ends with the process, however that ends. An empty path needs none.
func alone(state string) (release func(), err error) {
	if state == "" {
		return func() {}, nil
	}
	path := state + ".lock"
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		if !lock(f) {
			return nil, errors.Join(unfinished{errBusy}, f.Close())
		}
		// The start before may have removed the file since it was opened.
		mine, err1 := f.Stat()
		there, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(mine, there) {
			return func() { _ = os.Remove(path); _ = f.Close() }, nil
		}
		_ = f.Close()
	}
}
