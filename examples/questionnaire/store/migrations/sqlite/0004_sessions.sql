-- Who is logged in. The browser holds a handle; id is its digest, so what stands
-- here opens nothing. person and broker_session are keyed digests by which
-- sessions are ended; data is sealed.
CREATE TABLE session (
    id             TEXT PRIMARY KEY,
    person         TEXT NOT NULL,
    broker_session TEXT NOT NULL, -- empty: the broker named none
    data           BLOB NOT NULL,
    expires_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_person ON session (person);
CREATE INDEX session_by_broker_session ON session (broker_session) WHERE broker_session != '';
CREATE INDEX session_by_expiry ON session (expires_at);
