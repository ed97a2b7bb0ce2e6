package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"time"
)

// Administrator is somebody who works here, under the broker's key of their identity.
type Administrator struct {
	ID   string
	Name string // as MitID told it last; empty if it did not
}

// ArriveAdministrator makes or finds the row of an administrator who logs in.
func (s *Store) ArriveAdministrator(ctx context.Context, key AccountKey, name string) error {
	_, err := s.DB.ExecContext(ctx, `INSERT INTO administrator (id, issuer, subject, name, last_login_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (issuer, subject) DO UPDATE SET name = excluded.name, last_login_at = excluded.last_login_at`,
		rand.Text(), key.Issuer, key.Subject, name, toMillis(s.Now()))
	if err != nil {
		return fmt.Errorf("store administrator: %w", err)
	}
	return nil
}

// AdministratorOf returns the administrator of a login, or ErrNotFound.
func (s *Store) AdministratorOf(ctx context.Context, key AccountKey) (*Administrator, error) {
	return only(list(ctx, s.DB, func(scan func(...any) error) (a Administrator, err error) { return a, scan(&a.ID, &a.Name) },
		`SELECT id, name FROM administrator WHERE issuer = $1 AND subject = $2`, key.Issuer, key.Subject))
}

// The deeds of administrators that are kept.
const (
	DeedTemplate = "template"     // wrote a template, or changed it
	DeedAction   = "action"       // made an action, or changed it
	DeedOn       = "on"           // turned an action on
	DeedOff      = "off"          // or off
	DeedInvite   = "invite"       // sent a list of invitations
	DeedRelease  = "release"      // had a letter sent again
	DeedGiveUp   = "give up"      // gave a letter up
	DeedRetry    = "retry"        // had a letter written again
	DeedRemind   = "remind"       // reminded somebody to sign
	DeedCancel   = "cancel"       // withdrew an agreement
	MaxReason    = 300            // characters of a reason
	DeedsListed  = 50             // by Deeds
	idsListed    = 200            // by the lists of letters, agreements and records
	batchLasts   = 24 * time.Hour // until a list that nobody sent is forgotten
)

// Deed is something that an administrator did.
type Deed struct {
	At     time.Time
	Who    string // name of the administrator; empty if MitID told none
	What   string
	About  string // ID of what it was done to
	Reason string
}

// deed notes what an administrator did, in the transaction in which they do it.
func (s *Store) deed(ctx context.Context, tx *sql.Tx, who *Administrator, what, about, reason string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO deed (at, who, what, about, reason) VALUES ($1, $2, $3, $4, $5)`, toMillis(s.Now()), who.ID, what, about, filtered(reason))
	if err != nil {
		return fmt.Errorf("store deed: %w", err)
	}
	return nil
}

// Note notes what an administrator is about to do elsewhere: in the outbox, or at the
// signing service.
func (s *Store) Note(ctx context.Context, who *Administrator, what, about, reason string) error {
	return s.write(ctx, func(tx *sql.Tx) error { return s.deed(ctx, tx, who, what, about, reason) })
}

// Deeds returns the newest deeds about something, or about everything if about is empty,
// the newest first.
func (s *Store) Deeds(ctx context.Context, about ...string) ([]Deed, error) {
	const query = `SELECT d.at, a.name, d.what, d.about, d.reason FROM deed d JOIN administrator a ON a.id = d.who`
	const order = ` ORDER BY d.id DESC LIMIT `
	if len(about) == 0 {
		return list(ctx, s.DB, scanDeed, query+order+fmt.Sprint(DeedsListed))
	}
	var all []Deed
	for _, id := range about {
		some, err := list(ctx, s.DB, scanDeed, query+` WHERE d.about = $1`+order+fmt.Sprint(DeedsListed), id)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func scanDeed(scan func(...any) error) (d Deed, err error) {
	var at int64
	err = scan(&at, &d.Who, &d.What, &d.About, &d.Reason)
	d.At = fromMillis(at)
	return d, err
}
