-- What becomes of a record whose agreement is to be signed.
INSERT INTO status (name) VALUES ('to_sign'), ('signed'), ('sign_rejected'), ('sign_expired'), ('sign_cancelled'), ('sign_failed'), ('sign_check');

-- One agreement for each status change to to_sign, ever: change_id is unique. id is the
-- reference by which the service finds the order again. It is made together with the
-- change, before anything leaves.
CREATE TABLE signature (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    record_id  TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    change_id  INTEGER NOT NULL UNIQUE REFERENCES status_change (id) ON DELETE CASCADE,
    content    BLOB NOT NULL, -- what it says and who signs, sealed for the id
    -- new: surely not placed. placing: the service may have it, nobody knows yet.
    -- placed: the service has it. ended: the record has moved on.
    state      TEXT NOT NULL CHECK (state IN ('new', 'placing', 'placed', 'ended')),
    stuck      TEXT NOT NULL, -- why a person must look: a word of package signing
    turn       INTEGER NOT NULL, -- counts who took it, so that of two one counts
    failures   INTEGER NOT NULL, -- in a row
    next_at    INTEGER NOT NULL, -- when something is to be done
    busy_until INTEGER NOT NULL, -- somebody is at it, or was and died
    created_at INTEGER NOT NULL,
    document   BLOB, -- the PDF, sealed; set before the order is placed, and never changed
    -- Set when the service has the order. A ticket holds no link and nothing personal.
    order_id   TEXT UNIQUE,
    ticket     TEXT,
    -- Set in one transaction with the record's status, before the service deletes anything.
    ending     TEXT NOT NULL, -- a word of package signing
    ended_at   INTEGER,
    reason     BLOB, -- why the person rejected, sealed
    signed     BLOB, -- the verified signed copy, sealed
    sha256     TEXT, -- of the signed copy
    evidence   BLOB, -- the bundle, sealed
    signed_at  INTEGER,
    cleaned    INTEGER NOT NULL -- 1: the service has deleted what it kept
) STRICT;

CREATE INDEX signature_by_record ON signature (account_id, record_id);
CREATE INDEX signature_by_turn ON signature (cleaned, next_at);
