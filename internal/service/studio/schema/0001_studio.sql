-- +goose Up
CREATE TABLE studio_draft (
    id          TEXT PRIMARY KEY,
    service     TEXT NOT NULL,
    writing     TEXT UNIQUE,
    edition     TEXT NOT NULL,
    title       TEXT NOT NULL,
    body        TEXT NOT NULL,
    author      TEXT NOT NULL,
    state       TEXT NOT NULL,
    base        BIGINT NOT NULL,
    head        BIGINT NOT NULL,
    detail      TEXT NOT NULL,
    opened_at   BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL
);
CREATE INDEX studio_draft_changed ON studio_draft (changed_at);
CREATE TABLE studio_revision (
    draft       TEXT NOT NULL,
    number      BIGINT NOT NULL,
    author      TEXT NOT NULL,
    name        TEXT NOT NULL,
    note        TEXT NOT NULL,
    clashes     BIGINT NOT NULL,
    service     TEXT NOT NULL,
    scenarios   TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (draft, number)
);
CREATE TABLE studio_publication (
    number       BIGINT PRIMARY KEY,
    service      TEXT NOT NULL,
    kind         TEXT NOT NULL,
    draft        TEXT NOT NULL,
    edition      TEXT NOT NULL,
    text         TEXT NOT NULL,
    scenarios    TEXT NOT NULL,
    detail       TEXT NOT NULL,
    starts_at    BIGINT NOT NULL,
    written_by   TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    entry        TEXT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX studio_publication_service ON studio_publication (service, starts_at, number);
