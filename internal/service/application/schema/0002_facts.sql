-- +goose Up
ALTER TABLE application_checklist ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
