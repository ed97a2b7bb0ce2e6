// Package pgtest starts a PostgreSQL for one test: a cluster in a folder of its own, which
// listens on a Unix socket in that folder and nowhere else.
//
// Where PostgreSQL is not installed, the test is skipped; with DKEID_NO_SKIP=1 in the
// environment it fails.
package pgtest

// Options say what kind of PostgreSQL a test needs.
type Options struct {
	// Fsync makes the server sync what it commits, as in production. Tests that count time
	// or kill things need it; without it the server is several times as fast.
	Fsync bool
	// Memory keeps the cluster in memory where there is room: for tests that end clients
	// and no machines, so that it does not matter what a disk would have kept.
	Memory bool
}
