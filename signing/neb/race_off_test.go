//go:build !race

package neb_test

const raceDetector = false
