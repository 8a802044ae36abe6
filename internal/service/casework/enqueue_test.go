package casework_test

import (
	"tongban/internal/platform/db"
	"tongban/internal/platform/job"
	"tongban/internal/testkit/rig"
)

// enqueue writes jobs by hand, to see what one too many does.
func enqueue(r *rig.Rig, jobs ...job.Job) func(*db.Tx) error {
	return func(tx *db.Tx) error { return r.Jobs.Enqueue(r.Ctx(), tx, jobs...) }
}
