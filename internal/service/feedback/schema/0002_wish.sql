-- +goose Up
CREATE TABLE feedback_wish (
    day   TEXT NOT NULL,
    text  TEXT NOT NULL,
    n     BIGINT NOT NULL,
    PRIMARY KEY (day, text)
);
