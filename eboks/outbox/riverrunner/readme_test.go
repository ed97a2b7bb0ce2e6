package riverrunner_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// What the README shows sends a letter.
func TestReadme(t *testing.T) {
	pool, err := pgxpool.New(context.Background(), pgtest.Start(t, pgtest.Options{}))
	require.NoError(t, err)
	defer pool.Close()
	d := posttest.New(posttest.Config{Now: time.Now})
	box, runner, err := newRunner(pool, d.Of(nil), bytes.Repeat([]byte("k"), eboks.KeySize))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, box, runner) }()
	_, err = pool.Exec(ctx, "CREATE TABLE decisions (letter uuid PRIMARY KEY, decision text)")
	require.NoError(t, err)
	l := &eboks.Letter{
		ID: eboks.NewID(), To: eboks.Person(cprtest.Number(9001)), Title: "Afgørelse", Material: "1001",
		Document: eboks.Bytes([]byte("%PDF-1.7\n% afgørelse til Åse på Ærø\n%%EOF\n")),
	}
	require.Eventually(t, func() bool { return decide(ctx, pool, runner, "bevilget", l) == nil }, time.Minute, 50*time.Millisecond, "the tables are made meanwhile")
	require.Error(t, decide(ctx, pool, runner, "afslået", l), "the second decision has no letter")
	require.Eventually(t, func() bool { return d.Count(l.ID) == 1 }, time.Minute, 10*time.Millisecond)
	cancel()
	assert.NoError(t, <-ended)
	var decision string
	require.NoError(t, pool.QueryRow(context.Background(), "SELECT decision FROM decisions WHERE letter = $1", l.ID).Scan(&decision))
	assert.Equal(t, "bevilget", decision)
}
