//go:build unix

package databases

import (
	"context"
	"database/sql"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// letterRow is what an application stores of a letter.
type letterRow struct {
	id     eboks.ID
	status eboks.Status
	reach  eboks.Reachability
	kind   eboks.Kind
	state  eboks.State
}

func letterRows() []letterRow {
	return []letterRow{
		{eboks.NewID(), eboks.DeliveredDigital, eboks.NotSubscribed, eboks.RecipientUnreachable, eboks.LetterAccepted},
		{eboks.NewID(), eboks.Unknown, eboks.ReachabilityUnknown, 0, 0},
		{},
	}
}

func (r *letterRow) places() []any { return []any{&r.id, &r.status, &r.reach, &r.kind, &r.state} }

func (r *letterRow) values() []any { return []any{r.id, r.status, r.reach, r.kind, r.state} }

// words is how the first row looks to other programs.
func (r *letterRow) words() []string {
	return []string{r.id.String(), "delivered digital", "not subscribed", "RecipientUnreachable", "accepted"}
}

// TestLettersInSQLite stores IDs as text and as bytes.
func TestLettersInSQLite(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	_, err = db.Exec("CREATE TABLE letter (n INTEGER PRIMARY KEY, id TEXT UNIQUE, status TEXT NOT NULL, reach TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL) STRICT")
	require.NoError(t, err)
	for i, row := range letterRows() {
		_, err := db.Exec("INSERT INTO letter VALUES (?,?,?,?,?,?)", append([]any{i}, row.values()...)...)
		require.NoError(t, err)
		got := letterRow{eboks.NewID(), eboks.Failed, eboks.Deceased, eboks.Rejected, eboks.LetterParked}
		require.NoError(t, db.QueryRow("SELECT id, status, reach, kind, state FROM letter WHERE n = ?", i).Scan(got.places()...))
		require.Equal(t, row, got)
		if i == 0 {
			words := make([]string, 5)
			require.NoError(t, db.QueryRow("SELECT id, status, reach, kind, state FROM letter WHERE n = 0").Scan(&words[0], &words[1], &words[2], &words[3], &words[4]))
			require.Equal(t, row.words(), words)
			require.NoError(t, db.QueryRow("SELECT id, status, reach, kind, state FROM letter WHERE id = ? AND status = ? AND kind = ?", row.id, row.status, row.kind).Scan(got.places()...))
		}
		var id eboks.ID
		require.NoError(t, db.QueryRow("SELECT ?", row.id[:]).Scan(&id))
		require.Equal(t, row.id, id, "16 bytes")
	}
	var s eboks.Status
	require.ErrorIs(t, db.QueryRow("SELECT 6").Scan(&s), eboks.ErrInputInvalid, "a number is no word")
	require.ErrorIs(t, db.QueryRow("SELECT 'afleveret'").Scan(&s), eboks.ErrInputInvalid)
}

// TestLettersInPostgreSQL stores IDs as UUIDs and as text, in every mode of the driver,
// with database/sql, with the driver itself, and with COPY.
func TestLettersInPostgreSQL(t *testing.T) {
	dsn := pgtest.Start(t, pgtest.Options{})
	ctx := context.Background()
	for _, mode := range modes {
		cfg, err := pgx.ParseConfig(dsn)
		require.NoError(t, err)
		cfg.DefaultQueryExecMode = mode
		db := stdlib.OpenDB(*cfg)
		conn, err := pgx.ConnectConfig(ctx, cfg)
		require.NoError(t, err)
		for i, column := range []string{"uuid", "text", "varchar(36)", "char(36)"} {
			table := fmt.Sprintf("letter%d%d", mode, i) // of one name each: the driver remembers types
			_, err = conn.Exec(ctx, "CREATE TABLE "+table+" (n int, id "+column+", status text NOT NULL, reach text NOT NULL, kind text NOT NULL, state varchar(20) NOT NULL)")
			require.NoError(t, err)
			insert, query := "INSERT INTO "+table+" VALUES ($1,$2,$3,$4,$5,$6)", "SELECT id, status, reach, kind, state FROM "+table+" WHERE n = $1"
			for i, row := range letterRows() {
				_, err := db.Exec(insert, append([]any{10 + i}, row.values()...)...)
				require.NoError(t, err, "%s %s", mode, column)
				_, err = conn.Exec(ctx, insert, append([]any{20 + i}, row.values()...)...)
				require.NoError(t, err, "%s %s", mode, column)
				_, err = conn.CopyFrom(ctx, pgx.Identifier{table}, []string{"n", "id", "status", "reach", "kind", "state"},
					pgx.CopyFromRows([][]any{append([]any{30 + i}, row.values()...)}))
				require.NoError(t, err, "%s %s", mode, column)
				for _, n := range []int{10 + i, 20 + i, 30 + i} {
					for _, scan := range []func(...any) error{db.QueryRow(query, n).Scan, conn.QueryRow(ctx, query, n).Scan} {
						got := letterRow{eboks.NewID(), eboks.Failed, eboks.Deceased, eboks.Rejected, eboks.LetterParked}
						require.NoError(t, scan(got.places()...), "%s %s %d", mode, column, n)
						require.Equal(t, row, got, "%s %s %d", mode, column, n)
					}
					if i == 0 {
						words := make([]string, 5)
						require.NoError(t, conn.QueryRow(ctx, "SELECT id::text, status, reach, kind, state FROM "+table+" WHERE n = $1", n).
							Scan(&words[0], &words[1], &words[2], &words[3], &words[4]))
						require.Equal(t, row.words(), words, "%s %s %d", mode, column, n)
					}
				}
			}
		}
		var s eboks.Status
		assert.ErrorIs(t, db.QueryRow("SELECT 'afleveret'").Scan(&s), eboks.ErrInputInvalid)
		assert.Error(t, conn.QueryRow(ctx, "SELECT 6").Scan(&s), "a number is no word")
		_ = db.Close()
		_ = conn.Close(ctx)
	}
}
