// Package porttest finds ports for the servers of a test that must know their address before they
// start.
package porttest

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// First returns the first of n ports in a row that nobody uses. They lie below those that a
// system gives out on its own (RFC 6335 section 6), so that no other test takes one by
// chance before the server does.
func First(t testing.TB, n int) int {
	t.Helper()
	for range 100 {
		first := 10_000 + rand.IntN(20_000)
		free := 0
		for i := range n {
			ln, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(first+i)))
			if err != nil {
				break
			}
			if err := ln.Close(); err != nil {
				t.Fatal(err)
			}
			free++
		}
		if free == n {
			return first
		}
	}
	t.Fatal("no free ports in a row")
	return 0
}

// Address returns an address on loopback with such a port.
func Address(t testing.TB) string {
	t.Helper()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(First(t, 1)))
}
