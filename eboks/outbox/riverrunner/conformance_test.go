package riverrunner

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dkeid/dkeid/cpr/cprtest"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
	"github.com/dkeid/dkeid/eboks/outbox/internal/posttest"
	"github.com/dkeid/dkeid/internal/pgtest"
)

// What holds whoever drives the outbox: its own loop, or River.
func TestBothWays(t *testing.T) {
	server := pgtest.Start(t, pgtest.Options{})
	for _, way := range []string{byLoop, byRiver} {
		for name, test := range map[string]func(t *testing.T, pool *pgxpool.Pool, way string){
			"once":        testSentOnce,
			"two":         testTwoOffices,
			"rollback":    testRollback,
			"stop":        testStopAndStart,
			"certificate": testWrongCertificate,
			"mended":      testNewProcessTriesAtOnce,
			"cut":         testConnectionsAreCut,
			"senders":     testTwoSenders,
		} {
			t.Run(way+"/"+name, func(t *testing.T) {
				t.Parallel()
				test(t, database(t, server, way+"_"+name), way)
			})
		}
	}
}

func testSentOnce(t *testing.T, pool *pgxpool.Pool, way string) {
	const n = 300
	d := posttest.New(posttest.Config{Now: time.Now, Status: true})
	o := newOffice(t, pool, way, officeConfig(d.Of(nil)))
	all := letters(n)
	o.queue(t, all[:100]...)
	stop := o.start(t)
	for _, l := range all[100:200] {
		o.queue(t, l)
	}
	for _, l := range all[200:] { // by somebody who knows nothing of River
		fresh, err := o.Enqueue(context.Background(), nil, l)
		require.NoError(t, err)
		require.True(t, fresh)
	}
	o.allAccepted(t, n)
	require.NoError(t, stop())
	assert.Equal(t, n, d.Calls().Offers)
	for _, l := range all {
		assert.Equal(t, 1, d.Count(l.ID))
	}
	for _, b := range d.Books() {
		assert.Equal(t, titleMark, b.Title)
	}
}

func testTwoOffices(t *testing.T, pool *pgxpool.Pool, way string) {
	const n = 300
	d := posttest.New(posttest.Config{Now: time.Now})
	a, b := newOffice(t, pool, way, officeConfig(d.Of(nil))), newOffice(t, pool, way, officeConfig(d.Of(nil)))
	all := letters(n)
	a.queue(t, all...)
	stopA, stopB := a.start(t), b.start(t)
	a.allAccepted(t, n)
	require.NoError(t, stopA())
	require.NoError(t, stopB())
	assert.Equal(t, n, d.Calls().Offers)
}

func testRollback(t *testing.T, pool *pgxpool.Pool, way string) {
	d := posttest.New(posttest.Config{Now: time.Now})
	o := newOffice(t, pool, way, officeConfig(d.Of(nil)))
	ctx := context.Background()
	tx, err := pool.Begin(ctx)
	require.NoError(t, err)
	gone, kept := letter(1), letter(2)
	_, err = o.river.Enqueue(ctx, tx, gone)
	require.NoError(t, err)
	require.NoError(t, tx.Rollback(ctx))
	o.queue(t, kept)
	assert.Equal(t, 1, count(t, pool, "kind = $1", letterKind))

	tx, err = pool.Begin(ctx)
	require.NoError(t, err)
	fresh, err := o.river.Enqueue(ctx, tx, kept)
	require.NoError(t, err)
	assert.False(t, fresh, "the same letter")
	other := *kept
	other.Title = "En anden årsopgørelse"
	_, err = o.river.Enqueue(ctx, tx, &other)
	require.ErrorIs(t, err, eboks.ErrConflict)
	require.NoError(t, tx.Rollback(ctx))

	stop := o.start(t)
	o.allAccepted(t, 1)
	require.NoError(t, stop())
	_, _, err = o.Letter(ctx, gone.ID)
	require.ErrorIs(t, err, eboks.ErrInputInvalid)
	assert.Zero(t, d.Count(gone.ID))
}

