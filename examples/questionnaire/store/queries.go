package store

import (
	"context"
	"database/sql"

	"github.com/dkeid/dkeid/eboks/outbox"
)

// queries are all statements of the store, prepared when it opens, so that one
// that does not fit the tables is found before the first visitor comes. No value
// is ever part of a statement's text. SQLite and PostgreSQL understand the same words.
type queries struct {
	upsertAccount, findAccount, lockAccount             *sql.Stmt
	setProperty, dropProperty, listProperties           *sql.Stmt
	setCPR, cprSetAt, numberOf, sharedCPR, sampleCPR    *sql.Stmt
	insertRecord, findRecord, recordByForm, listRecords *sql.Stmt
	setStatus, addChange, listChanges, setLang          *sql.Stmt
	insertAnswer, dropAnswers, listAnswers, touchRecord *sql.Stmt

	letterQueries
	signatureQueries
}

// statement is one text and where it goes when it is prepared.
type statement struct {
	to   **sql.Stmt
	text string
}

func prepareQueries(ctx context.Context, db *sql.DB, dialect outbox.Dialect) (*queries, error) {
	q := &queries{}
	forUpdate := "" // in SQLite a transaction that writes is alone
	if dialect == outbox.PostgreSQL {
		forUpdate = " FOR UPDATE"
	}
	for _, p := range append(append(q.letterQueries.all(), q.signatureQueries.all()...), []statement{
		{&q.upsertAccount, `INSERT INTO account (id, issuer, subject, capacity, created_at, last_login_at) VALUES ($1, $2, $3, $4, $5, $5)
			ON CONFLICT (issuer, subject) DO UPDATE SET last_login_at = excluded.last_login_at RETURNING id, capacity`},
		{&q.findAccount, `SELECT id FROM account WHERE issuer = $1 AND subject = $2`},
		{&q.lockAccount, `SELECT id FROM account WHERE id = $1` + forUpdate},

		{&q.setProperty, `INSERT INTO property (account_id, name, claim, value, set_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (account_id, name) DO UPDATE SET claim = excluded.claim, value = excluded.value, set_at = excluded.set_at
			WHERE property.value <> excluded.value OR property.claim <> excluded.claim`},
		{&q.dropProperty, `DELETE FROM property WHERE account_id = $1 AND name = $2`},
		{&q.listProperties, `SELECT name, claim, value, set_at FROM property WHERE account_id = $1 ORDER BY name`},

		{&q.setCPR, `INSERT INTO cpr_number (account_id, sealed, pseudonym, set_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account_id) DO UPDATE SET sealed = excluded.sealed, set_at = excluded.set_at, pseudonym = excluded.pseudonym`},
		{&q.cprSetAt, `SELECT set_at FROM cpr_number WHERE account_id = $1`},
		{&q.numberOf, `SELECT sealed FROM cpr_number WHERE account_id = $1`},
		{&q.sharedCPR, `SELECT EXISTS (SELECT 1 FROM cpr_number n JOIN account a ON a.id = n.account_id JOIN account me ON me.id = $2
			WHERE n.pseudonym = $1 AND a.id <> me.id AND a.issuer = me.issuer AND a.capacity = me.capacity AND a.capacity = 'private')`},
		{&q.sampleCPR, `SELECT account_id, sealed FROM cpr_number WHERE account_id IN (SELECT min(account_id) FROM cpr_number GROUP BY substr(sealed, 1, 8))`},

		{&q.insertRecord, `INSERT INTO record (id, account_id, questionnaire, status, updated_at) VALUES ($1, $2, $3, $4, $5)`},
		{&q.findRecord, `SELECT id, questionnaire, status, updated_at FROM record WHERE account_id = $1 AND id = $2`},
		{&q.recordByForm, `SELECT id, questionnaire, status, updated_at FROM record WHERE account_id = $1 AND questionnaire = $2`},
		{&q.listRecords, `SELECT id, questionnaire, status, updated_at FROM record WHERE account_id = $1 ORDER BY updated_at DESC, id`},
		{&q.setStatus, `UPDATE record SET status = $1, updated_at = $2 WHERE id = $3`},
		{&q.touchRecord, `UPDATE record SET updated_at = $1 WHERE id = $2`},
		{&q.setLang, `UPDATE record SET lang = $1 WHERE id = $2`},
		{&q.addChange, `INSERT INTO status_change (record_id, status, at, who) VALUES ($1, $2, $3, $4) RETURNING id`},
		{&q.listChanges, `SELECT status, at, who FROM status_change WHERE record_id = $1 ORDER BY id`},

		{&q.dropAnswers, `DELETE FROM answer WHERE record_id = $1 AND stage = $2`},
		{&q.insertAnswer, `INSERT INTO answer (record_id, stage, question, value) VALUES ($1, $2, $3, $4)`},
		{&q.listAnswers, `SELECT question, value FROM answer WHERE record_id = $1 AND stage = $2`},
	}...) {
		s, err := db.PrepareContext(ctx, p.text)
		if err != nil {
			return nil, err
		}
		*p.to = s
	}
	return q, nil
}
