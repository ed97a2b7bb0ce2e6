// Package criiptotest fakes a Criipto (Idura) Verify domain for tests and
// demonstrations: its paths, member names, member order and JSON types, quirks
// included. One line starts a fake, and stops it when the test ends:
//
//	fake := criiptotest.New(t)
//
// Package mitidtest says what every fake can do: people, outcomes, tamperings, a
// browser. [Broker.Configure] turns the switches that a real application and domain
// have in the vendor's dashboard, and [Hint] reads what a request asked for.
//
// # What is where
//
//   - broker.go: the type that a test uses; dialect.go: the paths and what answers there
//   - request.go, hint.go: what a request asks for
//   - authorize.go, page.go, grant.go: the login, and what the person allows
//   - client.go, token.go, claims.go, userinfo.go: what the application is told
//   - age.go: the proof of age; metadata.go: discovery and keys; settings.go: the switches
//   - traits.go: what the conformance suite must know; tamper.go, tamper_age.go: the
//     tamperings of this broker alone; differences.go: where the real broker differs, or
//     is not known
package criiptotest
