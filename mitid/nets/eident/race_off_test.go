//go:build !race

package eident_test

const raceDetector = false
