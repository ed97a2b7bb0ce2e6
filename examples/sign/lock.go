//go:build unix

package main

import (
	"os"
	"syscall"
)

// lock reports whether nobody else has locked the file.
func lock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
