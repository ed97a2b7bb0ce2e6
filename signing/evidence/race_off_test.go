//go:build !race

package evidence_test

// raceEnabled shortens what the race detector makes slow.
const raceEnabled = false
