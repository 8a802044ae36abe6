-- +goose Up
CREATE TABLE casework_case (
    id          TEXT PRIMARY KEY,
    number      TEXT NOT NULL UNIQUE,
    service     TEXT NOT NULL,
    edition     TEXT NOT NULL,
    applicant   TEXT NOT NULL,
    person      TEXT NOT NULL,
    subject     TEXT NOT NULL,
    name        TEXT NOT NULL,
    content     TEXT NOT NULL,
    draft       TEXT NOT NULL UNIQUE,
    opened_at   BIGINT NOT NULL,
    closed_at   BIGINT,
    receipt     TEXT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE INDEX casework_case_applicant ON casework_case (applicant, id);
CREATE INDEX casework_case_subject ON casework_case (subject, id);
CREATE TABLE casework_matter (
    id          TEXT PRIMARY KEY,
    case_id     TEXT NOT NULL,
    number      TEXT NOT NULL,
    service     TEXT NOT NULL,
    def         TEXT NOT NULL,
    body        TEXT NOT NULL,
    state       TEXT NOT NULL,
    officer     TEXT NOT NULL,
    due_on      TEXT NOT NULL,
    ordinal     BIGINT NOT NULL,
    detail      TEXT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE INDEX casework_matter_case ON casework_matter (case_id, ordinal);
CREATE INDEX casework_matter_queue ON casework_matter (body, state, due_on, id, officer);
CREATE TABLE casework_event (
    id          TEXT PRIMARY KEY,
    case_id     TEXT NOT NULL,
    matter_id   TEXT NOT NULL,
    kind        TEXT NOT NULL,
    at          BIGINT NOT NULL,
    by_kind     TEXT NOT NULL,
    by_id       TEXT NOT NULL,
    body        TEXT NOT NULL,
    text        TEXT NOT NULL
);
CREATE INDEX casework_event_case ON casework_event (case_id, id);
CREATE TABLE casework_consultation (
    id          TEXT PRIMARY KEY,
    case_id     TEXT NOT NULL,
    matter_id   TEXT NOT NULL,
    from_body   TEXT NOT NULL,
    to_body     TEXT NOT NULL,
    question    TEXT NOT NULL,
    asked_by    TEXT NOT NULL,
    asked_at    BIGINT NOT NULL,
    until_on    TEXT NOT NULL,
    answer      TEXT NOT NULL,
    answered_by TEXT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX casework_consultation_case ON casework_consultation (case_id, id);
CREATE INDEX casework_consultation_to ON casework_consultation (to_body, answered_at, id);
