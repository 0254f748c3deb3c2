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

CREATE INDEX application_keys_by ON application_keys (key_sum) WHERE key_sum IS NOT NULL;

CREATE INDEX application_keys_of ON application_keys (application);

CREATE INDEX application_keys_perhaps ON application_keys (perhaps_sum) WHERE perhaps_sum IS NOT NULL;

CREATE TABLE application_name_marks (
    shard BIGINT NOT NULL PRIMARY KEY,
    mark  TEXT   NOT NULL -- made anew with every change
);

CREATE TABLE application_names (
    application TEXT   NOT NULL PRIMARY KEY REFERENCES applications (id),
    shard       BIGINT NOT NULL,
    unit        TEXT   NOT NULL,
    kind        TEXT   NOT NULL, -- of platform; '' when the package does not say
    place       TEXT   NOT NULL, -- of the host
    name        TEXT   NOT NULL
);

CREATE INDEX application_names_shard ON application_names (shard);

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

CREATE INDEX application_places_of ON application_places (application);

CREATE UNIQUE INDEX application_places_once ON application_places (quota, application, holder);

CREATE TABLE application_remarks (
    application TEXT   NOT NULL REFERENCES applications (id),
    version     BIGINT NOT NULL, -- that was returned
    position    BIGINT NOT NULL,
    field       TEXT   NOT NULL, -- '' about the whole
    clause      TEXT   NOT NULL,
    remark      TEXT   NOT NULL,
    PRIMARY KEY (application, version, position)
);

CREATE TABLE application_upload_parts (
    upload   TEXT   NOT NULL REFERENCES application_uploads (id),
    position BIGINT NOT NULL, -- of its first byte
    hash     TEXT   NOT NULL,
    size     BIGINT NOT NULL,
    PRIMARY KEY (upload, position)
);

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

CREATE UNIQUE INDEX application_versions_hash ON application_versions (hash);

CREATE UNIQUE INDEX application_versions_key ON application_versions (application, submit_key);

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

CREATE INDEX applications_call ON applications (call, state, id);

CREATE INDEX applications_queue ON applications (id, unmet, unknown, met, version, folded);

CREATE INDEX applications_submitted ON applications (submitted, id);

CREATE INDEX applications_unit ON applications (unit, changed, id);

CREATE TABLE attempts (
    subject TEXT NOT NULL,
    began TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (subject, began)
);

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

CREATE TABLE call_comparisons (
    call TEXT PRIMARY KEY REFERENCES calls (id),
    files TEXT NOT NULL,
    faults BIGINT NOT NULL,
    report TEXT NOT NULL
);

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

CREATE TABLE call_field_names (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (code, name)
);

CREATE TABLE call_fields (
    hash TEXT NOT NULL REFERENCES call_packages (hash),
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (hash, code)
);

CREATE INDEX call_fields_code ON call_fields (code, hash);

CREATE TABLE call_kept (
    token TEXT PRIMARY KEY,
    call TEXT NOT NULL REFERENCES calls (id),
    hash TEXT NOT NULL,
    facts TEXT NOT NULL,
    until TEXT NOT NULL
);

CREATE INDEX call_kept_until ON call_kept (until);

CREATE TABLE call_packages (
    hash TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    archive BYTEA NOT NULL
);

CREATE TABLE call_text_words (
    word TEXT NOT NULL,
    hash TEXT NOT NULL REFERENCES call_packages (hash),
    PRIMARY KEY (word, hash)
);

CREATE TABLE call_texts (
    hash TEXT PRIMARY KEY REFERENCES call_packages (hash),
    folded TEXT NOT NULL
);

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

CREATE TABLE call_words (
    word TEXT NOT NULL,
    call TEXT NOT NULL REFERENCES calls (id),
    PRIMARY KEY (word, call)
);

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

CREATE INDEX calls_closing ON calls (state, closes_order, id);

CREATE INDEX calls_hash ON calls (hash, id);

