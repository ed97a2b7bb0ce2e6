// Package sendersuite is the conformance suite of the seam eboks.Sender. An adapter's
// own test is one call, for each Config that changes its traffic:
//
//	func TestConformance(t *testing.T) {
//		sendersuite.Test(t, ebokstest.Stralfors, func(tb testing.TB, fake *ebokstest.Distributor) eboks.Sender {
//			…
//		})
//	}
package sendersuite
