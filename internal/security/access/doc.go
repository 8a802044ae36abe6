// Package access is the one door to everything official: it decides by readable policies who may do
// what, and keeps the record of it.
//
// Its one rule: nothing official is read or written without a permit and a record. The gate holds the
// write handle of the database. A transaction that asked for no permit cannot commit, and none can
// change anything before its first permit; the act and its record commit together; what is read is
// given away only after the record of it is durable; a refusal undoes everything and is recorded.
// What no policy permits is refused.
//
// It stands between identity, which knows who acts, and all that happens above. Policies are Cedar
// files of a jurisdiction, each with the provision it rests on, its purpose and its reason; what they
// can speak of is said in schema.cedarschema. The law behind it: Personal Information Protection Law
// (个人信息保护法), arts. 6, 34 and 51; GB/T 22239-2019, 8.1.4.2 and 8.1.4.3 (least privilege, audit of
// every user). See docs/design/gate.md.
//
// Reading order: gate.go, resource.go, decide.go, policy.go, schema.go.
package access
