-- +goose Up
CREATE TABLE feedback_rating (
    token       TEXT PRIMARY KEY,
    matter_id   TEXT NOT NULL UNIQUE,
    case_id     TEXT NOT NULL,
    account     TEXT NOT NULL,
    subject     TEXT NOT NULL,
    service     TEXT NOT NULL,
    def         TEXT NOT NULL,
    body        TEXT NOT NULL,
    invited_at  BIGINT NOT NULL,
    level       BIGINT NOT NULL,
    items       TEXT NOT NULL,
    text        TEXT NOT NULL,
    rated_at    BIGINT,
    changed_at  BIGINT
);
CREATE INDEX feedback_rating_case ON feedback_rating (case_id);
CREATE INDEX feedback_rating_body ON feedback_rating (body, rated_at);