CREATE INDEX calls_issuer ON calls (issuer, state, id);

CREATE INDEX calls_opening ON calls (state, opens, id);

CREATE INDEX calls_place ON calls (state, place, closes_order, id);

CREATE INDEX calls_published ON calls (state, published, id);

CREATE TABLE complaint_files (
    id        TEXT   NOT NULL PRIMARY KEY,
    complaint TEXT   NOT NULL REFERENCES complaints (id),
    hash      TEXT   NOT NULL, -- of the sealed content
    name      TEXT   NOT NULL, -- sealed
    type      TEXT   NOT NULL, -- by content
    size      BIGINT NOT NULL  -- of the file itself, in bytes
);

CREATE INDEX complaint_files_of ON complaint_files (complaint, id);

CREATE TABLE complaint_messages (
    complaint TEXT   NOT NULL REFERENCES complaints (id),
    number    BIGINT NOT NULL, -- from 1, the first answer
    side      TEXT   NOT NULL, -- office, complainant
    text      TEXT   NOT NULL, -- sealed
    said      TEXT   NOT NULL,
    person    TEXT   NOT NULL, -- who answered; '' of a complainant
    PRIMARY KEY (complaint, number)
);

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

CREATE INDEX hook_deliveries_ended ON hook_deliveries (ended) WHERE ended <> '';

CREATE INDEX hook_deliveries_made ON hook_deliveries (hook, id);

CREATE UNIQUE INDEX hook_deliveries_once ON hook_deliveries (hook, once);

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

CREATE TABLE inbox_choices (
    person TEXT NOT NULL PRIMARY KEY,
    digest TEXT NOT NULL -- at_once, arrivals, daily
);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    due TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    worker TEXT NOT NULL,
    error TEXT NOT NULL,
    created TEXT NOT NULL,
    finished TEXT NOT NULL
);

CREATE INDEX jobs_due ON jobs (due, id);

CREATE INDEX jobs_state ON jobs (state, finished, id);

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
, seq BIGINT NOT NULL DEFAULT 0);

CREATE INDEX journal_person ON journal (person, id);

CREATE UNIQUE INDEX journal_sealed ON journal (seq) WHERE seq > 0;

CREATE INDEX journal_subject ON journal (subject, id);

CREATE INDEX journal_unsealed ON journal (id) WHERE seq = 0;

CREATE TABLE journal_checkpoints (
    size BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    note TEXT NOT NULL
);

CREATE TABLE journal_hashes (
    place BIGINT PRIMARY KEY,
    hash TEXT NOT NULL
);

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

CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    key TEXT NOT NULL,
    args TEXT NOT NULL,
    link TEXT NOT NULL,
    once TEXT NOT NULL,
    sent TEXT NOT NULL,
    read_at TEXT NOT NULL
, unit TEXT NOT NULL DEFAULT '', digest TEXT NOT NULL DEFAULT '');

CREATE INDEX notices_digest ON notices (person, digest, id) WHERE digest <> '';

CREATE UNIQUE INDEX notices_once ON notices (person, once) WHERE once <> '';

CREATE INDEX notices_person ON notices (person, id);

CREATE INDEX notices_read ON notices (read_at) WHERE read_at <> '';

CREATE INDEX notices_told ON notices (unit, once) WHERE once <> '' AND unit <> '';

CREATE INDEX notices_unread ON notices (person, id) WHERE read_at = '';

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

