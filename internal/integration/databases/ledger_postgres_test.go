//go:build unix

package databases

import (
	"testing"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest/ledgersuite"
	"github.com/dkeid/dkeid/internal/pgtest"
)

func TestLedgerInPostgreSQL(t *testing.T) {
	dsn := pgtest.Start(t, pgtest.Options{})
	ledgersuite.Test(t, func(tb testing.TB, _ []eboks.ID) (one, other eboks.Ledger) {
		return openPostgreSQL(tb, dsn), openPostgreSQL(tb, dsn)
	})
}
