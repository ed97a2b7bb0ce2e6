//go:build unix

package databases

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// fits are the columns that hold a number as it is, misfits those that do not.
var (
	fits    = []string{"text", "varchar", "varchar(10)", "char(10)", "varchar(11)"}
	misfits = []string{"varchar(5)", "char(9)", "int2", "int4", "int8", "numeric", "float8", "bytea", "uuid", "json", "jsonb", "date", "timestamptz", "bool", "inet", "text[]", "int8[]", "point", "interval"}
	modes   = []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol}
)

// ways are the ways in which a program gives a statement to pgx.
func ways(t *testing.T, dsn string, mode pgx.QueryExecMode) map[string]func(query string, args ...any) error {
	t.Helper()
	cfg, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	cfg.DefaultQueryExecMode = mode
	db := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { _ = db.Close() })
	conn, err := pgx.ConnectConfig(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return map[string]func(string, ...any) error{
		"database/sql": func(query string, args ...any) error {
			_, err := db.Exec(query, args...)
			return err
		},
		"pgx": func(query string, args ...any) error {
			_, err := conn.Exec(context.Background(), query, args...)
			return err
		},
		"batch": func(query string, args ...any) error {
			b := new(pgx.Batch)
			b.Queue(query, args...)
			return conn.SendBatch(context.Background(), b).Close()
		},
	}
}

// TestPostgreSQLTellsNobodyANumberThatItsColumnRefuses writes to every kind of
// column, in every mode of the driver.
func TestPostgreSQLTellsNobodyANumberThatItsColumnRefuses(t *testing.T) {
	dsn := pgtest.Start(t, pgtest.Options{})
	n := number(t)
	for _, mode := range modes {
		for way, exec := range ways(t, dsn, mode) {
			for _, column := range slices.Concat(fits, misfits) {
				where := fmt.Sprintf("%s, %s, %s", mode, way, column)
				require.NoError(t, exec("DROP TABLE IF EXISTS people"))
				require.NoError(t, exec("CREATE TABLE people (cpr "+column+")"))
				err := exec("INSERT INTO people (cpr) VALUES ($1::text)", cpr.Plain(n))
				if slices.Contains(fits, column) {
					require.NoError(t, err, where)
					require.Equal(t, n, read(t, dsn), where)
					require.NoError(t, exec("UPDATE people SET cpr = $1::text", cpr.Plain{}), where)
					require.True(t, read(t, dsn).IsZero(), where)
					continue
				}
				require.Error(t, err, "%s takes what it cannot hold", where)
				assert.False(t, holds(err, n), "%s shows the number", where)
			}
		}
	}
}

// TestAColumnOfBytesTakesNoNumberFromPgx: without the type in the statement, and
// with COPY, which has no statement.
func TestAColumnOfBytesTakesNoNumberFromPgx(t *testing.T) {
	dsn := pgtest.Start(t, pgtest.Options{})
	n := number(t)
	cfg, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	conn, err := pgx.ConnectConfig(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	_, err = conn.Exec(context.Background(), "CREATE TABLE people (cpr bytea)")
	require.NoError(t, err)
	for _, mode := range modes[:3] { // the others do not learn the column's type
		for way, exec := range ways(t, dsn, mode) {
			err := exec("INSERT INTO people (cpr) VALUES ($1)", cpr.Plain(n))
			require.ErrorIs(t, err, cpr.ErrInputInvalid, "%s, %s", mode, way)
			require.False(t, holds(err, n), "%s, %s", mode, way)
			require.NoError(t, exec("INSERT INTO people (cpr) VALUES ($1)", cpr.Plain{}), "%s, %s", mode, way)
		}
	}
	_, err = conn.CopyFrom(context.Background(), pgx.Identifier{"people"}, []string{"cpr"}, pgx.CopyFromRows([][]any{{cpr.Plain(n)}}))
	require.Error(t, err)
	require.False(t, holds(err, n))
}

// TestReadingTellsNobodyWhatStandsInTheColumn: text that is no number, numbers
// that lost their zeros, values of other types, and a Number where a Plain belongs.
func TestReadingTellsNobodyWhatStandsInTheColumn(t *testing.T) {
	dsn := pgtest.Start(t, pgtest.Options{})
	n := number(t)
	digits := n.Reveal()
	for _, mode := range modes {
		cfg, err := pgx.ParseConfig(dsn)
		require.NoError(t, err)
		cfg.DefaultQueryExecMode = mode
		db := stdlib.OpenDB(*cfg)
		conn, err := pgx.ConnectConfig(context.Background(), cfg)
		require.NoError(t, err)
		for _, value := range []string{
			"'" + digits + "0'", "'" + digits[:9] + "'", "'" + digits[:6] + "/" + digits[6:] + "'", digits + "::int8", digits + "::numeric", digits + "::float8",
			"'{" + digits + "}'::text[]", "'\"" + digits + "\"'::jsonb", "'" + digits + "x'::bytea", "now()", "true",
		} {
			for into, dest := range map[string]any{"Plain": new(cpr.Plain), "Number": new(cpr.Number)} {
				for way, err := range map[string]error{
					"database/sql": db.QueryRow("SELECT " + value + " AS c").Scan(dest),
					"pgx":          conn.QueryRow(context.Background(), "SELECT "+value).Scan(dest),
				} {
					require.Error(t, err, "%s, %s, %s into %s", mode, way, value, into)
					assert.False(t, holds(err, n), "%s, %s into %s: %s", mode, way, into, value)
				}
			}
		}
		_ = db.Close()
		_ = conn.Close(context.Background())
	}
}

// read returns the number in the table.
func read(t *testing.T, dsn string) cpr.Number {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	var p cpr.Plain
	require.NoError(t, db.QueryRow("SELECT cpr FROM people").Scan(&p))
	return cpr.Number(p)
}
