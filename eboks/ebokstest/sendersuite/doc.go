// Package sendersuite is the conformance suite of the seam eboks.Sender. An adapter's
// own test is one call, for each Config that changes its traffic:
//
//	func TestConformance(t *testing.T) {
//		sendersuite.Test(t, stralforstest.Start, func(tb testing.TB, fake *stralforstest.Distributor) eboks.Sender {
//			…
//		})
//	}
//
// suite.go has [Test] and what starts every case; offer.go sends, and checks.go holds
// what comes back to its form. capabilities.go, letters.go and refusals.go have the good
// and the bad letters, crowd.go many at once, misbehaviours.go the catalogue of the fake,
// contexts and certificates, road.go the servers on the way, and status.go, events.go and
// lookup.go what can be asked about letters and people.
package sendersuite
