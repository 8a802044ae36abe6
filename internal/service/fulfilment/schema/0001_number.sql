-- +goose Up
CREATE TABLE fulfilment_number (
    register    TEXT NOT NULL,
    number      TEXT NOT NULL,
    matter_id   TEXT NOT NULL UNIQUE,
    made_at     BIGINT NOT NULL,
    PRIMARY KEY (register, number)
);
