-- +goose Up
-- 人员
CREATE TABLE people (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    language TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    password TEXT NOT NULL,
    password_at TEXT NOT NULL,
    totp TEXT NOT NULL,
    totp_new TEXT NOT NULL,
    totp_step BIGINT NOT NULL,
    created TEXT NOT NULL
);
CREATE UNIQUE INDEX people_email ON people (email_key);

CREATE TABLE recovery_codes (
    person TEXT NOT NULL REFERENCES people (id),
    code TEXT NOT NULL,
    PRIMARY KEY (person, code)
);

-- 单位
CREATE TABLE units (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    place TEXT NOT NULL,
    authority BOOLEAN NOT NULL,
    level TEXT NOT NULL,
    parent TEXT NOT NULL,
    by_place BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    contact TEXT NOT NULL,
    created TEXT NOT NULL,
    decided TEXT NOT NULL
);
CREATE UNIQUE INDEX units_code ON units (code) WHERE code <> '' AND state <> 'refused';
CREATE UNIQUE INDEX units_seat ON units (place) WHERE level IN ('province', 'city', 'district') AND state <> 'closed';
CREATE INDEX units_parent ON units (parent, id);
CREATE INDEX units_contact ON units (contact, state);
CREATE INDEX units_state ON units (state, id);

CREATE TABLE unit_history (
    id TEXT PRIMARY KEY,
    unit TEXT NOT NULL REFERENCES units (id),
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL
);
CREATE INDEX unit_history_unit ON unit_history (unit, valid_from);

-- 成员关系; unit is '' for the roles of the whole platform
CREATE TABLE memberships (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    unit TEXT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    ended TEXT NOT NULL
);
CREATE UNIQUE INDEX memberships_one ON memberships (person, unit, role) WHERE ended = '';
CREATE INDEX memberships_unit ON memberships (unit, id);

-- 会话与令牌: only hashes of what their holders know
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES people (id),
    membership TEXT NOT NULL,
    factors BIGINT NOT NULL,
    misses BIGINT NOT NULL,
    created TEXT NOT NULL,
    proved TEXT NOT NULL,
    seen TEXT NOT NULL,
    ends TEXT NOT NULL,
    source TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person, id);
CREATE INDEX sessions_ends ON sessions (ends);

CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL REFERENCES people (id),
    membership TEXT NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created TEXT NOT NULL,
    expires TEXT NOT NULL,
    revoked TEXT NOT NULL
);
CREATE INDEX api_tokens_person ON api_tokens (person, id);

CREATE TABLE one_time_tokens (
    token TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    person TEXT NOT NULL,
    email TEXT NOT NULL,
    unit TEXT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT NOT NULL,
    valid_to TEXT NOT NULL,
    made_by TEXT NOT NULL,
    expires TEXT NOT NULL,
    used TEXT NOT NULL
);
CREATE INDEX one_time_tokens_expires ON one_time_tokens (expires);

-- 尝试计数
CREATE TABLE attempts (
    subject TEXT NOT NULL,
    began TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (subject, began)
);
