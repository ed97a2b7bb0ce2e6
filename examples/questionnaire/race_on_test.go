//go:build race

package main

// raceDetector makes the app several times slower; the browser finds nothing more with it.
const raceDetector = true
