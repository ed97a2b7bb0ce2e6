// Package ledgersuite is the conformance suite of eboks.Ledger. The test of your own
// ledger is one call. It opens the ledger twice, as two processes would:
//
//	func TestLedger(t *testing.T) {
//		ledgersuite.Test(t, func(tb testing.TB, letters []eboks.ID) (one, other eboks.Ledger) {
//			…
//		})
//	}
package ledgersuite
