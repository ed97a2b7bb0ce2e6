-- One letter for each status change, ever: change_id is unique. The ID is made
-- together with the change, before anything is sent, and it is what the
-- distributor recognises the letter by.
CREATE TABLE letter (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    record_id  TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    change_id  INTEGER NOT NULL UNIQUE REFERENCES status_change (id) ON DELETE CASCADE,
    content    BLOB NOT NULL, -- what it says, sealed for the letter's ID
    -- waiting: surely not sent. offered: it may have arrived, nobody knows yet.
    -- accepted: the distributor has it. refused: it will never be sent.
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'offered', 'accepted', 'refused')),
    reason     TEXT NOT NULL, -- why it was refused: a word of package eboks
    attempts   INTEGER NOT NULL,
    next_at    INTEGER NOT NULL, -- nobody touches it before
    created_at INTEGER NOT NULL,
    -- Set together, before the letter is offered for the first time, and never
    -- changed: every later attempt sends these bytes to this number.
    recipient  BLOB, -- the CPR number, sealed for the letter's ID
    document   BLOB, -- the PDF, sealed for the letter's ID
    sha256     TEXT, -- of the PDF
    offered_at INTEGER
) STRICT;

CREATE INDEX letter_by_account ON letter (account_id, created_at);
CREATE INDEX letter_by_state ON letter (state, next_at);

-- What became of a letter: what the distributor says, and openings of its link.
-- The same event comes again and again; its key keeps it single.
CREATE TABLE letter_event (
    key          TEXT PRIMARY KEY,
    letter_id    TEXT NOT NULL REFERENCES letter (id) ON DELETE CASCADE,
    status       TEXT NOT NULL, -- a word of package eboks
    code         TEXT NOT NULL, -- the distributor's own word
    at           INTEGER NOT NULL, -- the distributor's own time
    received_at  INTEGER NOT NULL,
    reachability TEXT NOT NULL, -- a word of package eboks
    raw          BLOB -- as it came, sealed for the letter's ID
) STRICT;

CREATE INDEX letter_event_by_letter ON letter_event (letter_id);

-- How far each distributor's events were handled.
CREATE TABLE event_cursor (
    sender TEXT PRIMARY KEY,
    cursor TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What package eboks must remember of each letter, so that no ID ever becomes two.
-- It holds no content and no recipient: digest is keyed.
CREATE TABLE ledger (
    id           TEXT PRIMARY KEY REFERENCES letter (id) ON DELETE CASCADE,
    digest       BLOB NOT NULL,
    state        INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    status       INTEGER NOT NULL,
    reference    TEXT NOT NULL,
    taken_at     INTEGER NOT NULL,
    sha256       BLOB NOT NULL,
    kind         INTEGER NOT NULL,
    code         TEXT NOT NULL,
    reachability INTEGER NOT NULL,
    not_delivered INTEGER NOT NULL
) STRICT;
