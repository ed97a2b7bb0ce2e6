-- Who works here. Whether somebody still does is for the settings to say, at each request.
CREATE TABLE administrator (
    id            TEXT PRIMARY KEY,
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    name          TEXT NOT NULL, -- as MitID told it last; empty: not told
    last_login_at INTEGER NOT NULL,
    UNIQUE (issuer, subject)
) STRICT;

-- What administrators did. about is the ID of what it was done to.
CREATE TABLE deed (
    id     INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    who    TEXT NOT NULL REFERENCES administrator (id),
    what   TEXT NOT NULL,
    about  TEXT NOT NULL,
    reason TEXT NOT NULL -- in their own words, where one was asked for
) STRICT;
CREATE INDEX deed_by_about ON deed (about);

-- The texts of letters and documents. version is the newest of its versions.
CREATE TABLE template (
    id      TEXT PRIMARY KEY,
    kind    TEXT NOT NULL CHECK (kind IN ('letter', 'invitation', 'document')),
    name    TEXT NOT NULL,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE template_version (
    template_id TEXT NOT NULL REFERENCES template (id),
    version     INTEGER NOT NULL,
    title_da    TEXT NOT NULL,
    body_da     TEXT NOT NULL,
    title_en    TEXT NOT NULL,
    body_en     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (template_id, version)
) STRICT, WITHOUT ROWID;

-- What happens when a record reaches a status. number is the CPR number that was typed in,
-- sealed for the action; NULL: the CPR field of the person.
CREATE TABLE action (
    id            TEXT PRIMARY KEY,
    questionnaire TEXT NOT NULL,
    status        TEXT NOT NULL REFERENCES status (name),
    position      INTEGER NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('letter', 'sign')),
    number        BLOB,
    template_id   TEXT NOT NULL REFERENCES template (id),
    is_on         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The language in which somebody answered, and who changed the status: person or service.
ALTER TABLE record ADD COLUMN lang TEXT NOT NULL DEFAULT 'da';
ALTER TABLE status_change ADD COLUMN who TEXT NOT NULL DEFAULT '';

-- A status change may have several letters, one for each action, ever. A letter without an
-- account goes to a number that was typed in; one without a record invites somebody.
CREATE TABLE new_letter (
    id         TEXT PRIMARY KEY,
    account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
    record_id  TEXT REFERENCES record (id) ON DELETE CASCADE,
    change_id  INTEGER REFERENCES status_change (id) ON DELETE CASCADE,
    action_id  TEXT NOT NULL DEFAULT '', -- empty: an earlier version wrote it
    template   TEXT NOT NULL DEFAULT '', -- its ID and version
    content    BLOB, -- what it says, sealed for the letter's ID; NULL: it is in the outbox
    refused    TEXT NOT NULL, -- why it is not in the outbox and never will be; empty: it is, or waits for a number
    created_at INTEGER NOT NULL,
    UNIQUE (change_id, action_id)
) STRICT;
INSERT INTO new_letter (id, account_id, record_id, change_id, content, refused, created_at)
    SELECT id, account_id, record_id, change_id, content, refused, created_at FROM letter;
DROP TABLE letter;
ALTER TABLE new_letter RENAME TO letter;
CREATE INDEX letter_by_account ON letter (account_id, created_at);

-- A list of people to invite. It is checked first, and sent when an administrator says so.
-- report is what the check found, by lines: no word of the list stands there.
CREATE TABLE batch (
    id            TEXT PRIMARY KEY,
    questionnaire TEXT NOT NULL,
    template_id   TEXT NOT NULL,
    version       INTEGER NOT NULL,
    lang          TEXT NOT NULL,
    report        TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    sent_at       INTEGER -- NULL: not yet
) STRICT;

-- One person of a list; id is the letter's. number is sealed for the letter, and removed when
-- the letter is in the outbox. Nobody is invited twice to a questionnaire.
CREATE TABLE invitation (
    id        TEXT PRIMARY KEY,
    batch_id  TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    line      INTEGER NOT NULL,
    pseudonym TEXT NOT NULL,
    number    BLOB,
    UNIQUE (batch_id, pseudonym)
) STRICT;
CREATE INDEX invitation_by_pseudonym ON invitation (pseudonym);
