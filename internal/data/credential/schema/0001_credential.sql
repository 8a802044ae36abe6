-- +goose Up
CREATE TABLE credential_certificate (
    id             TEXT   NOT NULL PRIMARY KEY,
    type           TEXT   NOT NULL,
    holder         TEXT   NOT NULL, -- id number (GB 11643) or unified social credit code (GB 32100)
    number         TEXT   NOT NULL, -- as people read it
    identifier     TEXT   NOT NULL UNIQUE, -- GB/T 36904
    serial         TEXT   NOT NULL,
    revision       BIGINT NOT NULL, -- the version in the identifier
    valid_from     TEXT   NOT NULL, -- day
    valid_to       TEXT   NOT NULL, -- last day; '' is long-term
    payload        TEXT   NOT NULL, -- the sealed bytes
    public         TEXT   NOT NULL, -- JSON: fields that anybody who verifies it sees
    signature      TEXT   NOT NULL, -- JSON; '' while prepared
    verify_code    TEXT   NOT NULL UNIQUE,
    case_id        TEXT   NOT NULL,
    matter         TEXT   NOT NULL,
    replaces       TEXT   NOT NULL, -- id of the certificate that it takes the place of
    audit_id       TEXT   NOT NULL,
    prepared_at    BIGINT NOT NULL,
    published_at   BIGINT NOT NULL, -- 0 while prepared
    status         TEXT   NOT NULL, -- of today; '' while prepared
    status_version BIGINT NOT NULL,
    status_at      BIGINT NOT NULL,
    status_reason  TEXT   NOT NULL,
    UNIQUE (type, number, revision)
);
CREATE UNIQUE INDEX credential_certificate_matter ON credential_certificate (matter) WHERE matter <> '';
CREATE INDEX credential_certificate_holder ON credential_certificate (holder, id);
CREATE INDEX credential_certificate_expiry ON credential_certificate (status, valid_to);

-- Every status that a certificate ever had.
CREATE TABLE credential_status (
    certificate TEXT   NOT NULL,
    version     BIGINT NOT NULL,
    status      TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    reason      TEXT   NOT NULL,
    case_id     TEXT   NOT NULL,
    matter      TEXT   NOT NULL,
    PRIMARY KEY (certificate, version)
);

-- The last serial number of each type and year.
CREATE TABLE credential_counter (
    type TEXT   NOT NULL,
    year TEXT   NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (type, year)
);

-- The certificate that a holder has of a type of which there is only one. The row is what two matters at
-- the same time meet at.
CREATE TABLE credential_slot (
    type        TEXT NOT NULL,
    holder      TEXT NOT NULL,
    certificate TEXT NOT NULL,
    PRIMARY KEY (type, holder)
);
