package outbox_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/ebokstest"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/opendb"
	"github.com/dkeid/dkeid/eboks/stralfors"
	"github.com/dkeid/dkeid/eboks/stralfors/stralforstest"
)

// newOutbox makes an outbox in the application's own database.
func newOutbox(ctx context.Context, db *sql.DB, dialect outbox.Dialect, sender eboks.Sender, keys [][]byte) (*outbox.Outbox, error) {
	o, err := outbox.New(outbox.Config{DB: db, Dialect: dialect, Sender: sender, Keys: keys})
	if err != nil {
		return nil, err
	}
	return o, o.Migrate(ctx)
}

// decide stores a decision and queues its letter: both, or neither.
func decide(ctx context.Context, db *sql.DB, o *outbox.Outbox, citizen cpr.Number, outcome string) (eboks.ID, error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return eboks.ID{}, err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	letter := decision(citizen, outcome)
	if _, err := tx.ExecContext(ctx, `INSERT INTO decisions (outcome, letter) VALUES ($1, $2)`, outcome, letter.ID); err != nil {
		return eboks.ID{}, err
	}
	if _, err := o.Enqueue(ctx, tx, letter); err != nil {
		return eboks.ID{}, err
	}
	if err := tx.Commit(); err != nil {
		return eboks.ID{}, err
	}
	o.Wake() // or Run sees the letter a second later
	return letter.ID, nil
}

// decidePgx is the same for those who use pgx without database/sql.
func decidePgx(ctx context.Context, tx pgx.Tx, o *outbox.Outbox, citizen cpr.Number, outcome string) error {
	letter := decision(citizen, outcome)
	if _, err := tx.Exec(ctx, `INSERT INTO decisions (outcome, letter) VALUES ($1, $2)`, outcome, letter.ID); err != nil {
		return err
	}
	_, err := o.Enqueue(ctx, outbox.Pgx(tx), letter)
	return err // the caller commits, and then calls Wake
}

// decision is the letter about a decision.
func decision(citizen cpr.Number, outcome string) *eboks.Letter {
	return &eboks.Letter{
		ID:       eboks.NewID(),
		To:       eboks.Person(citizen),
		Title:    "Afgørelse i din sag",
		Document: eboks.Bytes([]byte("%PDF-1.7\n% " + outcome + "\n%%EOF\n")),
		Material: "afgoerelse",
	}
}

func Example() {
	told := make(chan outbox.Record, 10)
	s := demo(outbox.Config{Changed: func(_ context.Context, r outbox.Record) { told <- r }})
	defer s.close()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.outbox.Run(ctx) }() // for as long as the program lives

	id, err := decide(ctx, s.db, s.outbox, cprtest.Number(9000), "bevilget på Ærø")
	must(err)
	record := <-told
	fmt.Println(record.ID == id, record.State, record.Status)
	stop() // nothing more is begun, and what is on its way ends
	fmt.Println(<-ended, s.fake.Count(id))
	// Output:
	// true accepted accepted
	// <nil> 1
}

// scene is an outbox in a new SQLite file, at a fake distributor.
type scene struct {
	fake   *stralforstest.Distributor
	db     *sql.DB
	outbox *outbox.Outbox
	folder string
}

func demo(cfg outbox.Config) *scene {
	ctx, s := context.Background(), new(scene)
	var err error
	s.fake, err = stralforstest.Start(ebokstest.Config{})
	must(err)
	cfg.Sender, err = stralfors.New(stralfors.Config{
		BaseURL: s.fake.URL(), System: s.fake.System(), User: "Borgerservice", Certificate: s.fake.Certificate(), Roots: s.fake.Roots(),
		Materials: map[eboks.Material]stralfors.Material{"afgoerelse": {ShipmentType: "1001"}},
	})
	must(err)
	s.folder, err = os.MkdirTemp("", "udbakke")
	must(err)
	s.db, cfg.Dialect, err = opendb.Open(ctx, filepath.Join(s.folder, "app.db")) // or postgres://…
	must(err)
	_, err = s.db.ExecContext(ctx, `CREATE TABLE decisions (outcome TEXT, letter TEXT)`)
	must(err)
	cfg.DB, cfg.Keys = s.db, [][]byte{bytes.Repeat([]byte("k"), 32)} // keys are random, and come out of a vault
	s.outbox, err = outbox.New(cfg)
	must(err)
	must(s.outbox.Migrate(ctx))
	return s
}

func (s *scene) close() {
	must(s.db.Close())
	must(s.fake.Close())
	must(os.RemoveAll(s.folder))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

var _, _ = newOutbox, decidePgx // they are for the guide
