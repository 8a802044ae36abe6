// Package dbtest gives a test real databases: SQLite in a folder of its own, and a PostgreSQL that is
// started from the machine's own binaries once per test program.
//
// Its one rule: every test has a database to itself, empty but for the tables it asked for, and nothing
// of it outlives the test program, however that ends.
package dbtest