// An office that is told to stop in the middle leaves no letter in doubt, and another one
// goes on at once.
func testStopAndStart(t *testing.T, pool *pgxpool.Pool, way string) {
	const n = 400
	d := posttest.New(posttest.Config{Now: time.Now, Fault: func(*eboks.Letter, int) posttest.Fault {
		answer := make(chan struct{})
		time.AfterFunc(20*time.Millisecond, func() { close(answer) })
		return posttest.Fault{Hold: answer}
	}})
	o := newOffice(t, pool, way, officeConfig(d.Of(nil)))
	o.queue(t, letters(n)...)
	for range 3 {
		before := d.Calls().Offers
		stop := o.start(t)
		eventually(t, "some are offered", func() bool { return d.Calls().Offers > before+20 })
		require.NoError(t, stop())
		states := o.states(t)
		assert.Zero(t, states[eboks.LetterUnknown], "no letter is in doubt")
		assert.Zero(t, count(t, pool, "state = 'running'"))
	}
	stop := newOffice(t, pool, way, officeConfig(d.Of(nil))).start(t)
	o.allAccepted(t, n)
	require.NoError(t, stop())
	assert.Equal(t, n, d.Calls().Offers)
}

// A certificate that is refused pauses every process, once and for all letters.
func testWrongCertificate(t *testing.T, pool *pgxpool.Pool, way string) {
	const n = 200
	refused := func(*eboks.Letter, int) posttest.Fault { return posttest.Refused() }
	d := posttest.New(posttest.Config{Now: time.Now, Fault: refused})
	var alarms atomic.Int32
	cfg := officeConfig(d.Of(nil))
	cfg.Retry.Pause = 3 * time.Second
	cfg.Alarm = func(context.Context, *eboks.Error) { alarms.Add(1) }
	a, b := newOffice(t, pool, way, cfg), newOffice(t, pool, way, cfg)
	a.queue(t, letters(n)...)
	stopA, stopB := a.start(t), b.start(t)
	eventually(t, "an alarm", func() bool { return alarms.Load() > 0 })
	if way == byRiver {
		eventually(t, "and all jobs have seen the pause", func() bool { return count(t, pool, "kind = $1 AND state <> 'completed'", letterKind) == 0 })
	}
	var s outbox.Summary
	eventually(t, "a pause", func() bool { // between two of them a letter is tried
		var err error
		s, err = a.Summary(context.Background())
		require.NoError(t, err)
		return s.PausedUntil.After(time.Now()) && s.InHand == 0
	})
	assert.Equal(t, n, s.States[eboks.LetterWaiting], "no letter is in doubt")
	assert.LessOrEqual(t, d.Calls().Offers, 2*32+4, "what was on its way at once in two processes, and a try now and then")
	assert.EqualValues(t, 1, alarms.Load(), "one alarm")

	d.Change(func(c *posttest.Config) { c.Fault = nil })
	a.allAccepted(t, n)
	require.NoError(t, stopA())
	require.NoError(t, stopB())
}

// Somebody mended what was wrong and started a process with it, while an old one still
// waits: the new one tries before the pause ends.
func testNewProcessTriesAtOnce(t *testing.T, pool *pgxpool.Pool, way string) {
	const n = 50
	d := posttest.New(posttest.Config{Now: time.Now, Fault: func(*eboks.Letter, int) posttest.Fault { return posttest.Refused() }})
	cfg := officeConfig(d.Of(nil))
	cfg.Retry.Pause = time.Hour
	old := newOffice(t, pool, way, cfg)
	old.queue(t, letters(n)...)
	stopOld := old.start(t)
	paused := func() bool {
		s, err := old.Summary(context.Background())
		require.NoError(t, err)
		return s.PausedUntil.After(time.Now().Add(time.Minute)) && s.InHand == 0 // nothing more is found out of the old trouble
	}
	eventually(t, "a long pause", paused)
	d.Change(func(c *posttest.Config) { c.Fault = nil })
	stop := newOffice(t, pool, way, cfg).start(t)
	old.allAccepted(t, n)
	require.NoError(t, stop())
	require.NoError(t, stopOld())
}

