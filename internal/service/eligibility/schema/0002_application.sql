-- +goose Up
-- The case that was opened from an offer, and what else is known of it.
ALTER TABLE eligibility_offer ADD COLUMN case_id TEXT NOT NULL DEFAULT '';
ALTER TABLE eligibility_offer ADD COLUMN detail TEXT NOT NULL DEFAULT '{}';
