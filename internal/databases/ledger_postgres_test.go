//go:build unix

package databases

import (
	"testing"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest/ledgersuite"
)

func TestLedgerInPostgreSQL(t *testing.T) {
	dsn := cluster(t)
	ledgersuite.Test(t, func(tb testing.TB, _ []eboks.ID) (one, other eboks.Ledger) {
		return openPostgreSQL(tb, dsn), openPostgreSQL(tb, dsn)
	})
}
