//go:build !unix

package pgtest

import (
	"testing"

	"github.com/dkeid/dkeid/internal/toolstest"
)

// Start skips the test: the cluster needs a Unix socket.
func Start(tb testing.TB, _ Options) (dsn string) {
	tb.Helper()
	toolstest.Missing(tb, "the throw-away PostgreSQL needs Unix sockets: what needs it is not tested")
	return ""
}
