package riverrunner

import (
	"context"
	"hash/fnv"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// Migrate makes or upgrades River's tables, and their schema if Config.Schema names one.
// Several processes may do it at once. Who migrates River by other means leaves it out.
// The error is eboks.ErrStoreFailed.
func (r *Runner) Migrate(ctx context.Context) error {
	// The lock is on a connection of its own: some steps of River cannot share a
	// transaction, and the pool may have one connection only.
	lock, err := pgx.ConnectConfig(ctx, r.pool.Config().ConnConfig)
	if err != nil {
		return storeFailed("migrate", "the database cannot be reached", err)
	}
	defer func() { _ = lock.Close(context.WithoutCancel(ctx)) }() // gives the lock back
	if _, err := lock.Exec(ctx, "SELECT pg_advisory_lock($1)", lockNumber(r.cfg.Schema)); err != nil {
		return storeFailed("migrate", "the database cannot be locked", err)
	}
	if r.cfg.Schema != "" {
		if _, err := lock.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{r.cfg.Schema}.Sanitize()); err != nil {
			return storeFailed("migrate", "River's schema cannot be made", err)
		}
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(r.pool), &rivermigrate.Config{Schema: r.cfg.Schema, Logger: r.cfg.Logger})
	if err != nil {
		return configInvalid("River does not take it: " + err.Error())
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return storeFailed("migrate", "River's tables cannot be made", err)
	}
	return nil
}

// lockNumber is the advisory lock of a schema, in PostgreSQL's numbers.
func lockNumber(schema string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("dkeid riverrunner " + schema)) // never fails (hash.Hash)
	return int64(h.Sum64())
}
