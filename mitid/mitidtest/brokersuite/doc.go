// Package brokersuite is the conformance suite of the seam mitid.Broker. An adapter's
// own test is one call, for each Config that changes its traffic:
//
//	func TestConformance(t *testing.T) {
//		brokersuite.Test(t, criiptotest.Start, func(tb testing.TB, fake *criiptotest.Broker) mitid.Broker {
//			…
//		}, "TokenVerifier", "par")
//	}
//
// suite.go has [Test] and what every case uses; logins.go and numbers.go the good
// logins, fields.go one case for each field of mitid.Request, refusals.go the outcomes
// and tamperings, journeys.go, applications.go and floors.go what takes more than one
// login, abilities.go and checks.go the optional interfaces, age.go the proof of age.
package brokersuite
