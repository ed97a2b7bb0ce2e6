// Package brokersuite is the conformance suite of the interface mitid.Broker. The
// test of an adapter is one call, for each Config that changes what the adapter sends:
//
//	func TestConformance(t *testing.T) {
//		brokersuite.Test(t, criiptotest.Start, func(tb testing.TB, fake *criiptotest.Broker) mitid.Broker {
//			…
//		}, "TokenVerifier", "par")
//	}
//
// # What is where
//
//   - suite.go: [Test], and what every case uses
//   - logins.go, numbers.go: logins that succeed
//   - fields.go: a case for each field of mitid.Request
//   - refusals.go: logins that the person or the broker ends, and the tamperings
//   - journeys.go, applications.go, floors.go: what takes more than one login
//   - abilities.go, logouts.go, checks.go: the optional interfaces
//   - age.go: the proof of age
//   - records.go, pages.go, reset.go: what the fake tells of logins, shows, and forgets
package brokersuite
