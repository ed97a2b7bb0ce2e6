package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/eboks/outbox"
)

// The letters that are asked for at once, and in one look: few while this process brings
// letters further itself, and many while it does not.
const (
	lookBatch = 400
	lookMost  = 10_000
)

// look asks the journal for open rows, because another process may have brought them
// further. It begins at place, asks for so many that it takes no time that matters, and
// returns where the next look begins.
func (m *mailing) look(ctx context.Context, place int) (next int, err error) {
	asked, most := 0, lookMost
	if m.news.Swap(0) > 0 {
		most = lookBatch
	}
	ids := make([]eboks.ID, 0, lookBatch)
	n := len(m.outcomes)
	for i := 0; i < n && asked < most && err == nil; i++ {
		if place >= n {
			place = 0
		}
		if m.statusOf(place).open() {
			asked++
			ids = append(ids, m.list.rows[place].id)
		}
		place++
		if len(ids) == lookBatch {
			err = m.take(ctx, ids)
			ids = ids[:0]
		}
	}
	if len(ids) > 0 && err == nil {
		err = m.take(ctx, ids)
	}
	m.tellProgress()
	m.tellPause()
	return place, err
}

// tellPause says that letters wait for the distributor, once for each reason. What a person
// must mend is told by an alarm.
func (m *mailing) tellPause() {
	until, why := m.box.Client().Channel()
	switch {
	case until.IsZero():
		m.paused = 0
	case why.Kind != m.paused && why.Kind != eboks.AuthFailed && why.Kind != eboks.ConfigInvalid:
		m.paused = why.Kind
		fmt.Fprintln(m.tell, "letters wait:", why)
	}
}

func (m *mailing) statusOf(i int) status {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.outcomes[i].status
}

// take keeps what the journal says of letters.
func (m *mailing) take(ctx context.Context, ids []eboks.ID) error {
	return patiently(ctx, func() error { return m.takeNow(ctx, ids) })
}

func (m *mailing) takeNow(ctx context.Context, ids []eboks.ID) error {
	for r, err := range m.box.Letters(ctx, outbox.Filter{IDs: ids}) {
		if err != nil {
			return err
		}
		i := int(m.list.at[r.ID])
		var trail []outbox.Happening
		if mayBeRefused(r) {
			if _, trail, err = m.box.Letter(ctx, r.ID); err != nil {
				return err
			}
		}
		o := outcomeOf(r, trail)
		if m.statusOf(i) == unqueued { // an earlier run or another process has queued it
			switch p, err := m.box.Client().Prepare(ctx, m.letter(i)); {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil: // queueing it tells why
				continue
			case !slices.Contains(m.box.Client().Digests(p), r.Digest):
				o = outcome{status: conflict, at: time.Now().Unix(), detail: another}
			}
		}
		m.set(i, o)
	}
	return nil
}

// readAll takes from the journal what it says of every row, before anything is queued.
func (m *mailing) readAll(ctx context.Context) error { return m.read(ctx, m.told) }

// readRest takes from the journal what it says of the rows that are not finished, for the
// report. It has little time when the command was stopped or has failed; a row that it does
// not come to is reported as this process saw it last.
func (m *mailing) readRest(ctx context.Context, failed error) error {
	switch {
	case ctx.Err() != nil:
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), reportTime)
		defer cancel()
	case failed != nil:
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, stopTime)
		defer cancel()
	default:
		soon, cancel := context.WithTimeout(ctx, attempt)
		_ = m.box.Receive(soon) // news that are not read now come with the next run
		cancel()
	}
	return m.read(ctx, nil)
}

// read takes from the journal what it says of the rows that are not finished, and tells its
// progress if told is not nil.
func (m *mailing) read(ctx context.Context, told *progress) error {
	ids := make([]eboks.ID, 0, lookBatch)
	for i, last := 0, len(m.list.rows)-1; i <= last; i++ {
		if s := m.statusOf(i); !s.finished() && s != conflict {
			ids = append(ids, m.list.rows[i].id)
		}
		if len(ids) == 0 || len(ids) < lookBatch && i < last {
			continue
		}
		if err := m.take(ctx, ids); err != nil {
			return err
		}
		ids = ids[:0]
		if told != nil {
			told.tell("read", i+1, len(m.list.rows))
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known = true
	for i := range m.outcomes {
		if m.outcomes[i].status == unqueued {
			m.outcomes[i].detail = "not queued yet"
		}
	}
	return nil
}
