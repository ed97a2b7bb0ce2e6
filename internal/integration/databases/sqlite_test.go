package databases

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/dkeid/dkeid/cpr"
)

// TestSQLiteTellsNobodyANumberThatItsColumnRefuses: strict tables, checks and
// unique columns refuse without the number.
func TestSQLiteTellsNobodyANumberThatItsColumnRefuses(t *testing.T) {
	n := number(t)
	for _, table := range []string{
		"people (cpr BLOB) STRICT", "people (cpr TEXT CHECK (length(cpr) < 5))", "people (cpr TEXT UNIQUE)", "people (cpr TEXT CHECK (typeof(cpr) = 'blob'))",
	} {
		db, err := sql.Open("sqlite", ":memory:")
		require.NoError(t, err)
		db.SetMaxOpenConns(1)
		_, err = db.Exec("CREATE TABLE " + table)
		require.NoError(t, err)
		for range 2 {
			_, err = db.Exec("INSERT INTO people VALUES (?)", cpr.Plain(n))
		}
		require.Error(t, err, table)
		require.False(t, holds(err, n), table)
		require.NoError(t, db.Close())
	}
}

// TestReadingSQLiteTellsNobodyWhatStandsInTheColumn: a column of numbers gives
// them back without their zeros, and is refused.
func TestReadingSQLiteTellsNobodyWhatStandsInTheColumn(t *testing.T) {
	n := number(t)
	digits := n.Reveal()
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	for _, value := range []string{digits, digits + ".5", "'" + digits + "0'", "x'" + digits + "'", "'" + digits[:6] + " - " + digits[6:] + "'"} {
		for _, dest := range []any{new(cpr.Plain), new(cpr.Number)} {
			err := db.QueryRow("SELECT " + value + " AS c").Scan(dest)
			require.Error(t, err, value)
			require.False(t, holds(err, n), "%s %T %v", value, dest, err)
		}
	}
	var p cpr.Plain
	require.NoError(t, db.QueryRow("SELECT ?", cpr.Plain(n)).Scan(&p))
	require.Equal(t, n, cpr.Number(p))
}
