package riverrunner_test

import (
	"context"
	"fmt"
	"log"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/riverrunner"
)

// newRunner makes an outbox and its runner on one pool of connections. Neither does I/O.
func newRunner(pool *pgxpool.Pool, sender eboks.Sender, key []byte) (*outbox.Outbox, *riverrunner.Runner, error) {
	box, err := outbox.New(outbox.Config{
		DB:      stdlib.OpenDBFromPool(pool),
		Dialect: outbox.PostgreSQL,
		Sender:  sender,
		Keys:    [][]byte{key},
	})
	if err != nil {
		return nil, nil, err
	}
	runner, err := riverrunner.New(box, pool, riverrunner.Config{Schema: "river", Workers: 64})
	return box, runner, err
}

// run sends letters until ctx ends.
func run(ctx context.Context, box *outbox.Outbox, runner *riverrunner.Runner) error {
	if err := box.Migrate(ctx); err != nil {
		return err
	}
	if err := runner.Migrate(ctx); err != nil {
		return err
	}
	return runner.Run(ctx)
}

// decide stores a decision and queues its letter: both, or neither.
func decide(ctx context.Context, pool *pgxpool.Pool, runner *riverrunner.Runner, decision string, letter *eboks.Letter) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO decisions (letter, decision) VALUES ($1, $2)", letter.ID, decision); err != nil {
			return err
		}
		_, err := runner.Enqueue(ctx, tx, letter)
		return err
	})
}

func ExampleRunner() {
	pool, err := pgxpool.New(context.Background(), "host=/run/postgresql dbname=example") // connects when it is used
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close()
	_, runner, err := newRunner(pool, mailbox{}, make([]byte, eboks.KeySize)) // a real key is secret
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%T\n", runner)
	// Output: *riverrunner.Runner
}

// A program that has a client of River adds the runner to it, and does not call Run.
func ExampleRunner_Configure() {
	pool, err := pgxpool.New(context.Background(), "host=/run/postgresql dbname=example")
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close()
	_, runner, err := newRunner(pool, mailbox{}, make([]byte, eboks.KeySize))
	if err != nil {
		log.Fatal(err)
	}
	cfg := &river.Config{
		Schema:  "river",
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 10}},
		Workers: river.NewWorkers(),
	}
	if err := runner.Configure(cfg); err != nil {
		log.Fatal(err)
	}
	if _, err := river.NewClient(riverpgxv5.New(pool), cfg); err != nil {
		log.Fatal(err)
	}
	var queues []string
	for name := range cfg.Queues {
		queues = append(queues, name)
	}
	slices.Sort(queues)
	fmt.Println(queues, len(cfg.PeriodicJobs))
	// Output: [default letters_example] 2
}

// mailbox stands for an adapter such as eboks/stralfors.
type mailbox struct{}

func (mailbox) Capabilities() eboks.Capabilities { return eboks.Capabilities{Name: "example"} }

func (mailbox) Send(context.Context, *eboks.Letter) (*eboks.Receipt, error) {
	return nil, &eboks.Error{Kind: eboks.Unavailable, Sender: "example", Then: eboks.Retry}
}
