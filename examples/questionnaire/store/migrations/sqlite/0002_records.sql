-- The statuses a record can have. A table rather than a CHECK, so that a later
-- step of the story is one INSERT in a later migration.
CREATE TABLE status (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

INSERT INTO status (name) VALUES ('draft'), ('answered'), ('followed_up');

-- One person's way through one questionnaire.
CREATE TABLE record (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    questionnaire TEXT NOT NULL,
    status        TEXT NOT NULL REFERENCES status (name),
    updated_at    INTEGER NOT NULL,
    UNIQUE (account_id, questionnaire)
) STRICT;

CREATE TABLE status_change (
    id        INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    status    TEXT NOT NULL REFERENCES status (name),
    at        INTEGER NOT NULL
) STRICT;

CREATE INDEX status_change_by_record ON status_change (record_id);

-- value holds the text, the number of a scale, or the ids of the chosen options,
-- one a line.
CREATE TABLE answer (
    record_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    stage     TEXT NOT NULL,
    question  TEXT NOT NULL,
    value     TEXT NOT NULL,
    PRIMARY KEY (record_id, stage, question)
) STRICT, WITHOUT ROWID;
