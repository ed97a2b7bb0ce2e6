// Package store keeps what the app must remember, in one database, an SQLite file or a PostgreSQL: accounts and their
// profiles, records and answers, whose letters are whose, agreements, sessions. The outbox has its tables beside them.
// CPR numbers, letters and agreements are sealed in it (vault.go), under keys that lie elsewhere (keyring.go).
//
// It imports package survey. The tables stand in migrations, the statements in queries*.go; each other file has the
// methods about one table. effect.go is what a status change leads to, and overview.go what administrators see.
package store
