//go:build !linux

package pgtest

// inMemory knows of no folder in memory here.
func inMemory() string { return "" }