CREATE TABLE profile_snapshots (
    hash TEXT PRIMARY KEY,
    unit TEXT NOT NULL,
    taken TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE INDEX profile_snapshots_unit ON profile_snapshots (unit, taken);

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

CREATE TABLE recommend_findings (
    application TEXT NOT NULL REFERENCES applications (id),
    clause      TEXT NOT NULL,
    verdict     TEXT NOT NULL,
    PRIMARY KEY (application, clause, verdict)
);

CREATE INDEX recommend_findings_by ON recommend_findings (clause, verdict, application);

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

CREATE INDEX recommend_list_rows_from ON recommend_list_rows (application);

CREATE INDEX recommend_list_rows_of ON recommend_list_rows (list, rank);

CREATE UNIQUE INDEX recommend_list_rows_once ON recommend_list_rows (list, application) WHERE application <> '';

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

CREATE INDEX recommend_lists_of ON recommend_lists (authority, call);

CREATE UNIQUE INDEX recommend_lists_once ON recommend_lists (call, authority, form, stage, number);

CREATE INDEX recommend_lists_to ON recommend_lists (receiver, state);

CREATE TABLE recommend_looks (
    person      TEXT   NOT NULL,
    application TEXT   NOT NULL REFERENCES applications (id),
    version     BIGINT NOT NULL,
    at          TEXT   NOT NULL,
    PRIMARY KEY (person, application)
);

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

CREATE INDEX recommend_papers_kept ON recommend_papers (keeper, received, id);

CREATE UNIQUE INDEX recommend_papers_once ON recommend_papers (application, number);

CREATE TABLE recommend_relays (
    call      TEXT NOT NULL REFERENCES calls (id),
    authority TEXT NOT NULL REFERENCES units (id),
    until     TEXT NOT NULL,
    message   TEXT NOT NULL,
    at        TEXT NOT NULL,
    person    TEXT NOT NULL,
    PRIMARY KEY (call, authority)
);

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

CREATE INDEX recommend_steps_arrived ON recommend_steps (authority, arrived, id);

CREATE UNIQUE INDEX recommend_steps_once ON recommend_steps (application, position, authority);

CREATE INDEX recommend_steps_queue ON recommend_steps (authority, state, arrived, id);

CREATE TABLE recovery_codes (
    person TEXT NOT NULL REFERENCES people (id),
    code TEXT NOT NULL,
    PRIMARY KEY (person, code)
);

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
    ended BIGINT NOT NULL, undoes BIGINT NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', blank BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (register, keeper, number)
);

CREATE TABLE register_looks (
    id TEXT NOT NULL,
    keeper TEXT NOT NULL, -- '' when it reached no part
    register TEXT NOT NULL,
    at TEXT NOT NULL,
    person TEXT NOT NULL,
    unit TEXT NOT NULL,
    role TEXT NOT NULL,
    kind TEXT NOT NULL,
    asked TEXT NOT NULL,
    number TEXT NOT NULL,
    found BIGINT NOT NULL,
    line TEXT NOT NULL, -- of the journal; '' while it waits for one
    PRIMARY KEY (id, keeper)
);

CREATE INDEX register_looks_keeper ON register_looks (keeper, id);

CREATE INDEX register_looks_line ON register_looks (person, register, line);

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

CREATE INDEX register_rows_code ON register_rows (unit_code, register, keeper, id);

CREATE UNIQUE INDEX register_rows_one ON register_rows (register, keeper, key) WHERE until = 0;

CREATE INDEX register_rows_part ON register_rows (register, keeper, id);

CREATE INDEX register_rows_person ON register_rows (person, register, keeper, id);

CREATE INDEX register_rows_unit ON register_rows (unit_code, until);

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

CREATE INDEX sessions_ends ON sessions (ends);

CREATE INDEX sessions_person ON sessions (person, id);

CREATE TABLE unit_history (
    id TEXT PRIMARY KEY,
    unit TEXT NOT NULL REFERENCES units (id),
    name TEXT NOT NULL,
    place TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to TEXT NOT NULL
);

CREATE INDEX unit_history_unit ON unit_history (unit, valid_from);

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

CREATE INDEX units_contact ON units (contact, state);

CREATE INDEX units_parent ON units (parent, id);

CREATE UNIQUE INDEX units_seat ON units (place) WHERE level IN ('province', 'city', 'district') AND state <> 'closed';

CREATE INDEX units_state ON units (state, id);

