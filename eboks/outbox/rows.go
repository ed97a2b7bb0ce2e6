package outbox

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// column is a column of the rows that a statement brings with it. PostgreSQL must be told
// its type.
type column struct{ name, kind string }

// The kinds of column, in the words of PostgreSQL.
const (
	uuid   = "UUID"
	text   = "TEXT"
	bigint = "BIGINT"
)

// updateRows changes one letter for each of the rows, in one statement: one for each
// letter would be as many journeys to PostgreSQL. In set, l is the letter and v what the
// row says; the first column is the letter's id.
func (o *Outbox) updateRows(ctx context.Context, tx *sql.Tx, set string, columns []column, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	var values []string
	var args []any
	for i, row := range rows {
		value := `(` + o.cfg.Dialect.places(len(args)+1, len(row)) + `)`
		if i == 0 && o.cfg.Dialect == PostgreSQL { // the other rows follow the first
			value = `(` + casts(columns) + `)`
		}
		values, args = append(values, value), append(args, row...)
	}
	_, err := tx.ExecContext(ctx, `WITH v (`+strings.Join(names, `, `)+`) AS (VALUES `+strings.Join(values, `, `)+`)
		UPDATE eboks_outbox_letters AS l SET `+set+` FROM v WHERE l.id = v.id`, args...)
	return err
}

// casts writes $1, $2, … with the type of each column.
func casts(columns []column) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = `CAST($` + strconv.Itoa(i+1) + ` AS ` + c.kind + `)`
	}
	return strings.Join(all, `, `)
}
