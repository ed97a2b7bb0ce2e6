-- What the migrations of SQLite have come to with this number; the comments are there.
CREATE TABLE account (
    id            TEXT PRIMARY KEY,
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    capacity      TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    last_login_at BIGINT NOT NULL,
    UNIQUE (issuer, subject)
);

CREATE TABLE property (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    claim      TEXT NOT NULL,
    value      TEXT NOT NULL,
    set_at     BIGINT NOT NULL,
    PRIMARY KEY (account_id, name)
);

CREATE TABLE cpr_number (
    account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    sealed     BYTEA NOT NULL,
    pseudonym  TEXT NOT NULL,
    set_at     BIGINT NOT NULL
);
CREATE INDEX cpr_number_by_pseudonym ON cpr_number (pseudonym);

CREATE TABLE status (name TEXT PRIMARY KEY);
INSERT INTO status (name) VALUES ('draft'), ('answered'), ('followed_up'),
    ('to_sign'), ('signed'), ('sign_rejected'), ('sign_expired'), ('sign_cancelled'), ('sign_failed'), ('sign_check');

CREATE TABLE record (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    questionnaire TEXT NOT NULL,
    status        TEXT NOT NULL REFERENCES status (name),
    updated_at    BIGINT NOT NULL,
    UNIQUE (account_id, questionnaire)
);

CREATE TABLE status_change (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    status    TEXT NOT NULL REFERENCES status (name),
    at        BIGINT NOT NULL
);
CREATE INDEX status_change_by_record ON status_change (record_id);

CREATE TABLE answer (
    record_id TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    stage     TEXT NOT NULL,
    question  TEXT NOT NULL,
    value     TEXT NOT NULL,
    PRIMARY KEY (record_id, stage, question)
);

CREATE TABLE session (
    id             TEXT PRIMARY KEY,
    person         TEXT NOT NULL,
    broker_session TEXT NOT NULL,
    data           BYTEA NOT NULL,
    expires_at     BIGINT NOT NULL
);
CREATE INDEX session_by_person ON session (person);
CREATE INDEX session_by_broker_session ON session (broker_session) WHERE broker_session <> '';
CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE signature (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    record_id  TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    change_id  BIGINT NOT NULL UNIQUE REFERENCES status_change (id) ON DELETE CASCADE,
    content    BYTEA NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('new', 'placing', 'placed', 'ended')),
    stuck      TEXT NOT NULL,
    turn       INTEGER NOT NULL,
    failures   INTEGER NOT NULL,
    next_at    BIGINT NOT NULL,
    busy_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    document   BYTEA,
    order_id   TEXT UNIQUE,
    ticket     TEXT,
    ending     TEXT NOT NULL,
    ended_at   BIGINT,
    reason     BYTEA,
    signed     BYTEA,
    sha256     TEXT,
    evidence   BYTEA,
    signed_at  BIGINT,
    cleaned    INTEGER NOT NULL
);
CREATE INDEX signature_by_record ON signature (account_id, record_id);
CREATE INDEX signature_by_turn ON signature (cleaned, next_at);

CREATE TABLE letter (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    record_id  TEXT NOT NULL REFERENCES record (id) ON DELETE CASCADE,
    change_id  BIGINT NOT NULL UNIQUE REFERENCES status_change (id) ON DELETE CASCADE,
    content    BYTEA,
    refused    TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX letter_by_account ON letter (account_id, created_at);
