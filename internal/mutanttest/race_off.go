//go:build !race

package mutanttest

const raceDetector = false
