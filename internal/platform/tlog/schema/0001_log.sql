-- +goose Up

-- Level -1 holds bundles of up to 256 leaves, each behind its length in two bytes; the levels from 0 up
-- hold up to 256 hashes. data is exactly what is served.
CREATE TABLE tlog_tile (
    level BIGINT NOT NULL,
    idx   BIGINT NOT NULL,
    data  BYTEA  NOT NULL,
    PRIMARY KEY (level, idx)
);

-- One for each batch that was appended.
CREATE TABLE tlog_checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,
    note TEXT   NOT NULL
);

-- The row that one appender at a time holds.
CREATE TABLE tlog_head (
    origin TEXT   NOT NULL PRIMARY KEY,
    size   BIGINT NOT NULL
);
