package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dkeid/dkeid/cpr"
	"github.com/dkeid/dkeid/eboks"
	"github.com/dkeid/dkeid/examples/questionnaire/survey"
)

// Invitee is one person of a list who can be invited.
type Invitee struct {
	Line   int // of the list, counted from 1
	Number cpr.Number
}

// Finding says why a line of a list is not invited. It holds no word of the line.
type Finding struct {
	Line int
	Why  string // the end of a text's key
}

// The findings that the store makes; the others are for the caller to say.
const (
	FoundTwice   = "twice"   // an earlier line has the same number
	FoundInvited = "invited" // the person was invited to this questionnaire before
)

// Batch is a list of people to invite.
type Batch struct {
	ID            string
	Questionnaire string
	Template      string // its ID
	Version       int
	Lang          survey.Lang
	Findings      []Finding
	Created       time.Time
	Sent          time.Time // zero if nobody has sent it yet
	People        int       // who are invited, or would be
	Queued        int       // whose letters are in the outbox, or refused for good
}

// AddBatch keeps a list that was checked. b.ID is the caller's; people and b.Findings are
// what the check found. People who were invited before, and those who stand in the list
// twice, become findings. A list that nobody sends for a day is forgotten: see [Store.ForgetBatches].
func (s *Store) AddBatch(ctx context.Context, b *Batch, people []Invitee) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		now := s.Now()
		if _, err := tx.ExecContext(ctx, `INSERT INTO batch (id, questionnaire, template_id, version, lang, report, created_at) VALUES ($1, $2, $3, $4, $5, '', $6)`,
			b.ID, b.Questionnaire, b.Template, b.Version, b.Lang, toMillis(now)); err != nil {
			return fmt.Errorf("store list: %w", err)
		}
		seen := map[cpr.Number]bool{}
		for _, p := range people {
			why := ""
			invited, names, err := s.invited(ctx, tx, b.Questionnaire, p.Number)
			switch {
			case err != nil:
				return err
			case seen[p.Number]:
				why = FoundTwice
			case invited:
				why = FoundInvited
			}
			seen[p.Number] = true
			if why != "" {
				b.Findings = append(b.Findings, Finding{p.Line, why})
				continue
			}
			id := eboks.NewID()
			if _, err := tx.ExecContext(ctx, `INSERT INTO invitation (id, batch_id, line, pseudonym, number) VALUES ($1, $2, $3, $4, $5)`,
				id.String(), b.ID, p.Line, names[0], s.vault.seal(p.Number, letterPlace(id))); err != nil {
				return fmt.Errorf("store list: %w", err)
			}
		}
		report, err := json.Marshal(b.Findings)
		if err != nil {
			return fmt.Errorf("store list: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE batch SET report = $2 WHERE id = $1`, b.ID, string(report)); err != nil {
			return fmt.Errorf("store list: %w", err)
		}
		return nil
	})
}

// ForgetBatches removes the lists that nobody sent for a day, with their numbers.
func (s *Store) ForgetBatches(ctx context.Context) error {
	old := toMillis(s.Now().Add(-batchLasts))
	var any bool // most times there is none, and nobody need wait for the database's writer
	if err := s.DB.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM batch WHERE sent_at IS NULL AND created_at <= $1)`, old).Scan(&any); err != nil {
		return fmt.Errorf("forget lists: %w", err)
	}
	if !any {
		return nil
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM batch WHERE sent_at IS NULL AND created_at <= $1`, old); err != nil {
			return fmt.Errorf("forget lists: %w", err)
		}
		return nil
	})
}

