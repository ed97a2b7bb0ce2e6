// Package postnordtest fakes e-Boks Dispatch, as a PostNord customer gets it, for tests and
// demonstrations, on a loopback address, over TLS with a client certificate. One line
// starts a fake, and stops it when the test ends:
//
//	fake := postnordtest.New(t)
//
// Package ebokstest says what every fake can do: mailboxes, a clock, misbehaviours,
// receipts. [Distributor.Configure] turns the switches that are this wire's own.
//
// # What is where
//
//   - distributor.go, settings.go: the fake and its switches
//   - dialect.go: the addresses; letter.go: how a letter is read and answered
//   - lookup.go, messages.go: who receives letters, and the list of states
//   - differences.go: where the real distributor differs, or is not known
package postnordtest
