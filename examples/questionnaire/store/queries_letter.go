package store

import "database/sql"

// letterQueries are the statements about letters.
type letterQueries struct {
	insertLetter, listLetters, findLetter, recordLetter, dueLetters       *sql.Stmt
	addressLetter, claimLetter, settleLetter, contentOf, documentOf       *sql.Stmt
	numberOf, ownDocument, openLetters, postpone, sampleLetter            *sql.Stmt
	insertEvent, listEvents, letterExists, setCursor, cursorOf, acceptOne *sql.Stmt
	ledgerEntry, ledgerWrite                                              *sql.Stmt
}

// letterColumns is what scanLetter reads.
const letterColumns = `l.id, l.record_id, c.status, l.state, l.reason, l.attempts, l.created_at,
	l.recipient IS NOT NULL OR EXISTS (SELECT 1 FROM cpr_number n WHERE n.account_id = l.account_id), coalesce(l.offered_at, 0), coalesce(l.sha256, '')
	FROM letter l JOIN status_change c ON c.id = l.change_id`

// ledgerColumns is what a ledger reads and writes, in the order of eboks.Entry.
const ledgerColumns = `digest, state, version, owner, lease, at, offers, doubts, asked, sha256, status, reference, taken_at, kind, code, reachability, then_do`

func (q *letterQueries) all() []statement {
	return []statement{
		{&q.insertLetter, `INSERT INTO letter (id, account_id, record_id, change_id, content, state, reason, attempts, next_at, created_at)
			VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', '', 0, ?6, ?6)`},
		{&q.listLetters, `SELECT ` + letterColumns + ` WHERE l.account_id = ? ORDER BY l.created_at DESC, l.change_id DESC`},
		{&q.findLetter, `SELECT ` + letterColumns + ` WHERE l.account_id = ? AND l.id = ?`},
		{&q.recordLetter, `SELECT ` + letterColumns + ` WHERE l.account_id = ? AND l.record_id = ? ORDER BY l.change_id`},

		// Who has no CPR number yet is not due.
		{&q.dueLetters, `SELECT l.id, l.account_id, l.attempts FROM letter l
			WHERE l.state IN ('waiting', 'offered') AND l.next_at <= ?
			AND (l.recipient IS NOT NULL OR EXISTS (SELECT 1 FROM cpr_number n WHERE n.account_id = l.account_id))
			ORDER BY l.created_at, l.id LIMIT 100`},
		{&q.contentOf, `SELECT content, document IS NOT NULL FROM letter WHERE id = ?`},
		{&q.numberOf, `SELECT sealed FROM cpr_number WHERE account_id = ?`},
		{&q.addressLetter, `UPDATE letter SET recipient = ?2, document = ?3, sha256 = ?4 WHERE id = ?1 AND document IS NULL`},
		{&q.claimLetter, `UPDATE letter SET state = 'offered', attempts = attempts + 1, next_at = ?3, offered_at = coalesce(offered_at, ?4)
			WHERE id = ?1 AND attempts = ?2 AND state IN ('waiting', 'offered')`},
		{&q.documentOf, `SELECT l.recipient, l.document, l.content, coalesce(s.id, ''), s.document FROM letter l LEFT JOIN signature s ON s.change_id = l.change_id WHERE l.id = ?`},
		{&q.settleLetter, `UPDATE letter SET state = ?2, reason = ?3, next_at = ?4 WHERE id = ?1 AND state IN ('waiting', 'offered')`},
		{&q.acceptOne, `UPDATE letter SET state = 'accepted' WHERE id = ?1 AND state IN ('waiting', 'offered')`},
		{&q.ownDocument, `SELECT document FROM letter WHERE account_id = ? AND id = ? AND document IS NOT NULL`},
		{&q.openLetters, `SELECT l.id FROM letter l WHERE l.state = 'accepted' AND l.next_at <= ? AND l.created_at >= ? AND NOT EXISTS
			(SELECT 1 FROM letter_event e WHERE e.letter_id = l.id AND e.status IN (SELECT value FROM json_each(?)))
			ORDER BY l.next_at, l.created_at LIMIT 100`},
		{&q.postpone, `UPDATE letter SET next_at = ? WHERE id = ?`},
		{&q.sampleLetter, `SELECT id, content FROM letter ORDER BY created_at DESC LIMIT 1`},

		{&q.letterExists, `SELECT EXISTS (SELECT 1 FROM letter WHERE id = ?)`},
		{&q.insertEvent, `INSERT INTO letter_event (key, letter_id, status, code, at, received_at, reachability, raw) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
			ON CONFLICT (key) DO NOTHING`},
		{&q.listEvents, `SELECT status, code, at, received_at, reachability FROM letter_event WHERE letter_id = ? ORDER BY at, received_at`},
		{&q.setCursor, `INSERT INTO event_cursor (sender, cursor) VALUES (?1, ?2) ON CONFLICT (sender) DO UPDATE SET cursor = excluded.cursor`},
		{&q.cursorOf, `SELECT cursor FROM event_cursor WHERE sender = ?`},

		{&q.ledgerEntry, `SELECT ` + ledgerColumns + ` FROM ledger WHERE id = ?`},
		{&q.ledgerWrite, `INSERT OR REPLACE INTO ledger (id, ` + ledgerColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
	}
}
