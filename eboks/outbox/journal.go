package outbox

import (
	"bytes"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dkeid/dkeid/eboks"
)

// entryColumns are the columns of an eboks.Entry, in the order of entryValues and scanEntry.
const (
	entryColumns = `id, digest, state, version, owner, lease, at, offers, doubts, missing, sum, status, reference, taken, kind, code, reachability, what_then`
	entryCount   = 18
)

func (o *Outbox) entryValues(e eboks.Entry) []any {
	return []any{
		e.ID, e.Digest[:], e.State, e.Version, e.Owner, micros(e.Lease), micros(e.At), e.Offers, e.Doubts, micros(e.Missing),
		o.letters.SealBytes(sumName(e.ID), e.SHA256[:]),
		e.Status, e.Reference, micros(e.TakenAt), e.Kind, e.Code, e.Reachability, e.Then,
	}
}

// sumName is what the digest of a letter's document is sealed for: in the clear it would
// tell which letters hold a document that somebody knows.
func sumName(id eboks.ID) string { return "sum " + id.String() }

// scanEntry reads an entry, and what stands behind it in the row. Without the key of its
// time the SHA256 is zero; nothing writes it again.
func (o *Outbox) scanEntry(scan func(...any) error, more ...any) (e eboks.Entry, err error) {
	var digest, sum []byte
	var lease, at, missing, taken int64
	if err := scan(append([]any{
		&e.ID, &digest, &e.State, &e.Version, &e.Owner, &lease, &at, &e.Offers, &e.Doubts, &missing, &sum,
		&e.Status, &e.Reference, &taken, &e.Kind, &e.Code, &e.Reachability, &e.Then,
	}, more...)...); err != nil {
		return eboks.Entry{}, err
	}
	copy(e.Digest[:], digest)
	if plain, err := o.letters.OpenBytes(sumName(e.ID), sum); err == nil {
		copy(e.SHA256[:], plain)
	}
	e.Lease, e.At, e.Missing, e.TakenAt = timeOf(lease), timeOf(at), timeOf(missing), timeOf(taken)
	return e, nil
}

// places writes $from, $from+1, … for n values.
func places(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(from+i))
	}
	return b.String()
}

// anys are the arguments for places.
func anys[T any](values []T) []any {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return args
}

// ledger is the journal as eboks.Client sees it: entries, without a queue.
type ledger struct{ o *Outbox }

// Load returns entries.
func (l ledger) Load(ctx context.Context, ids []eboks.ID) ([]eboks.Entry, error) {
	return l.o.load(ctx, l.o.cfg.DB, ids, "")
}

