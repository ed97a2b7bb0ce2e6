package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// The times of a mailing. A letter of a process that died waits for its lease, which must
// be longer than an attempt. Run ends within grace, and there is time left to write the
// report within ten seconds of a signal.
const (
	lease       = 20 * time.Second
	grace       = 4 * time.Second
	reportTime  = 2 * time.Second
	stopTime    = 8 * time.Second
	lookEvery   = time.Second
	receipts    = time.Minute
	retryAtMost = 10 * time.Second
)

// memory is what the command tries to stay below, in bytes, however long the list is.
const memory = 200 << 20

// errStopped ends a mailing by a signal.
var errStopped = errors.New("stopped; start the same command again to go on")

// notRead is the detail of a row before the journal was asked for it.
const notRead = "not read"

// mailing is one run over a list.
type mailing struct {
	list     *list
	box      *outbox.Outbox
	material eboks.Material
	told     *progress
	alarms   *alarms
	tell     io.Writer
	paused   eboks.Kind // why letters wait, as it was told

	news atomic.Int64 // letters that this process brought further since the last look

	mu       sync.Mutex
	outcomes []outcome // of each row, as far as this process knows
	open     int       // rows that may come further by themselves
	known    bool      // the journal was read once for every row
}

// mail sends the letters of a list, and returns the exit status.
func mail(ctx context.Context, o *options, p *post, out, tell io.Writer) int {
	debug.SetMemoryLimit(memory)
	l, faults, err := readList(o.list)
	if err != nil {
		fmt.Fprintln(tell, err)
		return faulty
	}
	told := &progress{to: tell, now: time.Now}
	found, err := l.check(ctx, p, told)
	if faults = append(faults, found...); len(faults) > 0 {
		tellFaults(tell, faults)
		fmt.Fprintln(tell, "the list is faulty, and nothing was queued")
		return faulty
	}
	m := newMailing(l, p.material, told, tell)
	if err != nil {
		err = errors.New("stopped before anything was read or queued; start the same command again")
	} else {
		err = m.runUntil(ctx, o, p)
	}
	m.mu.Lock() // the database may answer after all
	defer m.mu.Unlock()
	if errors.Is(err, errStopped) && m.open == 0 {
		err = nil // there was nothing left to stop
	}
	if err != nil {
		fmt.Fprintln(tell, err)
	}
	if errors.Is(err, errOther) {
		return faulty
	}
	if !m.known {
		fmt.Fprintf(tell, "the report is not complete: the command ended before it knew of every letter; those with the detail %q may have been sent by an earlier run\n", notRead)
	}
	all := sum(tell, m.outcomes)
	if wrong := report(out, l, m.outcomes); wrong != nil {
		fmt.Fprintln(tell, "the report could not be written:", wrong)
		return stopped
	}
	switch {
	case err != nil:
		return stopped
	case !all:
		return someAreNot
	}
	return allFinished
}

func newMailing(l *list, material eboks.Material, told *progress, tell io.Writer) *mailing {
	m := &mailing{list: l, material: material, told: told, tell: tell, alarms: &alarms{to: tell, told: map[eboks.Kind]bool{}}, outcomes: make([]outcome, len(l.rows)), open: len(l.rows)}
	now := time.Now().Unix()
	for i := range m.outcomes {
		m.outcomes[i] = outcome{at: now, detail: notRead}
	}
	return m
}

// runUntil runs, and waits no longer than stopTime after a signal for a database that does
// not answer.
func (m *mailing) runUntil(ctx context.Context, o *options, p *post) error {
	ended := make(chan error, 1)
	go func() { ended <- m.run(ctx, o, p) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(stopTime):
		return errors.New("stopped, and the database does not answer; start the same command again to go on")
	}
}

// run queues the list and sends until no row comes further by itself. Afterwards outcomes
// are what the journal says, also after an error.
func (m *mailing) run(ctx context.Context, o *options, p *post) (err error) {
	db, err := openDatabase(ctx, o)
	if err != nil {
		return storeWords(err)
	}
	defer func() { _ = db.Close() }()
	m.box, err = outbox.New(outbox.Config{DB: db.DB, Dialect: db.dialect, Sender: p.sender, Keys: [][]byte{db.key}, Lease: lease, LogLag: o.logLag, Grace: grace,
		LookEvery: lookEvery, ReceiptEvery: receipts, Retry: eboks.RetryPolicy{Max: retryAtMost, Pause: retryAtMost}, Changed: m.changed, Alarm: m.alarms.raise})
	if err == nil {
		err = patiently(ctx, func() error { return m.box.Migrate(ctx) })
	}
	if err == nil {
		err = patiently(ctx, func() error {
			salt, err := db.belongsTo(ctx, o.who())
			if err == nil {
				m.list.identify(salt)
			}
			return err
		})
	}
	if err != nil {
		return storeWords(err)
	}
	if err = m.readAll(ctx); err == nil {
		err = m.queue(ctx, db.DB)
	}
	if err == nil {
		err = m.send(ctx, db)
	}
	unread := m.readRest(ctx, err)
	if replaced := db.inPlace(); replaced != nil {
		return replaced
	}
	switch {
	case ctx.Err() != nil && unread != nil && m.known:
		return fmt.Errorf("%w; what other processes sent meanwhile may be missing in the report", errStopped)
	case ctx.Err() != nil:
		return errStopped
	case err == nil:
		err = unread
	case unread != nil && m.known:
		fmt.Fprintln(m.tell, "the journal cannot be read: the report is what this process saw last")
	}
	if err != nil {
		return storeWords(err)
	}
	return nil
}

// send runs the outbox until no row is open.
func (m *mailing) send(ctx context.Context, db *database) error {
	ctx, end := context.WithCancel(ctx)
	defer end()
	ended := make(chan error, 1)
	go func() { ended <- m.box.Run(ctx) }()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for place := 0; m.left() > 0; {
		select {
		case err := <-ended:
			return err
		case <-ctx.Done():
			return <-ended
		case <-look.C:
		}
		err := db.inPlace()
		if err == nil {
			place, err = m.look(ctx, place)
		}
		if err != nil && ctx.Err() == nil {
			end()
			return errors.Join(err, <-ended)
		}
	}
	end()
	return <-ended
}

// changed is told by the outbox of a letter that this process has brought further.
func (m *mailing) changed(_ context.Context, r outbox.Record) {
	if r.State == eboks.LetterAccepted {
		m.alarms.passed()
	}
	m.news.Add(1)
	if i, ours := m.list.at[r.ID]; ours {
		m.set(int(i), outcomeOf(r, nil))
	}
	m.tellProgress()
}

// set keeps what is known of a row. A row whose reference stands for another letter has
// nothing to do with what becomes of that one.
func (m *mailing) set(i int, now outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := m.outcomes[i].status
	if was == conflict || was == refused && m.outcomes[i].detail == unfit {
		return
	}
	m.outcomes[i] = now
	if was.open() && !now.status.open() {
		m.open--
	}
	if !was.open() && now.status.open() {
		m.open++
	}
}

func (m *mailing) left() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open
}

func (m *mailing) tellProgress() { m.told.tell("done", len(m.outcomes)-m.left(), len(m.outcomes)) }
