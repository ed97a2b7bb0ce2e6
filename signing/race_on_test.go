//go:build race

package signing_test

// raceDetector makes programs ten times slower and larger.
const raceDetector = true
