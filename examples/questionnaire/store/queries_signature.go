package store

import "database/sql"

// signatureQueries are the statements about agreements.
type signatureQueries struct {
	insertSignature, dueSignatures, workOf, paperOf, writeDocument        *sql.Stmt
	takeSignature, placeSignature, restSignature, nudgeSignature          *sql.Stmt
	signatureOwner, endSignature, cleanedSignature, sampleSignature       *sql.Stmt
	listSignatures, findSignature, documentFile, signedFile, evidenceFile *sql.Stmt
}

// signatureColumns is what scanSignatures reads.
const signatureColumns = `id, account_id, record_id, state, stuck, ending, created_at, coalesce(ended_at, 0), coalesce(signed_at, 0), reason,
	coalesce(sha256, ''), document IS NOT NULL, evidence IS NOT NULL, coalesce(ticket, '') FROM signature`

func (q *signatureQueries) all() []statement {
	return []statement{
		{&q.insertSignature, `INSERT INTO signature (id, account_id, record_id, change_id, content, state, stuck, turn, failures, next_at, busy_until, created_at, ending, cleaned)
			VALUES ($1, $2, $3, $4, $5, 'new', '', 0, 0, $6, 0, $6, '', 0)`},
		{&q.dueSignatures, `SELECT id, state, turn, failures FROM signature WHERE cleaned = 0 AND next_at <= $1 AND busy_until <= $1 ORDER BY next_at, id LIMIT 100`},
		{&q.workOf, `SELECT id, state, turn, failures FROM signature WHERE account_id = $1 AND id = $2 AND cleaned = 0`},
		{&q.paperOf, `SELECT content, document, ticket FROM signature WHERE id = $1`},
		{&q.writeDocument, `UPDATE signature SET document = $2 WHERE id = $1 AND document IS NULL`},
		{&q.takeSignature, `UPDATE signature SET turn = turn + 1, next_at = $4, busy_until = $4, state = CASE state WHEN 'new' THEN 'placing' ELSE state END
			WHERE id = $1 AND turn = $2 AND state = $3 AND busy_until <= $5`},
		{&q.placeSignature, `UPDATE signature SET state = 'placed', order_id = $2, ticket = $3, next_at = $4, busy_until = 0, failures = 0, stuck = ''
			WHERE id = $1 AND state = 'placing'`},
		{&q.restSignature, `UPDATE signature SET next_at = CASE next_at WHEN $2 THEN $3 ELSE next_at END, busy_until = 0, failures = $4,
			stuck = CASE WHEN $4 > 0 AND $5 = '' THEN stuck ELSE $5 END WHERE id = $1`},
		{&q.nudgeSignature, `UPDATE signature SET next_at = $2 WHERE order_id = $1 AND state = 'placed'`},
		{&q.signatureOwner, `SELECT account_id, record_id, change_id FROM signature WHERE id = $1`},
		{&q.endSignature, `UPDATE signature SET state = 'ended', stuck = '', failures = 0, ending = $2, ended_at = $3, reason = $4, signed = $5,
			sha256 = $6, evidence = $7, signed_at = $8 WHERE id = $1 AND state = 'placed'`},
		{&q.cleanedSignature, `UPDATE signature SET cleaned = 1 WHERE id = $1 AND state = 'ended'`},
		{&q.sampleSignature, `SELECT id, content FROM signature ORDER BY created_at DESC LIMIT 1`},
		{&q.listSignatures, `SELECT ` + signatureColumns + ` WHERE account_id = $1 AND record_id = $2 ORDER BY change_id DESC`},
		{&q.findSignature, `SELECT ` + signatureColumns + ` WHERE account_id = $1 AND id = $2`},
		{&q.documentFile, `SELECT document FROM signature WHERE account_id = $1 AND id = $2 AND document IS NOT NULL`},
		{&q.signedFile, `SELECT signed FROM signature WHERE account_id = $1 AND id = $2 AND signed IS NOT NULL`},
		{&q.evidenceFile, `SELECT evidence FROM signature WHERE account_id = $1 AND id = $2 AND evidence IS NOT NULL`},
	}
}
