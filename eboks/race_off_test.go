//go:build !race

package eboks_test

const raceDetector = false
