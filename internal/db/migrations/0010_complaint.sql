-- +goose Up

-- Complaints about intermediaries (中介投诉), which may be anonymous. Who and what
-- and how to reach the complainant are sealed, and so are the files.
CREATE TABLE complaints (
    id          TEXT NOT NULL PRIMARY KEY,
    call        TEXT NOT NULL REFERENCES calls (id),
    issuer      TEXT NOT NULL REFERENCES units (id), -- whose officers answer
    programme   TEXT NOT NULL,                       -- id of the package
    state       TEXT NOT NULL,                       -- open, answered
    about       TEXT NOT NULL,                       -- sealed: who is complained of
    story       TEXT NOT NULL,                       -- sealed: what happened
    contact     TEXT NOT NULL,                       -- sealed: name and address of the complainant; '' when anonymous
    token       TEXT NOT NULL UNIQUE,                -- hash of the link by which the answers are read
    filed       TEXT NOT NULL
);
CREATE INDEX complaints_of ON complaints (issuer, state, id);

-- What was answered, what whoever complained said to that, and so on by turns.
CREATE TABLE complaint_messages (
    complaint TEXT   NOT NULL REFERENCES complaints (id),
    number    BIGINT NOT NULL, -- from 1, the first answer
    side      TEXT   NOT NULL, -- office, complainant
    text      TEXT   NOT NULL, -- sealed
    said      TEXT   NOT NULL,
    person    TEXT   NOT NULL, -- who answered; '' of a complainant
    PRIMARY KEY (complaint, number)
);

CREATE TABLE complaint_files (
    id        TEXT   NOT NULL PRIMARY KEY,
    complaint TEXT   NOT NULL REFERENCES complaints (id),
    hash      TEXT   NOT NULL, -- of the sealed content
    name      TEXT   NOT NULL, -- sealed
    type      TEXT   NOT NULL, -- by content
    size      BIGINT NOT NULL  -- of the file itself, in bytes
);
CREATE INDEX complaint_files_of ON complaint_files (complaint, id);

-- Letters that an authority puts beside its decision (推荐函等).
CREATE TABLE recommend_letters (
    id       TEXT   NOT NULL PRIMARY KEY,
    step     TEXT   NOT NULL REFERENCES recommend_steps (id),
    version  BIGINT NOT NULL, -- of the application, that it is about
    place    TEXT   NOT NULL, -- whose government wrote it; '' for none in particular
    number   TEXT   NOT NULL, -- of the document
    hash     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    type     TEXT   NOT NULL,
    size     BIGINT NOT NULL,
    attached TEXT   NOT NULL,
    person   TEXT   NOT NULL,
    removed  TEXT   NOT NULL
);
CREATE INDEX recommend_letters_of ON recommend_letters (step, attached);
