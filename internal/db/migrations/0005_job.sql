-- +goose Up

-- Background work. Due is when a worker may take the job: of a waiting job the
-- instant it was asked for, of a running one the end of its lease, and '' of
-- one that is done or dead.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    due TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    worker TEXT NOT NULL,
    error TEXT NOT NULL,
    created TEXT NOT NULL,
    finished TEXT NOT NULL
);
CREATE INDEX jobs_due ON jobs (due, id);
CREATE INDEX jobs_state ON jobs (state, finished, id);

-- The journal as a log: seq is a line's place in it, from 1, and 0 before it is
-- sealed; journal_hashes holds the hashes of the tree, journal_checkpoints the
-- signed sizes and roots.
ALTER TABLE journal ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
CREATE INDEX journal_unsealed ON journal (id) WHERE seq = 0;
CREATE UNIQUE INDEX journal_sealed ON journal (seq) WHERE seq > 0;
CREATE TABLE journal_hashes (
    place BIGINT PRIMARY KEY,
    hash TEXT NOT NULL
);
CREATE TABLE journal_checkpoints (
    size BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    note TEXT NOT NULL
);
