package db

import "io/fs"

// Derived shows the tests what goose reads.
func Derived(files fs.FS, engine Engine) fs.FS { return derived{files, engine} }

// NewEnough shows the tests which SQLite is accepted.
var NewEnough = newEnough

// Asked tells when somebody who waits for an answer last wrote.
func Asked(s *Store) int64 { return s.group.asked.Load() }
