//go:build !race

package criipto_test

const raceDetector = false
