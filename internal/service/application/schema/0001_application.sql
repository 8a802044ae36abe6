-- +goose Up
CREATE TABLE application_checklist (
    token       TEXT PRIMARY KEY,
    service     TEXT NOT NULL,
    edition     TEXT NOT NULL,
    answers     TEXT NOT NULL,
    saved       BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX application_checklist_expiry ON application_checklist (expires_at);
CREATE TABLE application_draft (
    id          TEXT PRIMARY KEY,
    account     TEXT NOT NULL,
    subject     TEXT NOT NULL,
    service     TEXT NOT NULL,
    edition     TEXT NOT NULL,
    content     TEXT NOT NULL,
    case_id     TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    removed_at  BIGINT,
    version     BIGINT NOT NULL
);
CREATE INDEX application_draft_account ON application_draft (account, subject, id);
