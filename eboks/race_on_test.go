//go:build race

package eboks_test

// raceDetector makes programs ten times slower and larger.
const raceDetector = true
