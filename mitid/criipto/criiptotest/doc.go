// Package criiptotest fakes a Criipto (Idura) Verify domain for tests and
// demonstrations: its paths, member names, member order and JSON types, quirks
// included. In a test, one line starts a fake and the test's end stops it:
//
//	fake := criiptotest.New(t)
//
// Package mitidtest says what every fake can do: people, outcomes, tamperings, a
// browser. [Broker.Configure] turns the switches that a real application and domain
// have in the vendor's dashboard, and [Hint] reads what a request asked for.
//
// # What is where
//
// broker.go is what a test holds, dialect.go the paths and who answers there. A login
// passes request.go and hint.go (what is asked for), authorize.go, page.go, grant.go
// (what the person allows), then client.go, token.go and claims.go (what is told),
// userinfo.go. age.go is the proof of age, metadata.go discovery and keys, settings.go
// the switches. traits.go tells the conformance suite about this dialect, tamper.go
// and tamper_age.go spoil what is Criipto's alone, differences.go admits where the
// real broker differs or is not known.
package criiptotest
