// Package telemetry counts what the house does, for those who run it: requests, their time, and figures
// that others report when they are asked.
//
// Its one rule: nothing personal enters. Labels are fixed words; no path, query, account or text becomes
// one.
package telemetry
