-- Times are microseconds since 1970, 0 where there is none, unless NULL is allowed.

-- One row, written first in every transaction, so that it takes the write lock at its
-- beginning whatever the connection says.
CREATE TABLE eboks_outbox_turn (one INTEGER PRIMARY KEY, turns INTEGER NOT NULL) STRICT;
INSERT INTO eboks_outbox_turn VALUES (1, 0);

CREATE TABLE eboks_outbox_letters (
	n INTEGER PRIMARY KEY, -- in the order in which they were queued
	id TEXT NOT NULL UNIQUE,
	sender TEXT NOT NULL,
	queued INTEGER NOT NULL,
	next INTEGER, -- when it is due; NULL: nothing happens by itself
	watch INTEGER, -- when somebody asks what became of it; NULL: never
	person TEXT NOT NULL, -- keyed digest of the recipient
	sealed_with TEXT NOT NULL, -- which key; '': it has no content
	digest BLOB NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL, owner TEXT NOT NULL, lease INTEGER NOT NULL,
	at INTEGER NOT NULL, offers INTEGER NOT NULL, doubts INTEGER NOT NULL, missing INTEGER NOT NULL, sum BLOB NOT NULL, -- sealed
	status TEXT NOT NULL, reference TEXT NOT NULL, taken INTEGER NOT NULL,
	kind TEXT NOT NULL, code TEXT NOT NULL, reachability TEXT NOT NULL, what_then TEXT NOT NULL,
	reached TEXT NOT NULL, overdue INTEGER NOT NULL, material TEXT NOT NULL, channel INTEGER NOT NULL,
	documents INTEGER NOT NULL, bytes INTEGER NOT NULL,
	ended INTEGER, -- when its content was needed no longer; NULL: it still is
	erase INTEGER NOT NULL, -- 1: its content is to go when it is needed no longer
	erased INTEGER NOT NULL,
	document TEXT, -- the main one; NULL: as content
	content BLOB -- what it says, sealed; NULL: it was erased, or sent past the queue
) STRICT;
CREATE INDEX eboks_outbox_due ON eboks_outbox_letters (sender, n, next) WHERE next IS NOT NULL;
CREATE INDEX eboks_outbox_watched ON eboks_outbox_letters (sender, watch) WHERE watch IS NOT NULL;
CREATE INDEX eboks_outbox_kept ON eboks_outbox_letters (sender, ended) WHERE ended IS NOT NULL AND erased = 0;
CREATE INDEX eboks_outbox_erase ON eboks_outbox_letters (sender) WHERE erase = 1;
CREATE INDEX eboks_outbox_document ON eboks_outbox_letters (document) WHERE document IS NOT NULL;
CREATE INDEX eboks_outbox_person ON eboks_outbox_letters (person) WHERE person <> '';

-- Documents are stored once, whichever letters they belong to, in sealed parts.
CREATE TABLE eboks_outbox_documents (id TEXT NOT NULL, n INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (id, n)) STRICT;
CREATE TABLE eboks_outbox_attachments (letter TEXT NOT NULL, place INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (letter, place)) STRICT, WITHOUT ROWID;
CREATE INDEX eboks_outbox_attached ON eboks_outbox_attachments (document);

CREATE TABLE eboks_outbox_trail (
	n INTEGER PRIMARY KEY, letter TEXT NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL, status TEXT NOT NULL, kind TEXT NOT NULL,
	code TEXT NOT NULL, http INTEGER NOT NULL, event TEXT, raw BLOB
) STRICT;
CREATE INDEX eboks_outbox_trail_letter ON eboks_outbox_trail (letter);
CREATE INDEX eboks_outbox_trail_at ON eboks_outbox_trail (at);
CREATE UNIQUE INDEX eboks_outbox_trail_event ON eboks_outbox_trail (letter, event) WHERE event IS NOT NULL;

CREATE TABLE eboks_outbox_channel (
	sender TEXT PRIMARY KEY,
	until INTEGER NOT NULL, since INTEGER NOT NULL, kind TEXT NOT NULL, http INTEGER NOT NULL, why TEXT NOT NULL, certificate TEXT NOT NULL, alarmed INTEGER NOT NULL,
	round INTEGER NOT NULL, -- when receipts are asked for next
	cursor TEXT NOT NULL,
	key BLOB NOT NULL -- opens with the keys of this outbox
) STRICT;
