// Package toolstest gives a test what it needs to run: programs of others, and time.
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

// Long tells whether tests may take hours, as in .ci/run weekly: DKEID_LONG is 1.
func Long() bool { return os.Getenv("DKEID_LONG") == "1" }

// NeedsLong skips what takes long and is not tried each time. what says what that is.
func NeedsLong(tb testing.TB, what string) {
	tb.Helper()
	if !Long() {
		tb.Skip(what + " with DKEID_LONG=1, as in .ci/run weekly")
	}
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
