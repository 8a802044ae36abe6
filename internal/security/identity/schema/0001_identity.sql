-- +goose Up

-- Who may sign in. Roles and scopes are opaque JSON; a login is kept in its folded form.
CREATE TABLE identity_account (
    id         TEXT NOT NULL PRIMARY KEY,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    body       TEXT NOT NULL,
    roles      TEXT NOT NULL,
    level      BIGINT NOT NULL,
    login      TEXT NOT NULL,
    password   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at  BIGINT
);
CREATE UNIQUE INDEX identity_account_login ON identity_account (login);

-- A signed-in browser. The cookie itself is nowhere; only a keyed code of it.
CREATE TABLE identity_session (
    id         TEXT NOT NULL PRIMARY KEY,
    code       TEXT NOT NULL,
    account    TEXT NOT NULL REFERENCES identity_account (id),
    subject    TEXT NOT NULL,
    method     TEXT NOT NULL,
    place      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    until      BIGINT NOT NULL,
    ended_at   BIGINT,
    change     BIGINT NOT NULL
);
CREATE UNIQUE INDEX identity_session_code ON identity_session (code);
CREATE INDEX identity_session_account ON identity_session (account, created_at);
CREATE INDEX identity_session_change ON identity_session (change);
CREATE INDEX identity_session_until ON identity_session (until);

CREATE TABLE identity_token (
    id         TEXT NOT NULL PRIMARY KEY,
    code       TEXT NOT NULL,
    account    TEXT NOT NULL REFERENCES identity_account (id),
    subject    TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    until      BIGINT NOT NULL,
    ended_at   BIGINT,
    change     BIGINT NOT NULL
);
CREATE UNIQUE INDEX identity_token_code ON identity_token (code);
CREATE INDEX identity_token_account ON identity_token (account, created_at);
CREATE INDEX identity_token_change ON identity_token (change);
CREATE INDEX identity_token_until ON identity_token (until);

-- Counts what takes something away from a session or token, so that every process hears of it: one row.
CREATE TABLE identity_change (
    one BIGINT NOT NULL PRIMARY KEY,
    n   BIGINT NOT NULL
);
INSERT INTO identity_change (one, n) VALUES (1, 0);

CREATE TABLE identity_passkey (
    id         TEXT NOT NULL PRIMARY KEY,
    account    TEXT NOT NULL REFERENCES identity_account (id),
    name       TEXT NOT NULL,
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX identity_passkey_account ON identity_passkey (account, created_at);

-- A passkey ceremony between its two halves: the challenge stays with us.
CREATE TABLE identity_ceremony (
    code    TEXT NOT NULL PRIMARY KEY,
    kind    TEXT NOT NULL,
    account TEXT NOT NULL,
    data    TEXT NOT NULL,
    until   BIGINT NOT NULL
);
CREATE INDEX identity_ceremony_until ON identity_ceremony (until);

-- Wrong sign-ins, by keyed code of the login or of the place they came from.
CREATE TABLE identity_attempt (
    code    TEXT NOT NULL PRIMARY KEY,
    n       BIGINT NOT NULL,
    since   BIGINT NOT NULL,
    free_at BIGINT NOT NULL
);
CREATE INDEX identity_attempt_since ON identity_attempt (since);
