package crashsuite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/crashtest"
)

// Application is one process of an application that decides cases and sends a letter
// about each. The case and its letter are written in one transaction.
type Application struct {
	DB      *sql.DB
	Outbox  *outbox.Outbox
	Process *crashtest.Process // if nil, a real one
	Store   *Store
	// Watcher reads the same journal past all faults.
	Watcher *outbox.Outbox
}

// Key seals the journals of all tests.
func Key() []byte { return bytes.Repeat([]byte("k"), eboks.KeySize) }

// Start starts an application in the process p, a real one if p is nil. change, if not
// nil, changes the configuration.
func (s *Store) Start(ctx context.Context, p *crashtest.Process, sender eboks.Sender, now func() time.Time, change func(*outbox.Config)) (*Application, error) {
	database := s.Database
	if p != nil {
		database = p.Connector(database)
	}
	a := &Application{DB: sql.OpenDB(database), Process: p, Store: s}
	a.DB.SetMaxOpenConns(8)
	cfg := outbox.Config{DB: a.DB, Dialect: s.Dialect, Sender: sender, Keys: [][]byte{Key()}, Now: now}
	if change != nil {
		change(&cfg)
	}
	var err error
	if a.Outbox, err = outbox.New(cfg); err != nil {
		return a, err
	}
	cfg.DB = s.DB
	if a.Watcher, err = outbox.New(cfg); err != nil {
		return a, err
	}
	if err := a.Outbox.Migrate(ctx); err != nil {
		return a, err
	}
	_, err = a.DB.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS cases (n INTEGER PRIMARY KEY, letter TEXT NOT NULL, name TEXT NOT NULL)`)
	return a, err
}

// Close ends the connections of the application.
func (a *Application) Close() { _ = a.DB.Close() }

// Decide decides case n and queues its letter, unless that was done.
func (a *Application) Decide(ctx context.Context, n int) error {
	tx, err := a.DB.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	id := eboks.NewID()
	res, err := tx.ExecContext(ctx, `INSERT INTO cases (n, letter, name) VALUES ($1, $2, $3) ON CONFLICT (n) DO NOTHING`, n, id.String(), Name(n))
	if err != nil {
		return err
	}
	if fresh, err := res.RowsAffected(); err != nil || fresh == 0 {
		return err
	}
	if fresh, err := a.Outbox.Enqueue(ctx, tx, Letter(id, n)); err != nil {
		return err
	} else if !fresh {
		return errors.New("a new letter is said to be an old one")
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	a.Outbox.Wake()
	return nil
}

// Name is who gets the letter of case n.
func Name(n int) string {
	return [...]string{"Åse", "Bjørn", "Ægir", "Øjvind", "Sørine"}[n%5] + fmt.Sprintf(" nr. %d på Ærø", n)
}

// To is the address of case n.
func To(n int) eboks.Recipient { return eboks.Person(cprtest.Number(9000 + n%900)) }

// document is what the letter of case n says, and is as long as all others; form goes with
// the letters to all.
func document(n int) []byte {
	const length = 60
	text := Name(n)
	return fmt.Appendf(nil, "%%PDF-1.7\n%% kære %s%s\n%%%%EOF\n", text, strings.Repeat(".", length-len(text)))
}

const form = "%PDF-1.7\n% klagevejledning på to sider: æøå\n%%EOF\n"

// Letter is the letter of case n. Every third has an attachment, which is the same in all.
func Letter(id eboks.ID, n int) *eboks.Letter {
	l := &eboks.Letter{ID: id, To: To(n), Title: fmt.Sprintf("Afgørelse nr. %d", n), Material: "1001", Document: eboks.Bytes(document(n))}
	if n%3 == 0 {
		l.Attachments = []eboks.Document{eboks.Bytes([]byte(form)).Named("Klagevejledning æøå.pdf")}
	}
	return l
}

// sum is the digest of all documents of the letter of case n.
func sum(n int) [sha256.Size]byte {
	all := document(n)
	if n%3 == 0 {
		all = append(all, form...)
	}
	return sha256.Sum256(all)
}

// Cases returns the letters of the decided cases.
func (s *Store) Cases(tb testing.TB) map[int]eboks.ID {
	tb.Helper()
	rows, err := s.DB.Query(`SELECT n, letter, name FROM cases`)
	require.NoError(tb, err)
	defer func() { _ = rows.Close() }()
	cases := map[int]eboks.ID{}
	for rows.Next() {
		var n int
		var id eboks.ID
		var name string
		require.NoError(tb, rows.Scan(&n, &id, &name))
		require.Equal(tb, Name(n), name)
		cases[n] = id
	}
	require.NoError(tb, rows.Err())
	return cases
}
