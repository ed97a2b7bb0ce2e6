//go:build !unix

package main

import "os"

// lock locks nothing here: do not start the command twice at once.
func lock(*os.File) bool { return true }
