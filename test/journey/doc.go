// Package journey takes whole services through the HTTP API of the program as it is delivered: built,
// started on an empty folder, and asked from outside, on SQLite and on PostgreSQL.
//
// Its one rule: it knows nothing of the inside. It imports no package of the product but the kit that
// starts a database; whatever it learns, a program of anybody's could learn.
//
// Beside it, journey_test opens the city in its own process and goes through every scenario of every
// service (every_test.go), which are too many for a city each.
package journey
