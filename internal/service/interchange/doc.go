// Package interchange brings catalogues in and takes them out: implementation checklists (实施清单) under the
// national field names as CSV and JSON, the whole catalogue without loss, CPSV-AP 3.2 as JSON-LD, and
// decision tables as conditions of a service.
//
// Its one rule: nothing is invented and nothing is lost unsaid. What has no place on the other side is
// reported by row and column; a row that lacks what a matter must have is left out whole; what comes in is a
// draft and never in force, and it is there entirely or not at all.
//
// It stands beside jurisdiction: a City goes out, a folder of YAML files comes in, which people complete and
// `tongban check` judges. The field names and codes are data, fields.yaml, each with its certainty
// (GB/T 39554.2 and the national tables as seen in use).
//
// Reading order: fields.go, checklist.go (a matter as rows), read.go (rows from files), fit.go and cells.go
// (rows to a matter), draft.go (the folder), whole.go, cpsvap.go, table.go, misfit.go.
package interchange
