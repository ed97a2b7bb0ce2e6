package outbox

import "strings"

// Dialect is the kind of database that the journal is in.
type Dialect uint8

// The dialects. The zero value is refused.
const (
	_          Dialect = iota
	SQLite             // 3.35 or newer, in a file on this machine
	PostgreSQL         // 13 or newer
	lastDialect
)

// String returns the name of the database.
func (d Dialect) String() string {
	switch d {
	case SQLite:
		return "SQLite"
	case PostgreSQL:
		return "PostgreSQL"
	default:
		return "unknown dialect"
	}
}

// folder is where the migrations are.
func (d Dialect) folder() string {
	if d == SQLite {
		return "migrations/sqlite"
	}
	return "migrations/postgresql"
}

// indexedBy names the index that a SELECT reads. SQLite keeps no count of what is in a
// partial index, and may read the whole table instead. PostgreSQL knows.
func (d Dialect) indexedBy(name string) string {
	if d == SQLite {
		return " INDEXED BY " + name
	}
	return ""
}

// forUpdate is behind a SELECT of rows that are written next. In SQLite a transaction
// that writes is alone.
func (d Dialect) forUpdate() string {
	if d == SQLite {
		return ""
	}
	return " FOR UPDATE"
}

// skipLocked leaves out rows that another process has in hand at this moment.
func (d Dialect) skipLocked() string {
	if d == SQLite {
		return ""
	}
	return " FOR UPDATE SKIP LOCKED"
}

// places are the places of n values, from that one on, in a statement that names each once
// and in their order. SQLite takes $1 for a name, and compares each with all before it.
func (d Dialect) places(from, n int) string {
	if d == SQLite {
		return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
	}
	return places(from, n)
}

// forKeyShare is behind a SELECT of a row that nobody may remove before the transaction
// ends.
func (d Dialect) forKeyShare() string {
	if d == SQLite {
		return ""
	}
	return " FOR KEY SHARE"
}

// bytes is the type of a column of bytes.
func (d Dialect) bytes() string {
	if d == SQLite {
		return "BLOB"
	}
	return "BYTEA"
}
