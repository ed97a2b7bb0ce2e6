// Package toolstest finds the programs of others that a test needs.
package toolstest

import (
	"os"
	"os/exec"
	"testing"
)

// Missing skips a test for which this machine lacks something. With DKEID_NO_SKIP=1, which
// .ci/run sets, the test fails.
func Missing(tb testing.TB, why string) {
	tb.Helper()
	if os.Getenv("DKEID_NO_SKIP") == "1" {
		tb.Fatal(why)
	}
	tb.Skip(why)
}

// Program returns where a program is. Servers may also be in /usr/sbin, which is not in
// everybody's PATH. If it is not there, Program calls Missing.
func Program(tb testing.TB, name, why string) string {
	tb.Helper()
	for _, place := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(place); err == nil {
			return path
		}
	}
	Missing(tb, why)
	return ""
}
