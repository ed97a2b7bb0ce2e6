//go:build race

package main

// slowness is how much longer the command may take under the race detector.
const slowness = 5
