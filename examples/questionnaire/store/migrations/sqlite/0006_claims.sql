-- Several processes share the ledger: whoever has a letter in hand stands in it, with
-- the end of the lease, and version grows with each change. Words are those of package eboks.
CREATE TABLE claimed_ledger (
    id           TEXT PRIMARY KEY REFERENCES letter (id) ON DELETE CASCADE,
    digest       BLOB NOT NULL,
    state        TEXT NOT NULL,
    version      INTEGER NOT NULL,
    owner        TEXT NOT NULL, -- empty: nobody has it in hand
    lease        INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    offers       INTEGER NOT NULL,
    doubts       INTEGER NOT NULL,
    missing      INTEGER NOT NULL,
    sha256       BLOB NOT NULL,
    status       TEXT NOT NULL,
    reference    TEXT NOT NULL,
    taken_at     INTEGER NOT NULL,
    kind         TEXT NOT NULL,
    code         TEXT NOT NULL,
    reachability TEXT NOT NULL,
    then_do      TEXT NOT NULL -- what the distributor's refusal means for the letter
) STRICT;

-- A letter that surely was not sent begins anew. The digests name their key now, so that
-- nobody takes an old one for that of another letter.
INSERT INTO claimed_ledger
    SELECT id, CAST(x'00000000' || digest AS BLOB),
        json_extract('["", "unknown", "waiting", "accepted", "refused", "parked"]', '$[' || state || ']'), 1, '', -62135596800000, at, attempts, attempts, -62135596800000, sha256,
        json_extract('["unknown", "submitted", "accepted", "queued", "accepted digital", "print queued", "delivered digital", "handed to carrier",
            "carrier update", "opened", "opened via link", "returned", "recalled", "failed"]', '$[' || status || ']'),
        reference, taken_at,
        json_extract('["", "OutcomeUnknown", "AlreadyAccepted", "Duplicate", "Conflict", "Rejected", "RecipientUnreachable", "Throttled", "Unavailable",
            "AuthFailed", "Parked", "StoreFailed", "ReceiptInvalid", "ReceiptOverdue", "InputInvalid", "ConfigInvalid", "Unsupported"]', '$[' || kind || ']'),
        code,
        json_extract('["unknown", "reachable", "not registered", "not subscribed", "exempt", "minor", "deceased", "invalid number"]', '$[' || reachability || ']'),
        CASE WHEN state = 4 AND not_delivered = 1 THEN 'stop' ELSE 'decide' END
    FROM ledger WHERE state <> 2;
DROP TABLE ledger;
ALTER TABLE claimed_ledger RENAME TO ledger;
