// Package servicesuite is the conformance suite of the seams signing.Service and
// signing.Verifier. An adapter's own test is one call:
//
//	func TestConformance(t *testing.T) {
//		servicesuite.Test(t, func(t *testing.T) servicesuite.Opened {
//			…
//		}, servicesuite.Find, servicesuite.Cleanup)
//	}
//
// The suite knows no provider. What the other side must do, such as have somebody sign,
// it asks of a [Remote], which you write for the fake of your provider. Each promise is a
// subtest, and its name says the promise. Faults that the Remote cannot play are left out,
// unless [Faults] is demanded.
//
// conformance_test.go of signing/criipto is a whole example: a Remote for signingtest, and
// a call of [Test] with the demands that this adapter must meet.
//
// suite.go has [Test], remote.go what an opener gives, rig.go what every case stands on.
// placing.go, people.go, ending.go and searching.go hold an adapter to what the seam
// says; faults.go plays what goes wrong on the wire, and crash.go ends the program at
// each step of Complete.
package servicesuite
