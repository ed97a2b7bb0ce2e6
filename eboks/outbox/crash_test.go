package outbox_test

import (
	"testing"

	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashsuite"
	"github.com/dkeid/dkeid/internal/toolstest"
)

// long says to try more, as .ci/run weekly does; without the race detector, which makes a
// database in this process slow.
func long() bool { return toolstest.Long() && !raceDetector }

// some is how many of something are tried: few by default.
func some(few, whenLong int) int {
	if long() {
		return whenLong
	}
	return few
}

// oneAtATime leaves out a test that does one thing after the other, where the race detector
// would find nothing and take minutes. It runs without it.
func oneAtATime() bool { return raceDetector }

// stride is how many steps lie between two deaths: every is for SQLite. On PostgreSQL a
// start takes several times as long. Each step is tried with DKEID_LONG=1 alone; the first
// is random, so that many runs try all of them.
func stride(d outbox.Dialect, every int) int {
	switch {
	case long():
		return 1
	case raceDetector:
		every *= 4
	}
	if d == outbox.PostgreSQL {
		return 5 * every
	}
	return every
}

// TestDeathAtEveryStep dies at each step of the life of a letter, on both databases, when
// the outbox runs by itself and when it is driven from outside.
func TestDeathAtEveryStep(t *testing.T) {
	t.Parallel() // it waits more than it works
	crashsuite.OnBoth(t, sharedPostgreSQL, func(t *testing.T, s *crashsuite.Stores) {
		t.Parallel()
		for name, run := range map[string]crashsuite.Runner{"by hand": crashsuite.ByHand, "loop": crashsuite.Loop} {
			t.Run(name, func(t *testing.T) {
				if name == "by hand" && (oneAtATime() || s.Dialect == outbox.PostgreSQL && !long()) {
					return
				}
				crashsuite.Test(t, s, run, crashsuite.Options{Every: stride(s.Dialect, 149)})
			})
		}
	})
}
