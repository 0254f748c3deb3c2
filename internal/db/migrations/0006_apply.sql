-- +goose Up

-- Applications (申报书): drafts, their files and partners, and what was submitted.
CREATE TABLE applications (
    id           TEXT   NOT NULL PRIMARY KEY,
    call         TEXT   NOT NULL REFERENCES calls (id),
    hash         TEXT   NOT NULL, -- of the package version it is filled under
    unit         TEXT   NOT NULL REFERENCES units (id), -- the host
    unit_name    TEXT   NOT NULL,
    name         TEXT   NOT NULL, -- what is applied for, as lists show it
    folded       TEXT   NOT NULL, -- by which lists find it
    state        TEXT   NOT NULL,
    begin_key    TEXT   NOT NULL, -- the browser's own: a repeated request begins nothing twice
    begun        TEXT   NOT NULL,
    begun_by     TEXT   NOT NULL,
    changed      TEXT   NOT NULL,
    changed_by   TEXT   NOT NULL,
    submitted    TEXT   NOT NULL, -- last, '' for never
    version      BIGINT NOT NULL, -- the last one that was submitted, 0 for none
    mend_until   TEXT   NOT NULL, -- of one that was returned: the first instant that is too late
    reason       TEXT   NOT NULL, -- why it was returned
    returned_by  TEXT   NOT NULL, -- the authority
    answer       TEXT   NOT NULL, -- of the conditions, as it was submitted
    met          BIGINT NOT NULL,
    unmet        BIGINT NOT NULL,
    unknown      BIGINT NOT NULL,
    revision     BIGINT NOT NULL
);
CREATE UNIQUE INDEX applications_begin ON applications (unit, begin_key);
CREATE INDEX applications_unit ON applications (unit, changed, id);
CREATE INDEX applications_call ON applications (call, state, id);
CREATE INDEX applications_submitted ON applications (submitted, id);

CREATE TABLE application_fields (
    application TEXT NOT NULL REFERENCES applications (id),
    field       TEXT NOT NULL,
    value       TEXT NOT NULL, -- JSON; '' was emptied
    owner       TEXT NOT NULL, -- the unit whose part it is
    source      TEXT NOT NULL, -- typed, or where it was taken from
    sealed      TEXT NOT NULL, -- an identity number in full
    tab         TEXT NOT NULL, -- the page that wrote it
    changed     TEXT NOT NULL,
    changed_by  TEXT NOT NULL,
    PRIMARY KEY (application, field)
);

CREATE TABLE application_files (
    id          TEXT   NOT NULL PRIMARY KEY,
    application TEXT   NOT NULL REFERENCES applications (id),
    material    TEXT   NOT NULL,
    owner       TEXT   NOT NULL, -- the unit that brought it
    hash        TEXT   NOT NULL,
    name        TEXT   NOT NULL, -- by the rule of the call
    given_name  TEXT   NOT NULL, -- as it was called when it came
    size        BIGINT NOT NULL,
    type        TEXT   NOT NULL,
    found       TEXT   NOT NULL, -- JSON: what the inspection found
    uploaded    TEXT   NOT NULL,
    uploaded_by TEXT   NOT NULL,
    removed     TEXT   NOT NULL  -- '' while it is part of the application
);
CREATE INDEX application_files_of ON application_files (application, removed, material, id);

CREATE TABLE application_uploads (
    id          TEXT   NOT NULL PRIMARY KEY,
    application TEXT   NOT NULL REFERENCES applications (id),
    material    TEXT   NOT NULL,
    owner       TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    size        BIGINT NOT NULL,
    received    BIGINT NOT NULL, -- bytes that are kept
    begun       TEXT   NOT NULL,
    begun_by    TEXT   NOT NULL,
    file        TEXT   NOT NULL  -- the file that it became
);
CREATE INDEX application_uploads_begun ON application_uploads (begun);

CREATE TABLE application_upload_parts (
    upload   TEXT   NOT NULL REFERENCES application_uploads (id),
    position BIGINT NOT NULL, -- of its first byte
    hash     TEXT   NOT NULL,
    size     BIGINT NOT NULL,
    PRIMARY KEY (upload, position)
);

CREATE TABLE application_partners (
    application  TEXT NOT NULL REFERENCES applications (id),
    unit         TEXT NOT NULL REFERENCES units (id),
    unit_code    TEXT NOT NULL,
    unit_name    TEXT NOT NULL,
    state        TEXT NOT NULL,
    invited      TEXT NOT NULL,
    invited_by   TEXT NOT NULL,
    answered     TEXT NOT NULL,
    answered_by  TEXT NOT NULL,
    part         TEXT NOT NULL, -- hash of the part that was confirmed
    reason       TEXT NOT NULL, -- why it declined
    PRIMARY KEY (application, unit)
);
CREATE INDEX application_partners_unit ON application_partners (unit, state, application);

CREATE TABLE application_versions (
    application TEXT   NOT NULL REFERENCES applications (id),
    number      BIGINT NOT NULL,
    state       TEXT   NOT NULL,
    submit_key  TEXT   NOT NULL, -- the browser's own: a repeated request submits nothing twice
    received    TEXT   NOT NULL, -- when the request was fully received
    submitted   TEXT   NOT NULL,
    person      TEXT   NOT NULL,
    person_name TEXT   NOT NULL,
    call        TEXT   NOT NULL,
    package     TEXT   NOT NULL, -- hash
    manifest    TEXT   NOT NULL, -- JSON: every part by its hash
    hash        TEXT   NOT NULL, -- of the manifest
    facts       TEXT   NOT NULL, -- JSON, as the rules read them
    texts       TEXT   NOT NULL, -- JSON: the sections of the plan, the reasons
    findings    TEXT   NOT NULL, -- JSON
    line        TEXT   NOT NULL, -- of the journal
    receipt     TEXT   NOT NULL, -- signed
    ended       TEXT   NOT NULL,
    PRIMARY KEY (application, number)
);
CREATE UNIQUE INDEX application_versions_key ON application_versions (application, submit_key);
CREATE UNIQUE INDEX application_versions_hash ON application_versions (hash);

CREATE TABLE application_remarks (
    application TEXT   NOT NULL REFERENCES applications (id),
    version     BIGINT NOT NULL, -- that was returned
    position    BIGINT NOT NULL,
    field       TEXT   NOT NULL, -- '' about the whole
    clause      TEXT   NOT NULL,
    remark      TEXT   NOT NULL,
    PRIMARY KEY (application, version, position)
);
