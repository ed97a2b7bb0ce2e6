//go:build race

package cpr

// raceDetector says that every step costs about ten times as much, so the
// longest walks take bigger strides.
const raceDetector = true
