-- +goose Up

-- What applications under way (submitted or returned) have that another may not
-- have too: gone when they are taken back or given up.
CREATE TABLE application_keys (
    application TEXT    NOT NULL REFERENCES applications (id),
    key         TEXT    NOT NULL, -- kind/…, equal for the same thing; '' for none
    key_sum     BIGINT,           -- of key, by which it is found: numbers make small indexes
    perhaps     TEXT    NOT NULL, -- kind/…, equal for what may be the same; '' for none
    perhaps_sum BIGINT,
    firm        BOOLEAN NOT NULL, -- the thing has a key that everybody would give it
    display     TEXT    NOT NULL, -- the thing, as people know it
    field       TEXT    NOT NULL  -- where it stands in the form
);
CREATE INDEX application_keys_of ON application_keys (application);
CREATE INDEX application_keys_by ON application_keys (key_sum) WHERE key_sum IS NOT NULL;
CREATE INDEX application_keys_perhaps ON application_keys (perhaps_sum) WHERE perhaps_sum IS NOT NULL;

-- The names of the platforms that they apply for, in shards: whoever keeps an
-- index of a shard sees by its mark that it changed.
CREATE TABLE application_names (
    application TEXT   NOT NULL PRIMARY KEY REFERENCES applications (id),
    shard       BIGINT NOT NULL,
    unit        TEXT   NOT NULL,
    kind        TEXT   NOT NULL, -- of platform; '' when the package does not say
    place       TEXT   NOT NULL, -- of the host
    name        TEXT   NOT NULL
);
CREATE INDEX application_names_shard ON application_names (shard);

CREATE TABLE application_name_marks (
    shard BIGINT NOT NULL PRIMARY KEY,
    mark  TEXT   NOT NULL -- made anew with every change
);
