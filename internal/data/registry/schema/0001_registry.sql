-- +goose Up
-- One row a version. The newest version of a subject is the fact of today.
CREATE TABLE registry_record (
    register    TEXT   NOT NULL,
    subject     TEXT   NOT NULL, -- id number (GB 11643) or unified social credit code (GB 32100)
    version     BIGINT NOT NULL, -- from 1
    vals        TEXT   NOT NULL, -- JSON: field → value, all fields
    source      TEXT   NOT NULL, -- body that answers for the fact
    recorded_at BIGINT NOT NULL,
    case_id     TEXT   NOT NULL,
    matter      TEXT   NOT NULL,
    origin      TEXT   NOT NULL, -- what makes recording the same thing twice one record; '' never repeats
    PRIMARY KEY (register, subject, version)
);
CREATE UNIQUE INDEX registry_record_origin ON registry_record (register, subject, origin) WHERE origin <> '';

-- Values of today by which a register may be searched.
CREATE TABLE registry_index (
    register TEXT NOT NULL,
    field    TEXT NOT NULL,
    value    TEXT NOT NULL,
    subject  TEXT NOT NULL,
    PRIMARY KEY (register, field, value, subject)
);
CREATE INDEX registry_index_subject ON registry_index (register, subject);

CREATE TABLE registry_down (
    register TEXT   NOT NULL PRIMARY KEY,
    down_at  BIGINT NOT NULL
);

-- Which collections of records were loaded, so that an unchanged one costs one question.
CREATE TABLE registry_load (
    name      TEXT   NOT NULL PRIMARY KEY,
    hash      TEXT   NOT NULL,
    loaded_at BIGINT NOT NULL
);
