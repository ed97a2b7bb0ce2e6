-- Times are microseconds since 1970, 0 where there is none, unless NULL is allowed.

CREATE TABLE eboks_outbox_letters (
	n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- in the order in which they were queued
	id UUID NOT NULL UNIQUE,
	sender TEXT NOT NULL,
	queued BIGINT NOT NULL,
	next BIGINT, -- when it is due; NULL: nothing happens by itself
	watch BIGINT, -- when somebody asks what became of it; NULL: never
	person TEXT NOT NULL, -- keyed digest of the recipient
	sealed_with TEXT NOT NULL, -- which key; '': it has no content
	digest BYTEA NOT NULL, state TEXT NOT NULL, version BIGINT NOT NULL, owner TEXT NOT NULL, lease BIGINT NOT NULL,
	at BIGINT NOT NULL, offers BIGINT NOT NULL, doubts BIGINT NOT NULL, missing BIGINT NOT NULL, sum BYTEA NOT NULL, -- sealed
	status TEXT NOT NULL, reference TEXT NOT NULL, taken BIGINT NOT NULL,
	kind TEXT NOT NULL, code TEXT NOT NULL, reachability TEXT NOT NULL, what_then TEXT NOT NULL,
	reached TEXT NOT NULL, overdue BIGINT NOT NULL, material TEXT NOT NULL, channel BIGINT NOT NULL,
	documents BIGINT NOT NULL, bytes BIGINT NOT NULL,
	ended BIGINT, -- when its content was needed no longer; NULL: it still is
	erase BIGINT NOT NULL, -- 1: its content is to go when it is needed no longer
	erased BIGINT NOT NULL,
	document TEXT, -- the main one; NULL: as content
	content BYTEA -- what it says, sealed; NULL: it was erased, or sent past the queue
);
CREATE INDEX eboks_outbox_due ON eboks_outbox_letters (sender, n, next) WHERE next IS NOT NULL;
CREATE INDEX eboks_outbox_watched ON eboks_outbox_letters (sender, watch) WHERE watch IS NOT NULL;
CREATE INDEX eboks_outbox_kept ON eboks_outbox_letters (sender, ended) WHERE ended IS NOT NULL AND erased = 0;
CREATE INDEX eboks_outbox_erase ON eboks_outbox_letters (sender) WHERE erase = 1;
CREATE INDEX eboks_outbox_document ON eboks_outbox_letters (document) WHERE document IS NOT NULL;
CREATE INDEX eboks_outbox_person ON eboks_outbox_letters (person) WHERE person <> '';

-- Documents are stored once, whichever letters they belong to, in sealed parts.
CREATE TABLE eboks_outbox_documents (id TEXT NOT NULL, n BIGINT NOT NULL, sealed BYTEA NOT NULL, PRIMARY KEY (id, n));
-- Sealed bytes cannot be compressed.
ALTER TABLE eboks_outbox_documents ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE TABLE eboks_outbox_attachments (letter UUID NOT NULL, place BIGINT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (letter, place));
CREATE INDEX eboks_outbox_attached ON eboks_outbox_attachments (document);

CREATE TABLE eboks_outbox_trail (
	n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, letter UUID NOT NULL, at BIGINT NOT NULL, what TEXT NOT NULL, status TEXT NOT NULL, kind TEXT NOT NULL,
	code TEXT NOT NULL, http BIGINT NOT NULL, event TEXT, raw BYTEA
);
CREATE INDEX eboks_outbox_trail_letter ON eboks_outbox_trail (letter);
CREATE INDEX eboks_outbox_trail_at ON eboks_outbox_trail (at);
CREATE UNIQUE INDEX eboks_outbox_trail_event ON eboks_outbox_trail (letter, event) WHERE event IS NOT NULL;

CREATE TABLE eboks_outbox_channel (
	sender TEXT PRIMARY KEY,
	until BIGINT NOT NULL, since BIGINT NOT NULL, kind TEXT NOT NULL, http BIGINT NOT NULL, why TEXT NOT NULL, certificate TEXT NOT NULL, alarmed BIGINT NOT NULL,
	round BIGINT NOT NULL, -- when receipts are asked for next
	cursor TEXT NOT NULL,
	key BYTEA NOT NULL -- opens with the keys of this outbox
);
