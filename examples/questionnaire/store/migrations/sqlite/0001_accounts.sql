-- One account is one identity at one broker, in one capacity. The same human
-- who logs in for an employer has another subject, and so another account.
CREATE TABLE account (
    id            TEXT PRIMARY KEY,
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL,
    capacity      TEXT NOT NULL,
    created_at    INTEGER NOT NULL, -- all times: Unix milliseconds
    last_login_at INTEGER NOT NULL,
    UNIQUE (issuer, subject)
) STRICT;

-- What MitID told about the person, under the names that the assignment table
-- gives it. The CPR number is never here.
CREATE TABLE property (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    claim      TEXT NOT NULL,
    value      TEXT NOT NULL,
    set_at     INTEGER NOT NULL,
    PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;

-- The CPR number: sealed (AES-256-GCM, bound to the account), and a keyed
-- pseudonym by which it can be found again without opening anything.
CREATE TABLE cpr_number (
    account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    sealed     BLOB NOT NULL,
    pseudonym  TEXT NOT NULL,
    set_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX cpr_number_by_pseudonym ON cpr_number (pseudonym);