// invited reports whether a list that was sent has n for the questionnaire. names are the
// pseudonyms of n, the newest first.
func (s *Store) invited(ctx context.Context, tx *sql.Tx, questionnaire string, n cpr.Number) (yes bool, names []string, err error) {
	if names, err = s.vault.pseudonym(n); err != nil {
		return false, nil, err
	}
	for _, name := range names {
		var found bool
		err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM invitation i JOIN batch b ON b.id = i.batch_id
			WHERE i.pseudonym = $1 AND b.questionnaire = $2 AND b.sent_at IS NOT NULL)`, name, questionnaire).Scan(&found)
		if err != nil {
			return false, nil, fmt.Errorf("find invitation: %w", err)
		}
		yes = yes || found
	}
	return yes, names, nil
}

const selectBatches = `SELECT b.id, b.questionnaire, b.template_id, b.version, b.lang, b.report, b.created_at, coalesce(b.sent_at, 0),
	(SELECT count(*) FROM invitation i WHERE i.batch_id = b.id), (SELECT count(*) FROM invitation i WHERE i.batch_id = b.id AND i.number IS NULL) FROM batch b`

func scanBatch(scan func(...any) error) (b Batch, err error) {
	var report string
	var created, sent int64
	if err := scan(&b.ID, &b.Questionnaire, &b.Template, &b.Version, &b.Lang, &report, &created, &sent, &b.People, &b.Queued); err != nil {
		return b, err
	}
	b.Created = fromMillis(created)
	if sent != 0 {
		b.Sent = fromMillis(sent)
	}
	return b, json.Unmarshal([]byte(report), &b.Findings)
}

// Batch returns one list, or ErrNotFound: it is forgotten, or never was.
func (s *Store) Batch(ctx context.Context, id string) (*Batch, error) {
	return only(list(ctx, s.DB, scanBatch, selectBatches+` WHERE b.id = $1 AND (b.sent_at IS NOT NULL OR b.created_at > $2)`, id, toMillis(s.Now().Add(-batchLasts))))
}

// Batches returns the newest lists that were sent.
func (s *Store) Batches(ctx context.Context) ([]Batch, error) {
	return list(ctx, s.DB, scanBatch, selectBatches+` WHERE b.sent_at IS NOT NULL ORDER BY b.sent_at DESC, b.id LIMIT `+fmt.Sprint(DeedsListed))
}

// SendBatch says that a list is to be sent, once. Who was invited by another list
// meanwhile is left out.
func (s *Store) SendBatch(ctx context.Context, who *Administrator, id string) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		// Of two lists that are sent at once, one waits for the other.
		if _, err := tx.ExecContext(ctx, `UPDATE batch SET version = version WHERE questionnaire = (SELECT questionnaire FROM batch WHERE id = $1)`, id); err != nil {
			return fmt.Errorf("send list: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM invitation WHERE batch_id = $1 AND number IS NOT NULL AND EXISTS (SELECT 1 FROM invitation o JOIN batch b ON b.id = o.batch_id
			WHERE o.pseudonym = invitation.pseudonym AND b.sent_at IS NOT NULL AND b.id <> $1
			AND b.questionnaire = (SELECT questionnaire FROM batch WHERE id = $1))`, id); err != nil {
			return fmt.Errorf("send list: %w", err)
		}
		res, err := tx.ExecContext(ctx, `UPDATE batch SET sent_at = $2 WHERE id = $1 AND sent_at IS NULL`, id, toMillis(s.Now()))
		if err != nil {
			return fmt.Errorf("send list: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return s.deed(ctx, tx, who, DeedInvite, id, "")
	})
}

// Invitation is one person's, whose letter is not queued yet.
type Invitation struct {
	ID    eboks.ID // the letter's
	Batch string
	To    cpr.Number // zero if what is stored does not open
}

// DueInvitations returns up to n invitations of lists that were sent, behind the first skip.
func (s *Store) DueInvitations(ctx context.Context, n, skip int) ([]Invitation, error) {
	return list(ctx, s.DB, func(scan func(...any) error) (i Invitation, err error) {
		var sealed []byte
		if err := scan(&i.ID, &i.Batch, &sealed); err != nil {
			return i, err
		}
		i.To, _ = s.vault.open(sealed, letterPlace(i.ID))
		return i, nil
	}, `SELECT i.id, i.batch_id, i.number FROM invitation i JOIN batch b ON b.id = i.batch_id WHERE b.sent_at IS NOT NULL AND i.number IS NOT NULL ORDER BY b.sent_at, b.id, i.line, i.id LIMIT $1 OFFSET $2`, n, skip)
}

// Invite queues the letter of an invitation and forgets the number, in one transaction. Of
// two that do it, one counts.
func (s *Store) Invite(ctx context.Context, i *Invitation, template string, content *survey.LetterContent, post Post) error {
	d := &Draft{ID: i.ID, To: i.To, Content: content}
	if i.To.IsZero() {
		d.Content = nil // Write refuses it
	}
	if err := d.write(ctx, post); err != nil {
		return err
	}
	raw, err := content.Encode()
	if err != nil {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE invitation SET number = NULL WHERE id = $1 AND number IS NOT NULL`, i.ID.String())
		if err != nil {
			return fmt.Errorf("store invitation: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		if _, err := tx.StmtContext(ctx, s.q.insertLetter).ExecContext(ctx, i.ID.String(), nil, nil, nil,
			s.vault.letters.Seal(raw, letterPlace(i.ID)), toMillis(s.Now()), i.Batch, template); err != nil {
			return fmt.Errorf("store letter: %w", err)
		}
		return s.enqueue(ctx, tx, d, post)
	})
}

// InvitedTo returns the questionnaire that a letter invites to, or ErrNotFound.
func (s *Store) InvitedTo(ctx context.Context, letter eboks.ID) (questionnaire string, err error) {
	found, err := only(list(ctx, s.DB, func(scan func(...any) error) (q string, err error) { return q, scan(&q) },
		`SELECT b.questionnaire FROM invitation i JOIN batch b ON b.id = i.batch_id WHERE i.id = $1`, letter.String()))
	if err != nil {
		return "", err
	}
	return *found, nil
}

// Answered returns how many people of a list have a record of its questionnaire by now that
// is no draft.
func (s *Store) Answered(ctx context.Context, batch string) (n int, err error) {
	err = s.DB.QueryRowContext(ctx, `SELECT count(DISTINCT i.id) FROM invitation i JOIN batch b ON b.id = i.batch_id JOIN cpr_number c ON c.pseudonym = i.pseudonym
		JOIN record r ON r.account_id = c.account_id AND r.questionnaire = b.questionnaire WHERE b.id = $1 AND r.status <> 'draft'`, batch).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count answers: %w", err)
	}
	return n, nil
}
