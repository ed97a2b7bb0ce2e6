-- The letters are in the outbox from now on (tables eboks_outbox_…), with what became of
-- them. Here stands whose they are, and what a letter says as long as it is not there.
CREATE TABLE new_letter (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    record_id  TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    change_id  INTEGER NOT NULL UNIQUE REFERENCES status_change (id) ON DELETE CASCADE,
    content    BLOB, -- what it says, sealed for the letter's ID; NULL: it is in the outbox
    refused    TEXT NOT NULL, -- why it is not in the outbox and never will be; empty: it is, or waits for a number
    created_at INTEGER NOT NULL
) STRICT;

-- What surely was not sent is queued. Of the others nothing more is known than that the
-- program before this one sent them.
INSERT INTO new_letter
    SELECT id, account_id, record_id, change_id, content,
        CASE WHEN state = 'waiting' THEN '' WHEN state = 'refused' AND reason <> '' THEN reason WHEN state = 'refused' THEN 'other' ELSE 'earlier' END, created_at
    FROM letter;
DROP TABLE ledger;
DROP TABLE letter_event;
DROP TABLE event_cursor;
DROP TABLE letter;
ALTER TABLE new_letter RENAME TO letter;
CREATE INDEX letter_by_account ON letter (account_id, created_at);
