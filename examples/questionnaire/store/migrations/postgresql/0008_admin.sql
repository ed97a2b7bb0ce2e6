-- The comments are in the migration of SQLite with this number.
CREATE TABLE administrator (
    id            TEXT PRIMARY KEY,
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    name          TEXT NOT NULL,
    last_login_at BIGINT NOT NULL,
    UNIQUE (issuer, subject)
);

CREATE TABLE deed (
    id     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     BIGINT NOT NULL,
    who    TEXT NOT NULL REFERENCES administrator (id),
    what   TEXT NOT NULL,
    about  TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX deed_by_about ON deed (about);

CREATE TABLE template (
    id      TEXT PRIMARY KEY,
    kind    TEXT NOT NULL CHECK (kind IN ('letter', 'invitation', 'document')),
    name    TEXT NOT NULL,
    version INTEGER NOT NULL
);

CREATE TABLE template_version (
    template_id TEXT NOT NULL REFERENCES template (id),
    version     INTEGER NOT NULL,
    title_da    TEXT NOT NULL,
    body_da     TEXT NOT NULL,
    title_en    TEXT NOT NULL,
    body_en     TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (template_id, version)
);

CREATE TABLE action (
    id            TEXT PRIMARY KEY,
    questionnaire TEXT NOT NULL,
    status        TEXT NOT NULL REFERENCES status (name),
    position      INTEGER NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('letter', 'sign')),
    number        BYTEA,
    template_id   TEXT NOT NULL REFERENCES template (id),
    is_on         INTEGER NOT NULL
);

ALTER TABLE record ADD COLUMN lang TEXT NOT NULL DEFAULT 'da';
ALTER TABLE status_change ADD COLUMN who TEXT NOT NULL DEFAULT '';

ALTER TABLE letter ALTER COLUMN account_id DROP NOT NULL;
ALTER TABLE letter ALTER COLUMN record_id DROP NOT NULL;
ALTER TABLE letter ALTER COLUMN change_id DROP NOT NULL;
ALTER TABLE letter ADD COLUMN action_id TEXT NOT NULL DEFAULT '';
ALTER TABLE letter ADD COLUMN template TEXT NOT NULL DEFAULT '';
ALTER TABLE letter DROP CONSTRAINT letter_change_id_key;
ALTER TABLE letter ADD UNIQUE (change_id, action_id);

CREATE TABLE batch (
    id            TEXT PRIMARY KEY,
    questionnaire TEXT NOT NULL,
    template_id   TEXT NOT NULL,
    version       INTEGER NOT NULL,
    lang          TEXT NOT NULL,
    report        TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    sent_at       BIGINT
);

CREATE TABLE invitation (
    id        TEXT PRIMARY KEY,
    batch_id  TEXT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    line      INTEGER NOT NULL,
    pseudonym TEXT NOT NULL,
    number    BYTEA,
    UNIQUE (batch_id, pseudonym)
);
CREATE INDEX invitation_by_pseudonym ON invitation (pseudonym);
