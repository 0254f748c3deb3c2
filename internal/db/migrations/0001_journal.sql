-- +goose Up
CREATE TABLE journal (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    person TEXT NOT NULL,
    unit TEXT NOT NULL,
    role TEXT NOT NULL,
    verb TEXT NOT NULL,
    subject TEXT NOT NULL,
    clause TEXT NOT NULL,
    commitment TEXT NOT NULL,
    salt TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX journal_subject ON journal (subject, id);
CREATE INDEX journal_person ON journal (person, id);
