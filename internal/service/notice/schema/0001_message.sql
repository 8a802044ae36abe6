-- +goose Up
CREATE TABLE notice_message (
    id          TEXT PRIMARY KEY,
    event       TEXT NOT NULL UNIQUE,
    account     TEXT NOT NULL,
    subject     TEXT NOT NULL,
    case_id     TEXT NOT NULL,
    matter_id   TEXT NOT NULL,
    kind        TEXT NOT NULL,
    at          BIGINT NOT NULL,
    read_at     BIGINT
);
CREATE INDEX notice_message_account ON notice_message (account, subject, id);
