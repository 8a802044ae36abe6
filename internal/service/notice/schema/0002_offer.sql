-- +goose Up
-- What the message is about when there is no case yet: something that is offered unasked.
ALTER TABLE notice_message ADD COLUMN offer_id TEXT NOT NULL DEFAULT '';
