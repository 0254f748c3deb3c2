-- +goose Up

-- Recommendation (归口审核与推荐): what authorities do with what was submitted.
CREATE TABLE recommend_steps (
    id             TEXT   NOT NULL PRIMARY KEY,
    application    TEXT   NOT NULL REFERENCES applications (id),
    position       BIGINT NOT NULL, -- in the chain, from 1; a filing stands beside it with the place of its stage
    kind           TEXT   NOT NULL, -- check, recommend, filing, receive
    stage          TEXT   NOT NULL, -- in call.yaml; '' for the receipt at the end
    name           TEXT   NOT NULL,
    authority      TEXT   NOT NULL REFERENCES units (id),
    authority_name TEXT   NOT NULL,
    call           TEXT   NOT NULL REFERENCES calls (id),
    state          TEXT   NOT NULL,
    version        BIGINT NOT NULL, -- of the application, that it is about
    arrived        TEXT   NOT NULL,
    decided        TEXT   NOT NULL,
    decided_by     TEXT   NOT NULL,
    reason         TEXT   NOT NULL,
    clause         TEXT   NOT NULL,
    assignee       TEXT   NOT NULL,
    revision       BIGINT NOT NULL
);
CREATE UNIQUE INDEX recommend_steps_once ON recommend_steps (application, position, authority);
CREATE INDEX recommend_steps_queue ON recommend_steps (authority, state, arrived, id);
CREATE INDEX recommend_steps_arrived ON recommend_steps (authority, arrived, id);
-- What queues are sorted and narrowed by, without reading whole applications.
CREATE INDEX applications_queue ON applications (id, unmet, unknown, met, version, folded);

-- What the findings of the version that stands say under each clause, by which
-- queues are narrowed.
CREATE TABLE recommend_findings (
    application TEXT NOT NULL REFERENCES applications (id),
    clause      TEXT NOT NULL,
    verdict     TEXT NOT NULL,
    PRIMARY KEY (application, clause, verdict)
);
CREATE INDEX recommend_findings_by ON recommend_findings (clause, verdict, application);

-- What a person answered and signed: a question of the call, an item of the
-- form check, an exception that was asked for.
CREATE TABLE recommend_answers (
    step    TEXT   NOT NULL REFERENCES recommend_steps (id),
    version BIGINT NOT NULL,
    kind    TEXT   NOT NULL, -- question, item, exception
    item    TEXT   NOT NULL,
    answer  TEXT   NOT NULL, -- yes, no
    remark  TEXT   NOT NULL,
    person  TEXT   NOT NULL,
    at      TEXT   NOT NULL,
    PRIMARY KEY (step, version, kind, item)
);

-- When somebody last looked at an application, and at which version.
CREATE TABLE recommend_looks (
    person      TEXT   NOT NULL,
    application TEXT   NOT NULL REFERENCES applications (id),
    version     BIGINT NOT NULL,
    at          TEXT   NOT NULL,
    PRIMARY KEY (person, application)
);

-- The own earlier deadline of an authority, and its message to its units.
CREATE TABLE recommend_relays (
    call      TEXT NOT NULL REFERENCES calls (id),
    authority TEXT NOT NULL REFERENCES units (id),
    until     TEXT NOT NULL,
    message   TEXT NOT NULL,
    at        TEXT NOT NULL,
    person    TEXT NOT NULL,
    PRIMARY KEY (call, authority)
);

-- Requests to look again at an application that was not recommended.
CREATE TABLE recommend_appeals (
    id          TEXT NOT NULL PRIMARY KEY,
    application TEXT NOT NULL REFERENCES applications (id),
    step        TEXT NOT NULL REFERENCES recommend_steps (id),
    ground      TEXT NOT NULL,
    asked       TEXT NOT NULL,
    asked_by    TEXT NOT NULL,
    state       TEXT NOT NULL, -- open, upheld, reopened
    answer      TEXT NOT NULL,
    answered    TEXT NOT NULL,
    answered_by TEXT NOT NULL
);
CREATE INDEX recommend_appeals_of ON recommend_appeals (application, asked);

-- Places of a quota (限额): a row is taken by whoever inserts it first. They are
-- of room apply, and taken by the rooms that a package names.
CREATE TABLE application_places (
    quota       TEXT    NOT NULL, -- id, group or package, year, and whom it is for
    place       BIGINT  NOT NULL, -- from 1
    most        BIGINT  NOT NULL, -- the limit when it was taken
    hard        BOOLEAN NOT NULL, -- place is never above most
    room        TEXT    NOT NULL, -- that takes it and gives it back
    holder      TEXT    NOT NULL, -- what is counted: the application, or the authority that recommends it
    application TEXT    NOT NULL REFERENCES applications (id),
    taken       TEXT    NOT NULL,
    PRIMARY KEY (quota, place)
);
CREATE UNIQUE INDEX application_places_once ON application_places (quota, application, holder);
CREATE INDEX application_places_of ON application_places (application);

