// Package eidenttest fakes Nets E-Ident, over OpenID Connect and SAML 1.1, for tests and
// demonstrations. One line starts a fake, and stops it when the test ends:
//
//	fake := eidenttest.New(t)
//
// For a merchant who uses SAML it is NewSAML, and Settings.ArtifactReceiver names the
// merchant's address.
//
// Package mitidtest says what every fake can do: people, outcomes, tamperings, a
// browser. Little of the real broker's behaviour is public. [Broker.Configure] turns
// the switches, most of which change an answer that this fake had to choose.
//
// # What is where
//
//   - broker.go: the type that a test uses; dialect.go: the paths, discovery and keys
//   - authorize.go: what a request asks for, and the login
//   - page.go, grant.go: the pages, and what the person allows
//   - token.go, claims.go: what the application is told, userinfo included
//   - saml_start.go: a request of SAML, and the way back; saml_fetch.go, saml_assertion.go:
//     the assertion service
//   - settings.go: the switches
//   - traits.go, saml_traits.go: what the conformance suite must know; tamper.go, saml_tamper*.go:
//     the tamperings of this broker alone; differences.go: where the real broker differs, or is
//     not known
package eidenttest
