// Package api serves the verbs of the house over HTTP, under /api/v1, to programs.
//
// Its one rule: it has no rules of its own. A route reads the request, calls the verb that the page of
// the same purpose calls, and writes what the verb says. What may be done, the gate decides; what is
// wrong, the services say; here it only gets a status, a pointer and a language.
//
// The OpenAPI 3.1 text at /api/v1/openapi.yaml is derived from the Go types of the routes, and the
// words about them lie in operations.yaml. Failures are problems of RFC 9457 with the fault's code,
// and never hold what was sent. Lists are paged by key (RFC 8288 links). A public service is described
// in the words of CPSV-AP.
//
// Reading order: api.go, route.go, caller.go, problem.go, violation.go, idempotency.go, then the rooms:
// services.go, catalogue.go, checks.go, drafts.go, uploads.go, cases.go, wallet.go, mine.go, desk.go.
package api