func (o *Outbox) load(ctx context.Context, q querier, ids []eboks.ID, lock string) ([]eboks.Entry, error) {
	found := make([]eboks.Entry, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	// In one order, so that two that lock the same rows do not wait for each other.
	rows, err := q.QueryContext(ctx, `SELECT `+entryColumns+` FROM eboks_outbox_letters WHERE id IN (`+places(1, len(ids))+`) ORDER BY id`+lock, anys(ids)...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	at := map[eboks.ID]eboks.Entry{}
	for rows.Next() {
		e, err := o.scanEntry(rows.Scan)
		if err != nil {
			return nil, err
		}
		at[e.ID] = e
	}
	for i, id := range ids {
		found[i] = at[id]
	}
	return found, rows.Err()
}

// Claim takes letters in hand. One that is not there is written without a content: it is
// sent by the caller, and never by Run.
func (l ledger) Claim(ctx context.Context, fresh []eboks.Entry, owner string, lease time.Duration) (now []eboks.Entry, err error) {
	err = l.o.write(ctx, func(tx *sql.Tx) error {
		for _, f := range slices.SortedFunc(slices.Values(fresh), func(a, b eboks.Entry) int { return compareIDs(a.ID, b.ID) }) {
			if _, err := tx.ExecContext(ctx, queueLetter, append(l.o.entryValues(f),
				l.o.name, micros(f.At), nil, eboks.Unknown, "", "", "", 0, 0, 0, nil, nil)...); err != nil {
				return err
			}
		}
		ids := make([]eboks.ID, len(fresh))
		for i, f := range fresh {
			ids[i] = f.ID
		}
		known, err := l.o.load(ctx, tx, ids, l.o.cfg.Dialect.forUpdate())
		if err != nil {
			return err
		}
		var taken []eboks.Entry
		for i, e := range known {
			if inHand, ok := l.o.take(e, owner, fresh[i].At, lease); ok {
				known[i] = inHand
				taken = append(taken, inHand)
			}
		}
		if err := l.o.claimRows(ctx, tx, taken); err != nil {
			return err
		}
		now = known
		return nil
	})
	return now, err
}

// take is the entry in owner's hand, if it may be taken at that time. A lease that ends
// later than any lasts is of a clock that was ahead, and has ended.
func (o *Outbox) take(e eboks.Entry, owner string, at time.Time, lease time.Duration) (eboks.Entry, bool) {
	foreign := e.Owner != "" && e.Owner != owner
	if e.State != eboks.LetterWaiting && e.State != eboks.LetterUnknown || foreign && e.Lease.After(at) && !e.Lease.After(o.latestLease(at)) {
		return e, false
	}
	if foreign { // that owner may have offered it
		e.State, e.Missing = eboks.LetterUnknown, time.Time{}
	}
	e.Owner, e.Lease, e.Version = owner, at.Add(lease).UTC(), e.Version+1
	return e, true
}

// claimRows writes that letters are in somebody's hand. One is due again when the lease
// ends, if it is in the queue.
func (o *Outbox) claimRows(ctx context.Context, tx *sql.Tx, taken []eboks.Entry) error {
	rows := make([][]any, len(taken))
	for i, e := range taken {
		rows[i] = []any{e.ID, e.State, micros(e.Missing), e.Owner, micros(e.Lease), e.Version}
	}
	return o.updateRows(ctx, tx, `state = v.state, missing = v.missing, owner = v.owner, lease = v.lease, version = v.version,
		next = CASE WHEN l.next IS NULL THEN NULL ELSE v.lease END`,
		[]column{{"id", uuid}, {"state", text}, {"missing", bigint}, {"owner", text}, {"lease", bigint}, {"version", bigint}}, rows)
}

// Settle writes what became of letters.
func (l ledger) Settle(ctx context.Context, entries []eboks.Entry) (stale []eboks.Entry, err error) {
	rs := make([]*result, len(entries))
	for i, e := range entries {
		rs[i] = &result{entry: e}
		if e.State == eboks.LetterWaiting || e.State == eboks.LetterUnknown {
			rs[i].next = l.o.now()
		}
	}
	err = l.o.write(ctx, func(tx *sql.Tx) error {
		stale, err = l.o.settleRows(ctx, tx, rs)
		return err
	})
	return stale, err
}

// ended reports whether what the letter says is needed no longer.
func ended(e eboks.Entry) bool {
	return e.State == eboks.LetterAccepted || e.State == eboks.LetterRefused && (e.Then == eboks.Stop || e.Kind == eboks.Parked)
}

// word is a distributor's word as a database takes it: valid UTF-8 without NUL, and not
// long.
func word(s string) string {
	const longest = 1000
	if len(s) > longest {
		s = s[:longest]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// watchFrom is when somebody asks what became of a letter, or finds it overdue; zero if
// nobody need.
func (o *Outbox) watchFrom(e eboks.Entry, now time.Time) time.Time {
	can := o.client.Capabilities()
	switch {
	case e.State != eboks.LetterAccepted && e.State != eboks.LetterParked, e.State == eboks.LetterAccepted && can.Final(e.Status):
		return time.Time{}
	case can.Status && !can.Events:
		return now.Add(o.cfg.ReceiptEvery)
	case e.State == eboks.LetterParked:
		return time.Time{}
	default:
		return now.Add(o.cfg.ReceiptWithin)
	}
}

func onlyIf(yes bool, t time.Time) time.Time {
	if !yes {
		return time.Time{}
	}
	return t
}

func compareIDs(a, b eboks.ID) int { return bytes.Compare(a[:], b[:]) }