// The server cuts all connections in the middle of it, again and again.
func testConnectionsAreCut(t *testing.T, pool *pgxpool.Pool, way string) {
	const n = 300
	d := posttest.New(posttest.Config{Now: time.Now, Status: true, Fault: func(*eboks.Letter, int) posttest.Fault {
		answer := make(chan struct{})
		time.AfterFunc(20*time.Millisecond, func() { close(answer) })
		return posttest.Fault{Hold: answer}
	}})
	o := newOffice(t, pool, way, officeConfig(d.Of(nil)))
	all := letters(n)
	o.queue(t, all...)
	killer, err := pgx.ConnectConfig(context.Background(), pool.Config().ConnConfig)
	require.NoError(t, err)
	defer func() { _ = killer.Close(context.Background()) }()
	stop := o.start(t)
	for range 3 {
		before := d.Calls().Offers
		eventually(t, "some are offered", func() bool { return d.Calls().Offers > before+20 })
		_, err = killer.Exec(context.Background(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool {
		s, err := o.Summary(context.Background())
		return err == nil && s.States[eboks.LetterAccepted] == n
	}, 2*patience, 20*time.Millisecond)
	require.NoError(t, stop())
	for _, l := range all {
		require.Equal(t, 1, d.Count(l.ID))
	}
}

// renamed is a sender under another name.
type renamed struct{ eboks.Sender }

func (s renamed) Capabilities() eboks.Capabilities {
	c := s.Sender.Capabilities()
	c.Name = "andet_bud"
	return c
}

// Two outboxes with different senders share a database.
func testTwoSenders(t *testing.T, pool *pgxpool.Pool, way string) {
	const n = 40
	one, other := posttest.New(posttest.Config{Now: time.Now}), posttest.New(posttest.Config{Now: time.Now})
	var offices []*office
	for _, s := range []eboks.Sender{one.Of(nil), renamed{other.Of(nil)}} {
		o, err := openOffice(context.Background(), pool, way, officeConfig(s), Config{SweepEvery: time.Second, ReceiveEvery: time.Second})
		require.NoError(t, err)
		o.queue(t, letters(n/2)...)
		for _, l := range letters(n / 2) { // for the sweep
			_, err := o.Enqueue(context.Background(), nil, l)
			require.NoError(t, err)
		}
		offices = append(offices, o)
	}
	stops := []func() error{offices[0].start(t), offices[1].start(t)}
	for i, o := range offices {
		o.allAccepted(t, n)
		require.NoError(t, stops[i]())
	}
	assert.Equal(t, n, one.Calls().Offers)
	assert.Equal(t, n, other.Calls().Offers)
}

// Nothing of a letter is in River's tables but its ID.
func TestRiverKnowsNothingOfLetters(t *testing.T) {
	pool := database(t, pgtest.Start(t, pgtest.Options{}), "canaries")
	faults := []posttest.Fault{posttest.NeverLeft(), posttest.Broken(), posttest.Rejected(), {}}
	d := posttest.New(posttest.Config{Now: time.Now, Status: true, Fault: func(_ *eboks.Letter, n int) posttest.Fault { return faults[min(n-1, 3)] }})
	o := newOffice(t, pool, byRiver, officeConfig(d.Of(nil)))
	all := letters(4)
	o.queue(t, all...)
	missing := eboks.NewID()
	n, err := o.river.giveJobs(context.Background(), []eboks.ID{missing})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	stop := o.start(t)
	eventually(t, "letters end", func() bool { return o.ended(t) == len(all) })
	eventually(t, "a job without a letter is cancelled", func() bool { return count(t, pool, "kind = $1 AND state = 'cancelled'", letterKind) == 1 })
	execute(t, pool, "ALTER TABLE eboks_outbox_letters RENAME TO away")
	o2 := letter(1)
	_, err = o.river.giveJobs(context.Background(), []eboks.ID{o2.ID})
	require.NoError(t, err)
	eventually(t, "an error in River", func() bool {
		return count(t, pool, "kind = $1 AND array_length(errors, 1) > 0 AND state <> 'cancelled'", letterKind) > 0
	})
	execute(t, pool, "ALTER TABLE away RENAME TO eboks_outbox_letters")
	require.NoError(t, stop())

	rows, err := pool.Query(context.Background(), "SELECT tablename FROM pg_tables WHERE tablename LIKE 'river%'")
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Contains(t, tables, "river_job")
	shown := 0
	for _, table := range tables {
		rows, err := pool.Query(context.Background(), "SELECT t::text FROM "+pgx.Identifier{table}.Sanitize()+" t")
		require.NoError(t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		for _, line := range lines {
			shown++
			for i := range 20 {
				require.NotContains(t, line, cprtest.Number(9000+i).Reveal(), table)
			}
			require.NotContains(t, line, "kendemærke", table)
			require.NotContains(t, line, "\\x255044462d", table)
		}
	}
	require.Greater(t, shown, len(all))
	// A letter may have had more than one job: the sweep gives another one to a letter that waits.
	require.Positive(t, count(t, pool, "args @> jsonb_build_object('letter', $1::text)", all[0].ID.String()))
	require.Zero(t, count(t, pool, "kind = $1 AND (args - 'letter' - 'round') <> '{}'", letterKind))
}

// ended counts letters of which nothing more is to come.
func (o *office) ended(t testing.TB) (n int) {
	t.Helper()
	s, err := o.Summary(context.Background())
	require.NoError(t, err)
	for state, k := range s.States {
		if state != eboks.LetterWaiting && state != eboks.LetterUnknown {
			n += k
		}
	}
	return n
}
