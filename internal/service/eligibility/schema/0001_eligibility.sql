-- +goose Up
CREATE TABLE eligibility_run (
    id       TEXT PRIMARY KEY,
    service  TEXT NOT NULL,
    body     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    people   BIGINT NOT NULL,
    found    BIGINT NOT NULL,
    unclear  BIGINT NOT NULL
);
CREATE INDEX eligibility_run_service ON eligibility_run (service, at);
CREATE TABLE eligibility_offer (
    id        TEXT PRIMARY KEY,
    service   TEXT NOT NULL,
    matter    TEXT NOT NULL,
    edition   TEXT NOT NULL,
    body      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    name      TEXT NOT NULL,
    facts     TEXT NOT NULL,
    state     TEXT NOT NULL,
    reason    TEXT NOT NULL,
    found_at  BIGINT NOT NULL,
    until_on  TEXT NOT NULL,
    UNIQUE (service, matter, subject)
);
CREATE INDEX eligibility_offer_body ON eligibility_offer (body, state, id);
CREATE INDEX eligibility_offer_subject ON eligibility_offer (subject, state);
