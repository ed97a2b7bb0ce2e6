// Package stralforstest fakes PostNord Strålfors Connect for tests and demonstrations, on
// a loopback address, over TLS with a client certificate. One line starts a fake, and
// stops it when the test ends:
//
//	fake := stralforstest.New(t)
//
// Package ebokstest says what every fake can do: mailboxes, a clock, misbehaviours,
// receipts. [Distributor.Configure] turns the switches that are Strålfors' own, and
// [Distributor.TellCarrier] adds news of the letter carrier.
//
// # What is where
//
//   - distributor.go, settings.go: the fake and its switches
//   - dialect.go, operations.go: the addresses, and what answers there
//   - letter.go, schema.go: how a letter is read, and what the schema allows
//   - log.go, states.go, answer.go: how the log is written
//   - differences.go: where the real distributor differs, or is not known
package stralforstest
