// Package mutanttest proves that a conformance suite bites: it puts adapters with a
// mistake through the suite, each in a process of its own, and fails if the suite
// passes one of them.
package mutanttest

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/dkeid/dkeid/internal/toolstest"
)

// env names the mutant that a child process puts through the suite.
const env = "DKEID_TEST_MUTANT"

// Right is wrapped as the mutants are, and has no mistake: the suite must pass it.
const Right = "is right"

// FindAll runs TestMutant of this test binary once for each mutant. partOf returns the
// part of the suite that must find the mutant, as a pattern of go test -run; empty
// means the whole suite.
//
// It takes minutes, so it is skipped unless DKEID_LONG is 1, as in .ci/run weekly. Under the
// race detector it does nothing: whether the suite finds a mistake does not depend on it.
func FindAll[M any](t *testing.T, mutants map[string]M, partOf func(M) string) {
	toolstest.NeedsLong(t, "adapters with mistakes are put through the suite")
	if raceDetector {
		return
	}
	for name, m := range mutants {
		t.Run(name, func(t *testing.T) {
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMutant$/"+partOf(m), "-test.failfast")
			child.Env = append(os.Environ(), env+"="+name)
			printed, err := child.CombinedOutput()
			out := string(printed)
			switch {
			case name == Right && err != nil:
				t.Errorf("what wraps the mutants is a mistake: %s", out)
			case name == Right:
			case err == nil:
				t.Errorf("the suite passes an adapter that %s", name)
			case !strings.Contains(out, "--- FAIL: TestMutant/") || strings.Contains(out, "panic:"):
				t.Errorf("the suite crashes in place of failing: %s", out)
			}
		})
	}
}

// Chosen returns the mutant that this process puts through the suite; false in a
// process that FindAll did not start.
func Chosen[M any](mutants map[string]M) (M, bool) {
	m, ok := mutants[os.Getenv(env)]
	return m, ok
}
