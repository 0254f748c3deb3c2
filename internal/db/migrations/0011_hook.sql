-- +goose Up

-- Outgoing webhooks (消息推送): where a unit's notices are told to a program of
-- its own. Address and secret are sealed.
CREATE TABLE hooks (
    id       TEXT   NOT NULL PRIMARY KEY,
    unit     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    format   TEXT   NOT NULL, -- json, wecom, dingtalk, feishu
    language TEXT   NOT NULL,
    kinds    TEXT   NOT NULL, -- how the keys of the notices begin that it is told, with spaces between
    host     TEXT   NOT NULL, -- of the address: what is shown of it
    address  TEXT   NOT NULL,
    secret   TEXT   NOT NULL, -- '' where the robot asks for no signature
    state    TEXT   NOT NULL, -- active, paused, stopped, removed
    failures BIGINT NOT NULL, -- in a row
    failing  TEXT   NOT NULL, -- since when; '' when the last one arrived
    made     TEXT   NOT NULL,
    made_by  TEXT   NOT NULL
);
CREATE INDEX hooks_of ON hooks (unit, state, id);

CREATE TABLE hook_deliveries (
    id       TEXT   NOT NULL PRIMARY KEY,
    hook     TEXT   NOT NULL REFERENCES hooks (id),
    notice   TEXT   NOT NULL, -- '' of a test
    once     TEXT   NOT NULL, -- what several people are told is told here once
    state    TEXT   NOT NULL, -- waiting, sent, failed, dropped
    outcome  TEXT   NOT NULL, -- of the last attempt: a word
    code     BIGINT NOT NULL, -- and its number
    attempts BIGINT NOT NULL,
    made     TEXT   NOT NULL,
    ended    TEXT   NOT NULL
);
CREATE UNIQUE INDEX hook_deliveries_once ON hook_deliveries (hook, once);
CREATE INDEX hook_deliveries_made ON hook_deliveries (hook, id);
CREATE INDEX hook_deliveries_ended ON hook_deliveries (ended) WHERE ended <> '';

-- In which unit somebody was told a thing, '' for nobody's but their own; digest
-- is '' for what is mailed by itself, '-' for what waits for the daily letter, and
-- then the day of that letter.
ALTER TABLE notices ADD COLUMN unit TEXT NOT NULL DEFAULT '';
ALTER TABLE notices ADD COLUMN digest TEXT NOT NULL DEFAULT '';
CREATE INDEX notices_digest ON notices (person, digest, id) WHERE digest <> '';
CREATE INDEX notices_told ON notices (unit, once) WHERE once <> '' AND unit <> '';

-- What people chose about letters (每日摘要).
CREATE TABLE inbox_choices (
    person TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL -- at_once, arrivals, daily
);
