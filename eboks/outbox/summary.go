package outbox

import (
	"context"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// Summary is the state of an outbox, for people who run it. It says nothing about
// recipients.
type Summary struct {
	At          time.Time
	Sender      string              // the distributor
	States      map[eboks.State]int // letters in each state
	InHand      int                 // of them, in somebody's hand
	NeedPerson  int                 // that need a person
	Overdue     int                 // without a receipt in time, and without an end
	Unopened    int                 // that are due, and sealed with a key that is not in Config.Keys
	Oldest      time.Time           // when the oldest letter was queued that waits or whose outcome is unknown; zero if there is none
	LastMinute  int                 // letters taken in within the last minute
	LastHour    int                 // and hour
	PausedUntil time.Time           // of the channel; zero if it is open
	PausedSince time.Time
	PausedWhy   *eboks.Error
	Errors      []LastError // of the last day, the newest first, at most 20
}

// LastError is an error that a letter met.
type LastError struct {
	ID eboks.ID
	Happening
}

const lastErrors = 20

// Summary reads the state of the outbox. It counts all letters, which takes seconds for a
// million. The error is ErrStoreFailed.
func (o *Outbox) Summary(ctx context.Context) (Summary, error) {
	s := Summary{At: o.now(), Sender: o.name, States: map[eboks.State]int{}}
	for _, read := range []func(context.Context, *Summary) error{o.countLetters, o.readUnopened, o.countTaken, o.readChannel, o.readErrors} {
		if err := read(ctx, &s); err != nil {
			return Summary{}, storeFailed("summary", eboks.ID{}, err, "the state of the outbox cannot be read now")
		}
	}
	return s, nil
}

func (o *Outbox) countLetters(ctx context.Context, s *Summary) error {
	rows, err := o.cfg.DB.QueryContext(ctx, `SELECT state, what_then, kind, CASE WHEN owner = '' THEN 0 ELSE 1 END, reached, overdue, count(*), min(queued)
		FROM eboks_outbox_letters WHERE sender = $1 GROUP BY 1, 2, 3, 4, 5, 6`, o.name)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r Record
		var held, n int
		var oldest int64
		if err := rows.Scan(&r.State, &r.Then, &r.Kind, &held, &r.Reached, &r.Overdue, &n, &oldest); err != nil {
			return err
		}
		s.States[r.State] += n
		s.InHand += held * n
		if r.Overdue && !o.client.Capabilities().Final(r.Reached) {
			s.Overdue += n
		}
		if r.NeedsPerson() {
			s.NeedPerson += n
		}
		if at := timeOf(oldest); (r.State == eboks.LetterWaiting || r.State == eboks.LetterUnknown) && (s.Oldest.IsZero() || at.Before(s.Oldest)) {
			s.Oldest = at
		}
	}
	return rows.Err()
}

func (o *Outbox) readUnopened(ctx context.Context, s *Summary) (err error) {
	s.Unopened, err = o.countUnopened(ctx, s.At)
	return err
}

func (o *Outbox) countTaken(ctx context.Context, s *Summary) error {
	const query = `SELECT count(*), coalesce(sum(CASE WHEN t.at > $3 THEN 1 ELSE 0 END), 0) FROM eboks_outbox_trail t
		JOIN eboks_outbox_letters l ON l.id = t.letter WHERE t.at > $2 AND t.what IN ('offered', 'asked') AND t.kind = '' AND l.sender = $1`
	return o.cfg.DB.QueryRowContext(ctx, query, o.name, micros(s.At.Add(-time.Hour)), micros(s.At.Add(-time.Minute))).Scan(&s.LastHour, &s.LastMinute)
}

func (o *Outbox) readChannel(ctx context.Context, s *Summary) error {
	row, err := o.readPause(ctx, o.cfg.DB)
	if err == nil && !row.until.IsZero() {
		s.PausedUntil, s.PausedSince, s.PausedWhy = row.until, row.since, &row.why
	}
	return err
}

func (o *Outbox) readErrors(ctx context.Context, s *Summary) error {
	rows, err := o.cfg.DB.QueryContext(ctx, `SELECT t.letter, t.at, t.what, t.status, t.kind, t.code, t.http, NULL FROM eboks_outbox_trail t
		JOIN eboks_outbox_letters l ON l.id = t.letter WHERE t.at > $2 AND t.kind <> '' AND l.sender = $1 ORDER BY t.at DESC, t.n DESC LIMIT $3`,
		o.name, micros(s.At.Add(-24*time.Hour)), lastErrors)
	if err != nil {
		return err
	}
	s.Errors, err = o.readTrail(rows)
	return err
}
