//go:build !race

package outbox_test

// raceDetector makes programs ten times slower and larger.
const raceDetector = false
