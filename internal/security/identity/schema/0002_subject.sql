-- +goose Up
-- Who is to be told of something that is offered unasked is found by her register id.
CREATE INDEX identity_account_subject ON identity_account (subject);
