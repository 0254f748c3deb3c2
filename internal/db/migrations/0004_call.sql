-- +goose Up
-- 指南包的副本
CREATE TABLE call_packages (
    hash TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    archive BYTEA NOT NULL
);

-- 申报通知; revision counts its changes: two people do not undo each other
CREATE TABLE calls (
    id TEXT PRIMARY KEY,
    package TEXT NOT NULL,
    hash TEXT NOT NULL REFERENCES call_packages (hash),
    title TEXT NOT NULL,
    number TEXT NOT NULL,
    issuer TEXT NOT NULL REFERENCES units (id),
    issuer_name TEXT NOT NULL,
    place TEXT NOT NULL,
    mode TEXT NOT NULL,
    year BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    amends TEXT NOT NULL,
    replaced_by TEXT NOT NULL,
    drafted TEXT NOT NULL,
    published TEXT NOT NULL,
    opens TEXT NOT NULL,
    closes TEXT NOT NULL,
    closes_order TEXT NOT NULL,
    folded TEXT NOT NULL,
    revision BIGINT NOT NULL
);
CREATE INDEX calls_published ON calls (state, published, id);
CREATE INDEX calls_closing ON calls (state, closes_order, id);
CREATE INDEX calls_opening ON calls (state, opens, id);
CREATE INDEX calls_place ON calls (state, place, closes_order, id);
CREATE INDEX calls_hash ON calls (hash, id);
CREATE INDEX calls_issuer ON calls (issuer, state, id);

-- 时间窗口; notice_* are the instants that the package gives
CREATE TABLE call_windows (
    call TEXT NOT NULL REFERENCES calls (id),
    position BIGINT NOT NULL,
    stage TEXT NOT NULL,
    name TEXT NOT NULL,
    act TEXT NOT NULL,
    who TEXT NOT NULL,
    opens TEXT NOT NULL,
    ends TEXT NOT NULL,
    notice_opens TEXT NOT NULL,
    notice_ends TEXT NOT NULL,
    received BOOLEAN NOT NULL,
    late TEXT NOT NULL,
    channel TEXT NOT NULL,
    receiver TEXT NOT NULL,
    does TEXT NOT NULL,
    clauses TEXT NOT NULL,
    PRIMARY KEY (call, stage)
);

-- 领域方向, by version of the package; call_field_names are those of published calls
CREATE TABLE call_fields (
    hash TEXT NOT NULL REFERENCES call_packages (hash),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (hash, code)
);
CREATE INDEX call_fields_code ON call_fields (code, hash);
CREATE TABLE call_field_names (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (code, name)
);

-- 通知原文
CREATE TABLE call_attachments (
    call TEXT NOT NULL REFERENCES calls (id),
    hash TEXT NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    type TEXT NOT NULL,
    text TEXT NOT NULL,
    attached TEXT NOT NULL,
    PRIMARY KEY (call, hash)
);

-- 原文与指南包的核对; files are the hashes of the attachments compared, with spaces between
CREATE TABLE call_comparisons (
    call TEXT PRIMARY KEY REFERENCES calls (id),
    files TEXT NOT NULL,
    faults BIGINT NOT NULL,
    report TEXT NOT NULL
);

-- 延期
CREATE TABLE call_extensions (
    id TEXT PRIMARY KEY,
    call TEXT NOT NULL REFERENCES calls (id),
    stage TEXT NOT NULL,
    ends_before TEXT NOT NULL,
    ends_after TEXT NOT NULL,
    reason TEXT NOT NULL,
    proposed TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    approved TEXT NOT NULL,
    approved_by TEXT NOT NULL
);
CREATE INDEX call_extensions_call ON call_extensions (call, id);

-- 检索词: what the package says, by version; what the call says of itself, by call
CREATE TABLE call_texts (
    hash TEXT PRIMARY KEY REFERENCES call_packages (hash),
    folded TEXT NOT NULL
);
CREATE TABLE call_text_words (
    word TEXT NOT NULL,
    hash TEXT NOT NULL REFERENCES call_packages (hash),
    PRIMARY KEY (word, hash)
);
CREATE TABLE call_words (
    word TEXT NOT NULL,
    call TEXT NOT NULL REFERENCES calls (id),
    PRIMARY KEY (word, call)
);

-- 访客填写的内容
CREATE TABLE call_kept (
    token TEXT PRIMARY KEY,
    call TEXT NOT NULL REFERENCES calls (id),
    hash TEXT NOT NULL,
    facts TEXT NOT NULL,
    until TEXT NOT NULL
);
CREATE INDEX call_kept_until ON call_kept (until);
