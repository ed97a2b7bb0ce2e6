package mitid_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"time"

	_ "modernc.org/sqlite"

	"github.com/dkeid/dkeid/mitid"
	"github.com/dkeid/dkeid/mitid/criipto"
	"github.com/dkeid/dkeid/mitid/mitidtest"
)

// usedLogins is a mitid.Once in a database that all replicas share. The primary
// key decides between two that ask at once.
type usedLogins struct{ db *sql.DB }

func (u usedLogins) create(ctx context.Context) error {
	_, err := u.db.ExecContext(ctx, `CREATE TABLE used_login (handle CHAR(22) PRIMARY KEY, expires BIGINT NOT NULL)`)
	return err
}

// Use is one statement, understood by PostgreSQL and SQLite alike.
func (u usedLogins) Use(ctx context.Context, handle string, expires time.Time) (first bool, err error) {
	res, err := u.db.ExecContext(ctx, `INSERT INTO used_login (handle, expires) VALUES ($1, $2) ON CONFLICT DO NOTHING`, handle, expires.Unix())
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// forget is for a job that runs now and then.
func (u usedLogins) forget(ctx context.Context, now time.Time) error {
	_, err := u.db.ExecContext(ctx, `DELETE FROM used_login WHERE expires < $1`, now.Unix())
	return err
}

// Two replicas with one Once: an answer that one has used is used for both.
func ExampleOnce() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection to :memory: is a database of its own
	used := usedLogins{db}
	if err := used.create(ctx); err != nil {
		log.Fatal(err)
	}
	fake, _ := demo()
	defer fake.Close()
	broker, err := criipto.New(criipto.Config{Issuer: fake.Issuer(), ClientID: fake.ClientID(), ClientSecret: fake.ClientSecret()})
	if err != nil {
		log.Fatal(err)
	}
	cfg := mitid.Config{
		Broker:      broker,
		RedirectURL: "http://localhost:8080/callback",
		StateKeys:   [][]byte{[]byte("32 random bytes out of the vault")},
		Once:        used,
	}
	replicas := make([]*mitid.Client, 2)
	for i := range replicas {
		if replicas[i], err = mitid.New(cfg); err != nil {
			log.Fatal(err)
		}
	}

	redirect, err := replicas[0].Begin(ctx, mitid.Request{})
	if err != nil {
		log.Fatal(err)
	}
	answer, err := mitidtest.Walk(ctx, fake, redirect)
	if err != nil {
		log.Fatal(err)
	}
	for _, replica := range []*mitid.Client{replicas[1], replicas[0]} {
		login, err := replica.Complete(ctx, redirect.State, answer)
		fmt.Println("login:", login != nil, "used before:", errors.Is(err, mitid.ErrStateInvalid))
	}
	fmt.Println(used.forget(ctx, redirect.Expires.Add(time.Second)))
	// Output:
	// login: true used before: false
	// login: false used before: true
	// <nil>
}
