// Package db keeps everything that must outlive a crash: one SQL text on SQLite and on PostgreSQL.
//
// Its one rule: what Write has answered is on the disk, all of it, and what it has refused has left
// nothing. On SQLite there is one writer, and callers that wait at the same time share one commit
// (group commit), each behind a savepoint of its own; on PostgreSQL every caller has a transaction of
// its own and is tried again after a serialization failure or a deadlock.
//
// It stands at the bottom of the stream: every other package that remembers anything owns tables here,
// named after it, made by its own migrations (Migrations). SQL is written once, in the common subset:
// TEXT, BIGINT and BYTEA; $1, $2; ids, times and JSON made in Go. SQLite's schema is derived from the
// same files. Both engines are made to agree where they would not by themselves: text compares by byte,
// SQLite checks types (STRICT), and a statement that failed spoils its transaction.
//
// Reading order: db.go, tx.go, group.go (SQLite's writer), postgres.go, migrate.go, ddl.go.
package db
