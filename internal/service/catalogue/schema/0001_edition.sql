-- +goose Up
CREATE TABLE catalogue_edition (
    edition TEXT PRIMARY KEY,
    service TEXT NOT NULL,
    content TEXT NOT NULL,
    kept_at BIGINT NOT NULL
);
