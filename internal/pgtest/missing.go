package pgtest

import (
	"os"
	"testing"
)

// missing skips the test, or fails it where nothing may be missing.
func missing(tb testing.TB, why string) {
	tb.Helper()
	if os.Getenv("DKEID_NO_SKIP") == "1" {
		tb.Fatal(why)
	}
	tb.Skip(why)
}
