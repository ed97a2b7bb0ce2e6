// Package sendersuite is the conformance suite of the seam eboks.Sender. An adapter's
// own test is one call, for each Config that changes its traffic:
//
//	func TestConformance(t *testing.T) {
//		sendersuite.Test(t, ebokstest.Stralfors, func(tb testing.TB, fake *ebokstest.Distributor) eboks.Sender {
//			…
//		})
//	}
//
// suite.go has [Test] and what starts every case; offer.go sends, and checks.go holds
// what comes back to its form. capabilities.go, letters.go and refusals.go have the good
// and the bad letters, crowd.go and batch.go many at once, misbehaviours.go the catalogue
// of the fake, contexts and certificates, and status.go, events.go and lookup.go what can
// be asked about letters and people.
package sendersuite
