-- +goose Up
-- due_at: when the job may be taken; while it is held, the end of the lease; NULL while it is stuck.
-- again_at: it was enqueued once more, by its key, while it was held; it runs again at that time.
-- last_error: what kind of error, never its words, which could name a person.
CREATE TABLE job_job (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  key        TEXT,
  args       TEXT NOT NULL,
  due_at     BIGINT,
  again_at   BIGINT,
  lease_by   TEXT,
  attempts   BIGINT NOT NULL DEFAULT 0,
  last_error TEXT,
  stuck_at   BIGINT
);
CREATE INDEX job_job_due ON job_job (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX job_job_key ON job_job (kind, key) WHERE key IS NOT NULL;

CREATE TABLE job_schedule (
  kind    TEXT PRIMARY KEY,
  next_at BIGINT NOT NULL
);
