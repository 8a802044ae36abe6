-- +goose Up
-- Answers that are kept for a day, so that a request that is sent again is not carried out again.
CREATE TABLE api_idempotency (
    account     TEXT NOT NULL,
    idem_key    TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    made        TEXT NOT NULL, -- what the request makes has this id, however often it is tried
    started_at  BIGINT NOT NULL,
    done_at     BIGINT,
    status      BIGINT NOT NULL,
    headers     TEXT NOT NULL,
    body        BYTEA NOT NULL,
    PRIMARY KEY (account, idem_key)
);
CREATE INDEX api_idempotency_age ON api_idempotency (started_at);
