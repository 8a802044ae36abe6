-- +goose Up

-- The secrets under which the details of entries are hidden, one or a few for each subject. To erase is
-- to overwrite secret. subject is a pseudonym, as in audit_entry; '' is for entries about nobody.
CREATE TABLE audit_key (
    subject   TEXT   NOT NULL,
    id        TEXT   NOT NULL,
    secret    BYTEA  NOT NULL,
    erased_at BIGINT,
    mac       BYTEA  NOT NULL,
    PRIMARY KEY (subject, id)
);

-- One row for each act, allowed or refused. Only leaf is written later.
CREATE TABLE audit_entry (
    id         TEXT   NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_kind TEXT   NOT NULL,
    actor_id   TEXT   NOT NULL,
    actor_body TEXT   NOT NULL,
    action     TEXT   NOT NULL,
    outcome    TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    object     TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    case_id    TEXT   NOT NULL,
    matter_id  TEXT   NOT NULL,
    key_id     TEXT   NOT NULL,
    detail     BYTEA  NOT NULL,
    commitment BYTEA  NOT NULL,
    mac        BYTEA  NOT NULL,
    leaf       BIGINT
);

CREATE INDEX audit_entry_subject ON audit_entry (subject, id) WHERE subject <> '';
CREATE INDEX audit_entry_case ON audit_entry (case_id, id) WHERE case_id <> '';
CREATE INDEX audit_entry_waiting ON audit_entry (id) WHERE leaf IS NULL;
CREATE UNIQUE INDEX audit_entry_leaf ON audit_entry (leaf) WHERE leaf IS NOT NULL;
