package store

import "database/sql"

// letterQueries are the statements about letters.
type letterQueries struct {
	insertLetter, letterQueued, letterRefused             *sql.Stmt
	waitingLetters, waitingAccounts, sampleLetter         *sql.Stmt
	listLetters, findLetter, recordLetters, letterContent *sql.Stmt
}

// letterColumns is what scanLetters reads.
const letterColumns = `l.id, l.record_id, c.status, l.created_at, l.content IS NULL, l.refused FROM letter l JOIN status_change c ON c.id = l.change_id`

func (q *letterQueries) all() []statement {
	return []statement{
		{&q.insertLetter, `INSERT INTO letter (id, account_id, record_id, change_id, content, refused, created_at, action_id, template) VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8)`},
		{&q.letterQueued, `UPDATE letter SET content = NULL WHERE id = $1`},
		{&q.letterRefused, `UPDATE letter SET refused = $2 WHERE id = $1`},

		{&q.waitingLetters, `SELECT l.id, l.content, coalesce(s.id, ''), s.document FROM letter l LEFT JOIN signature s ON s.change_id = l.change_id
			WHERE l.account_id = $1 AND l.content IS NOT NULL AND l.refused = '' ORDER BY l.change_id`},
		{&q.waitingAccounts, `SELECT account_id FROM cpr_number n WHERE EXISTS
			(SELECT 1 FROM letter l WHERE l.account_id = n.account_id AND l.content IS NOT NULL AND l.refused = '')`},
		{&q.sampleLetter, `SELECT id, content FROM letter WHERE content IS NOT NULL ORDER BY created_at DESC LIMIT 1`},

		{&q.listLetters, `SELECT ` + letterColumns + ` WHERE l.account_id = $1 ORDER BY l.created_at DESC, l.change_id DESC`},
		{&q.findLetter, `SELECT ` + letterColumns + ` WHERE l.account_id = $1 AND l.id = $2`},
		{&q.recordLetters, `SELECT ` + letterColumns + ` WHERE l.account_id = $1 AND l.record_id = $2 ORDER BY l.change_id`},
		{&q.letterContent, `SELECT content FROM letter WHERE account_id = $1 AND id = $2 AND content IS NOT NULL`},
	}
}
