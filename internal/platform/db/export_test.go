package db

import "io/fs"

// Derived shows the tests what goose reads.
func Derived(files fs.FS, engine Engine) fs.FS { return derived{files, engine} }

// NewEnough shows the tests which SQLite is accepted.
var NewEnough = newEnough
