//go:build !race

package cpr

const raceDetector = false
