-- +goose Up

-- 撤销版次: an edition that takes another back says which and why. blank: nothing
-- stands, as before the first edition.
ALTER TABLE register_editions ADD COLUMN undoes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE register_editions ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE register_editions ADD COLUMN blank BOOLEAN NOT NULL DEFAULT FALSE;

CREATE INDEX register_rows_part ON register_rows (register, keeper, id);
CREATE INDEX register_rows_code ON register_rows (unit_code, register, keeper, id);
CREATE INDEX register_rows_person ON register_rows (person, register, keeper, id);

-- 名录查阅记录: a look at a register that is no public list, a row for every part
-- that it reached; asked is sealed, number the keyed hash of an identity number
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
