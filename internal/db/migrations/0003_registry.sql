-- +goose Up
-- 单位档案: a row a version; ended is '' while it stands
CREATE TABLE profile_rows (
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    unit TEXT NOT NULL,
    list TEXT NOT NULL,
    key TEXT NOT NULL,
    cells TEXT NOT NULL,
    person TEXT NOT NULL,
    sealed TEXT NOT NULL,
    evidence TEXT NOT NULL,
    entered TEXT NOT NULL,
    entered_person TEXT NOT NULL,
    entered_unit TEXT NOT NULL,
    confirmed TEXT NOT NULL,
    confirmed_person TEXT NOT NULL,
    confirmed_unit TEXT NOT NULL,
    verified TEXT NOT NULL,
    verified_person TEXT NOT NULL,
    verified_unit TEXT NOT NULL,
    ended TEXT NOT NULL,
    ended_person TEXT NOT NULL,
    ended_unit TEXT NOT NULL,
    PRIMARY KEY (id, version)
);
CREATE UNIQUE INDEX profile_rows_one ON profile_rows (unit, list, key) WHERE ended = '';
CREATE INDEX profile_rows_unit ON profile_rows (unit, list, ended);

-- 档案留存: frozen copies, by the hash of their text
CREATE TABLE profile_snapshots (
    hash TEXT PRIMARY KEY,
    unit TEXT NOT NULL,
    taken TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX profile_snapshots_unit ON profile_snapshots (unit, taken);

-- 名录的版次; keeper is the authority that keeps this part of the register
CREATE TABLE register_editions (
    id TEXT PRIMARY KEY,
    register TEXT NOT NULL,
    keeper TEXT NOT NULL,
    number BIGINT NOT NULL,
    adopted TEXT NOT NULL,
    adopted_person TEXT NOT NULL,
    adopted_unit TEXT NOT NULL,
    document TEXT NOT NULL,
    file TEXT NOT NULL,
    day TEXT NOT NULL,
    complete BOOLEAN NOT NULL,
    complete_from TEXT NOT NULL,
    added BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    UNIQUE (register, keeper, number)
);

-- since and until are numbers of editions; until is 0 while the row stands
CREATE TABLE register_rows (
    id TEXT PRIMARY KEY,
    register TEXT NOT NULL,
    keeper TEXT NOT NULL,
    key TEXT NOT NULL,
    cells TEXT NOT NULL,
    person TEXT NOT NULL,
    unit_code TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL
);
CREATE UNIQUE INDEX register_rows_one ON register_rows (register, keeper, key) WHERE until = 0;
CREATE INDEX register_rows_unit ON register_rows (unit_code, until);