-- Summary tables (推荐汇总表) that an authority orders, seals and hands up. What
-- is handed up is kept; a supplement is another table, with the next number.
CREATE TABLE recommend_lists (
    id          TEXT   NOT NULL PRIMARY KEY,
    call        TEXT   NOT NULL REFERENCES calls (id),
    authority   TEXT   NOT NULL REFERENCES units (id),
    form        TEXT   NOT NULL, -- id in tables.yaml
    stage       TEXT   NOT NULL, -- the hand-in it is for: intent, final
    number      BIGINT NOT NULL, -- of the tables of an authority for one hand-in, from 1
    package     TEXT   NOT NULL, -- hash of the version that it is made by
    recommender TEXT   NOT NULL, -- the name that stands on it (推荐单位)
    state       TEXT   NOT NULL, -- open, handed
    version     BIGINT NOT NULL, -- how often it was handed up
    receiver    TEXT   NOT NULL, -- the unit that it was handed up to; '' for none
    handed      TEXT   NOT NULL,
    handed_by   TEXT   NOT NULL,
    hash        TEXT   NOT NULL, -- of what was handed up last
    body        TEXT   NOT NULL, -- JSON of what was handed up last
    reason      TEXT   NOT NULL, -- why the receiver gave it back
    seal_hash   TEXT   NOT NULL, -- of the sealed scan
    seal_name   TEXT   NOT NULL,
    seal_type   TEXT   NOT NULL,
    sealed      TEXT   NOT NULL,
    sealed_by   TEXT   NOT NULL,
    revision    BIGINT NOT NULL
);
CREATE UNIQUE INDEX recommend_lists_once ON recommend_lists (call, authority, form, stage, number);
CREATE INDEX recommend_lists_of ON recommend_lists (authority, call);
CREATE INDEX recommend_lists_to ON recommend_lists (receiver, state);

CREATE TABLE recommend_list_rows (
    id          TEXT   NOT NULL PRIMARY KEY,
    list        TEXT   NOT NULL REFERENCES recommend_lists (id),
    rank        BIGINT NOT NULL, -- from 1
    application TEXT   NOT NULL, -- '' for a unit that says it will apply
    version     BIGINT NOT NULL, -- of the application, that was recommended
    reason      TEXT   NOT NULL, -- why it stands there
    own         TEXT   NOT NULL, -- JSON: what the application says, by column
    cells       TEXT   NOT NULL  -- JSON: what the authority wrote in its place, by column
);
CREATE INDEX recommend_list_rows_of ON recommend_list_rows (list, rank);
CREATE UNIQUE INDEX recommend_list_rows_once ON recommend_list_rows (list, application) WHERE application <> '';
CREATE INDEX recommend_list_rows_from ON recommend_list_rows (application);

-- Paper originals as they came (纸质材料登记). Lines are never changed: who
-- corrects one enters another, with the next number.
CREATE TABLE recommend_papers (
    id          TEXT    NOT NULL PRIMARY KEY,
    application TEXT    NOT NULL REFERENCES applications (id),
    number      BIGINT  NOT NULL, -- of the lines about an application, from 1
    corrects    BIGINT  NOT NULL, -- the number of the line that this one stands for; 0 for none
    version     BIGINT  NOT NULL, -- of the application, that was printed
    hash        TEXT    NOT NULL, -- of that version
    keeper      TEXT    NOT NULL REFERENCES units (id),
    call        TEXT    NOT NULL REFERENCES calls (id),
    received    TEXT    NOT NULL,
    until       TEXT    NOT NULL, -- the first instant that was late; '' for none
    late        BOOLEAN NOT NULL,
    copies      BIGINT  NOT NULL,
    outcome     TEXT    NOT NULL, -- received, refused
    complete    BOOLEAN NOT NULL,
    items       TEXT    NOT NULL, -- JSON: what was there
    remark      TEXT    NOT NULL,
    entered     TEXT    NOT NULL,
    entered_by  TEXT    NOT NULL
);
CREATE UNIQUE INDEX recommend_papers_once ON recommend_papers (application, number);
CREATE INDEX recommend_papers_kept ON recommend_papers (keeper, received, id);
