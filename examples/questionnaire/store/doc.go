// Package store keeps what the app must remember, in one SQLite file: accounts and their profiles, records and
// answers, letters, agreements, sessions. CPR numbers, letters and agreements are sealed in it (vault.go), under keys
// that lie elsewhere (keyring.go).
//
// It imports package survey. The tables stand in migrations, the statements in queries*.go; each other file has the
// methods about one table.
package store
