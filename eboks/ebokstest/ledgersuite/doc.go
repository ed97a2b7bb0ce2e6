// Package ledgersuite is the conformance suite of eboks.Ledger. The test of your own
// ledger is one call:
//
//	func TestLedger(t *testing.T) {
//		ledgersuite.Test(t, func(tb testing.TB, letters []eboks.ID) eboks.Ledger {
//			…
//		})
//	}
package ledgersuite
