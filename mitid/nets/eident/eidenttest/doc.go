// Package eidenttest fakes Nets E-Ident over OpenID Connect for tests and
// demonstrations. In a test, one line starts a fake and the test's end stops it:
//
//	fake := eidenttest.New(t)
//
// Package mitidtest says what every fake can do: people, outcomes, tamperings, a
// browser. Little of the real broker's behaviour is public. [Broker.Configure] turns
// the switches, most of which change an answer that this fake had to choose.
package eidenttest
