-- Several processes share the ledger: whoever has a letter in hand stands in it, with
-- the end of the lease, and version grows with each change.
CREATE TABLE claimed_ledger (
    id           TEXT PRIMARY KEY REFERENCES letter (id) ON DELETE CASCADE,
    digest       BLOB NOT NULL,
    state        INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    owner        TEXT NOT NULL, -- empty: nobody has it in hand
    lease        INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    offers       INTEGER NOT NULL,
    doubts       INTEGER NOT NULL,
    asked        INTEGER NOT NULL,
    sha256       BLOB NOT NULL,
    status       INTEGER NOT NULL,
    reference    TEXT NOT NULL,
    taken_at     INTEGER NOT NULL,
    kind         INTEGER NOT NULL,
    code         TEXT NOT NULL,
    reachability INTEGER NOT NULL,
    then_do      INTEGER NOT NULL -- what the distributor's refusal means for the letter
) STRICT;

-- The states have other numbers now. A letter that surely was not sent begins anew. The
-- digests name their key now, so that nobody takes an old one for that of another letter.
INSERT INTO claimed_ledger
    SELECT id, CAST(x'00000000' || digest AS BLOB), CASE state WHEN 1 THEN 2 ELSE state END, 1, '', -62135596800000, at, attempts, attempts, 0,
        sha256, status, reference, taken_at, kind, code, reachability, CASE WHEN state = 4 AND not_delivered = 1 THEN 3 ELSE 2 END
    FROM ledger WHERE state <> 2;
DROP TABLE ledger;
ALTER TABLE claimed_ledger RENAME TO ledger;
