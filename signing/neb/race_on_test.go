//go:build race

package neb_test

// raceDetector makes the fake's RSA signatures ten times slower.
const raceDetector = true
