-- +goose Up
-- 消息: what people are told; read_at is '' until they read it, once is '' for a
-- notice that may be repeated
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    key TEXT NOT NULL,
    args TEXT NOT NULL,
    link TEXT NOT NULL,
    once TEXT NOT NULL,
    sent TEXT NOT NULL,
    read_at TEXT NOT NULL
);
CREATE UNIQUE INDEX notices_once ON notices (person, once) WHERE once <> '';
CREATE INDEX notices_person ON notices (person, id);
CREATE INDEX notices_unread ON notices (person, id) WHERE read_at = '';
CREATE INDEX notices_read ON notices (read_at) WHERE read_at <> '';
